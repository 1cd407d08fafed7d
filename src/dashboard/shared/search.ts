/**
 * The search of series: words, all of which must match; `label:value` is one that a label begins
 * with. The same on the page and in the program.
 *
 * @module
 */

/** One thing that was asked for. */
export interface Term {
  /** Index of the label that must begin with the word; `undefined`: any label contains it. */
  readonly label: number | undefined;
  /** In lower case. */
  readonly word: string;
}

/** What a person typed, as terms. */
export function parseSearch(query: string, labels: readonly string[]): Term[] {
  return (query.toLowerCase().match(/\S+/g) ?? []).map((typed) => {
    const at = typed.search(/[:=]/);
    const name = typed.slice(0, at);
    const label = at < 0 ? -1 : labels.findIndex((one) => one.toLowerCase() === name);
    return label < 0 ? { label: undefined, word: typed } : { label, word: typed.slice(at + 1) };
  });
}

/** Whether a series has all that was asked for. `values` are its labels in lower case. */
export function matches(values: readonly string[], terms: readonly Term[]): boolean {
  return terms.every(({ label, word }) =>
    label === undefined
      ? values.some((value) => value.includes(word))
      : values[label]?.startsWith(word) ?? false
  );
}

/** An order: a column, and whether it falls. */
export interface Order {
  readonly key: string;
  readonly down: boolean;
}

/** An order as it stands in a link; `fallback` where there is none. */
export function parseOrder(sort: string, fallback: Order): Order {
  if (sort === "") return fallback;
  return sort.startsWith("-") ? { key: sort.slice(1), down: true } : { key: sort, down: false };
}

/** Compares two values of a column: unknown ones come last, whichever way it goes. */
export function compareValues(
  x: string | number,
  y: string | number,
  down: boolean,
): number {
  if (typeof x === "string" || typeof y === "string") {
    const [a, b] = [String(x), String(y)];
    return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
  }
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  // Not by subtraction: of two infinite ones that would be no number.
  return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
}
