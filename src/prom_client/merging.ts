/**
 * How the parts of several threads become one value.
 *
 * @module
 */

/**
 * An aggregator of prom-client, or `own`: this thread's part if it has one, else the first. That is
 * for facts about the whole process, which every thread measures.
 */
export type Merge =
  | "omit"
  | "sum"
  | "first"
  | "min"
  | "max"
  | "average"
  | "own";

/** Names of gauges that say what is so, such as `up`, `app_info` and `last_run_timestamp_seconds`. */
const FACT = /(?:^|_)(?:up|info|version)$|start_?time|timestamp|unix_?time/;

/**
 * How parts of a gauge become one where its author has chosen no aggregator; `undefined` for the
 * default. Every thread sets a fact to the same, and N threads must not read N times as much.
 */
export function mergeOfFact(name: string): Merge | undefined {
  return FACT.test(name) ? "max" : undefined;
}

/** One thread's part. */
export interface SlotValue<Value> {
  readonly slot: number;
  readonly value: Value;
}

/** Merges numbers; `undefined` if nothing is left. */
export function mergeNumbers(
  merge: string,
  parts: readonly SlotValue<number>[],
  ownSlot: number,
): number | undefined {
  const { length } = parts;
  if (length === 0) return undefined;
  switch (merge) {
    case "omit":
      return parts.find(({ slot }) => slot === ownSlot)?.value;
    case "own":
      return (parts.find(({ slot }) => slot === ownSlot) ?? firstOf(parts))
        .value;
    case "first":
      return firstOf(parts).value;
    case "min":
      return parts.reduce(
        (least, { value }) => Math.min(least, value),
        Infinity,
      );
    case "max":
      return parts.reduce(
        (greatest, { value }) => Math.max(greatest, value),
        -Infinity,
      );
    case "average": {
      // A thread that has measured nothing yet must not hide what the others have measured.
      const known = parts.filter(({ value }) => !Number.isNaN(value));
      if (known.length === 0) return NaN;
      return known.reduce((sum, { value }) => sum + value, 0) / known.length;
    }
    default: // sum
      return length === 1 ? parts[0].value : parts.reduce((sum, { value }) => sum + value, 0);
  }
}

/** Merges lists of numbers, position by position. */
export function mergeLists(
  merge: string,
  parts: readonly SlotValue<readonly number[]>[],
  ownSlot: number,
): readonly number[] | undefined {
  if (parts.length === 1 && merge !== "omit") return parts[0].value;
  const [first] = parts;
  const merged = first?.value.map((_, n) =>
    mergeNumbers(
      merge,
      parts.map(({ slot, value }) => ({ slot, value: value[n] })),
      ownSlot,
    )
  );
  return merged?.includes(undefined) ? undefined : merged as number[] | undefined;
}

function firstOf<Value>(parts: readonly SlotValue<Value>[]): SlotValue<Value> {
  return parts.reduce((first, part) => part.slot < first.slot ? part : first);
}
