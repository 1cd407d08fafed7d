/**
 * Lists of numbers as short text: base 36, parted by blanks. `.N` stands for N entries that did not
 * change.
 *
 * @module
 */

/** How {@linkcode encodeNumber} writes what has no digits. */
const SPECIAL: readonly (readonly [number, string])[] = [
  [Infinity, "~"],
  [-Infinity, "-~"],
  [NaN, "!"],
];

/** One number. Of a fraction six significant digits are kept, or all before the point. */
export function encodeNumber(x: number | bigint): string {
  if (typeof x === "bigint" || Number.isInteger(x)) return x.toString(36);
  if (Number.isFinite(x) && Math.abs(x) >= 1e5) return Math.round(x).toString(36);
  return SPECIAL.find(([value]) => Object.is(value, x))?.[1] ??
    Number(x.toPrecision(6)).toString(36);
}

/** The number of a text of {@linkcode encodeNumber}; beyond 2^53 the nearest. */
export function decodeNumber(text: string): number {
  const special = SPECIAL.find(([, word]) => word === text);
  if (special !== undefined) return special[0];
  const negative = text.charCodeAt(0) === 45;
  const [whole, fraction] = (negative ? text.slice(1) : text).split(".");
  let value = parseInt(whole, 36);
  if (fraction !== undefined) value += parseInt(fraction, 36) / 36 ** fraction.length;
  return negative ? -value : value;
}

/** A list, in which `undefined` stands for what did not change. */
export function encodeList(values: Iterable<number | bigint | undefined>): string {
  const words: string[] = [];
  let unchanged = 0;
  for (const value of values) {
    if (value === undefined) {
      unchanged++;
      continue;
    }
    if (unchanged > 0) words.push(`.${unchanged.toString(36)}`);
    unchanged = 0;
    words.push(encodeNumber(value));
  }
  // What did not change at the end needs no word.
  return words.join(" ");
}

/** Calls back for each entry of a list that is not left out, with its place. */
export function decodeList(list: string, callback: (index: number, value: number) => void): void {
  if (list === "") return;
  let index = 0;
  for (const word of list.split(" ")) {
    if (word.charCodeAt(0) === 46) index += parseInt(word.slice(1), 36);
    else callback(index++, decodeNumber(word));
  }
}

/**
 * Whole numbers, of which most follow each other: `0-7ps 7pu` are all from 0 to 10,000, and 10,002.
 */
export function encodeRanges(ids: readonly number[]): string {
  const words: string[] = [];
  for (let i = 0; i < ids.length; i++) {
    const first = i;
    while (ids[i + 1] === ids[i] + 1) i++;
    const last = i > first ? `-${ids[i].toString(36)}` : "";
    words.push(ids[first].toString(36) + last);
  }
  return words.join(" ");
}

/** The numbers of a text of {@linkcode encodeRanges}. */
export function decodeRanges(text: string): number[] {
  const ids: number[] = [];
  for (const word of text === "" ? [] : text.split(" ")) {
    const [first, last = first] = word.split("-").map((end) => parseInt(end, 36));
    for (let id = first; id <= last; id++) ids.push(id);
  }
  return ids;
}
