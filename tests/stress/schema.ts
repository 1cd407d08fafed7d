/**
 * What the stress tests count, and the relations that hold between the fields of every commit, and
 * so of every sum of commits.
 *
 * @module
 */
import { counter, defineSchema, max, min, record, sum } from "../../mod.ts";

export const schema = defineSchema({
  hits: counter(),
  /** Each update moves by 1 or 3: see {@linkcode movesDefect}. */
  moves: record({
    count: sum("u64"),
    way: sum(),
    twice: sum(),
    squares: sum("u64"),
    low: min(),
    high: max(),
  }),
  /** Each update adds {@linkcode markerOf} its labels and 1. */
  flow: record({ mark: sum(), count: sum("u64") }, { labels: ["x", "y"], maxSeries: 4000 }),
  calls: counter({ labels: ["key"], maxSeries: 4000 }),
  /** Overflows after few series. */
  few: counter({ labels: ["key"], maxSeries: 8 }),
});

/** The number of `moves` in the schema. */
export const MOVES = 1;

/** What a read of `moves` gives. */
export interface Moves {
  readonly count: bigint;
  readonly way: number;
  readonly twice: number;
  readonly squares: bigint;
  readonly low: number;
  readonly high: number;
}

/** The change of the `n`th update, made in `delta`. */
export function moveBy(n: number, delta: { -readonly [Name in keyof Moves]: number }): void {
  const step = n % 3 === 0 ? 3 : 1;
  delta.count = 1;
  delta.way = step;
  delta.twice = 2 * step;
  delta.squares = step * step;
  delta.low = step;
  delta.high = step;
}

/** Describes why a value is not a sum of commits; "" if it is one. */
export function movesDefect({ count, way, twice, squares, low, high }: Moves): string {
  const n = Number(count);
  // With i steps of 1 and j steps of 3: count = i + j, way = i + 3j, squares = i + 9j.
  const right = twice === 2 * way && Number(squares) === 4 * way - 3 * n &&
    (n === 0 ? low === Infinity && high === -Infinity : low <= high && way >= n && way <= 3 * n);
  return right ? "" : JSON.stringify([n, way, twice, Number(squares), low, high]);
}

/** Throws unless `value` is a sum of commits. */
export function assertMoves(value: Moves): void {
  const defect = movesDefect(value);
  if (defect !== "") throw new Error(`This mixes commits: ${defect}`);
}

/** A number that identifies labels. */
export function markerOf(...labels: string[]): number {
  let marker = 7;
  for (const label of labels) {
    for (let n = 0; n < label.length; n++) marker = (marker * 31 + label.charCodeAt(n)) % 1_000_003;
  }
  return marker + 1;
}

/** Throws unless `value` was counted with these labels alone. */
export function assertMarked(
  value: { mark: number; count: bigint },
  labels: Readonly<Record<string, string | undefined>>,
) {
  const { x, y } = labels;
  if (x === undefined || y === undefined) return;
  if (value.mark === Number(value.count) * markerOf(x, y)) return;
  throw new Error(
    `${x},${y} has foreign updates: ${value.mark} is not ${value.count} x ${markerOf(x, y)}`,
  );
}
