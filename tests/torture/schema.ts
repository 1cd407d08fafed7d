/**
 * The metrics of the torture: every kind, with relations between values that hold for every commit
 * and so for every sum of commits.
 *
 * @module
 */
import {
  bitOr,
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  min,
  record,
  sum,
  type ThreadStats,
} from "../../mod.ts";
import { schema as stress } from "../stress/schema.ts";

const { hits, moves, flow, calls, few } = stress.metrics;

export const schema = defineSchema({
  // Accounts: never cleared or destroyed, so that their sums are known exactly.
  hits,
  calls,
  few,
  moves,
  flow,
  /**
   * Each update adds {@linkcode STEP}, and its double and triple. The sums exceed 32 bits at once,
   * and 64 bits in the end.
   */
  wide: record({
    count: sum(),
    once: sum("u64"),
    twice: sum("u64"),
    thrice: sum("u64"),
    low: min(),
    high: max(),
    flags: bitOr(),
  }, { labels: ["key"] }),
  latency: histogram({ unit: "seconds", lowest: 0.001, highest: 10, relativeError: 0.05 }),
  size: histogram({ unit: "bytes", boundaries: [1, 4, 16] }),
  // Live values: each thread sets LEVEL, so that the sum tells how many threads there are.
  level: gauge(),
  lowest: gauge({ aggregate: "min" }),
  highest: gauge({ aggregate: "max" }),
  latest: gauge({ aggregate: "latest" }),
  // Short-lived: buckets of these are created, cleared and destroyed all the time.
  pool: record({ count: sum("u64"), twice: sum(), owner: max() }),
  churned: record(
    { mark: sum(), count: sum("u64") },
    { labels: ["x", "y"], maxSeries: 24, maxLabelLength: 3000 },
  ),
  fleeting: counter({ labels: ["key"], maxSeries: 12 }),
  took: histogram({ labels: ["key"], maxSeries: 12, boundaries: [1, 2] }),
  queue: gauge({ labels: ["key"], maxSeries: 12 }),
  newest: gauge({ aggregate: "latest", labels: ["key"], maxSeries: 12 }),
});

export type Metrics = typeof schema.metrics;
export type Stats = ThreadStats<Metrics>;

/** What each update of `wide` adds once. */
export const STEP = 0x3_1234_5678_9abdn;
/** What each thread sets `level` to. */
export const LEVEL = 5;
/** Each thread sets `lowest` and `highest` to values from 1 to this. */
export const EXTREME = 8;
/** All values that are recorded in the histograms: exact sums, and one bin for each. */
export const VALUES: readonly number[] = [1, 2, 4, 8];

/** How many buckets `moves` has. */
export const MOVES = 2;
/** The keys of `calls` and `wide`. */
export const KEYS: readonly string[] = ["a", "b", "c", "d"];
/** The labels of `flow`. */
export const FLOWS: readonly { x: string; y: string }[] = [
  { x: "p", y: "q" },
  { x: "p", y: "r" },
  { x: "q", y: "p" },
];

/** Describes the defect of a value of `wide`; "" if it has none. */
export function wideDefect(
  { count, once, twice, thrice, low, high, flags }: {
    count: number;
    once: bigint;
    twice: bigint;
    thrice: bigint;
    low: number;
    high: number;
    flags: number;
  },
): string {
  const n = BigInt(count);
  const right = once === BigInt.asUintN(64, n * STEP) &&
    twice === BigInt.asUintN(64, n * STEP * 2n) && thrice === BigInt.asUintN(64, n * STEP * 3n) &&
    (count === 0
      ? low === Infinity && high === -Infinity && flags === 0
      : low === 1 && high === 1 && flags === 0x8000_0001);
  return right ? "" : [count, once, twice, thrice, low, high, flags].join(" ");
}

/** What each update of `wide` changes. */
export const WIDE_DELTA = {
  count: 1,
  once: STEP,
  twice: STEP * 2n,
  thrice: STEP * 3n,
  low: 1,
  high: 1,
  flags: 0x8000_0001,
};
