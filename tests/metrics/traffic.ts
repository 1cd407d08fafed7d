/**
 * The schema of most tests. Several threads are simulated in one: each attaches for itself.
 *
 * @module
 */
import {
  bitOr,
  counter,
  defineSchema,
  max,
  min,
  record,
  sum,
  ThreadStats,
  type ThreadStatsOptions,
} from "../../mod.ts";

const fields = {
  bytes: sum("u64"),
  packets: sum(),
  first: min(),
  last: max(),
  flags: bitOr(),
} as const;

/** Counters and records, with and without labels. */
export const traffic = defineSchema({
  packets: counter({ help: "Packets parsed" }),
  requests: counter({ labels: ["method", "status"], maxSeries: 3 }),
  flow: record(fields, { labels: ["source"], maxSeries: 3 }),
  cell: record(fields),
});

/** The definitions of {@linkcode traffic}. */
export type Traffic = typeof traffic.metrics;

/** The value of a record into which nothing was merged. */
export const NOTHING = {
  bytes: 0n,
  packets: 0,
  first: Infinity,
  last: -Infinity,
  flags: 0,
} as const;

/** New statistics. */
export function createTraffic(options?: ThreadStatsOptions): ThreadStats<Traffic> {
  return ThreadStats.create(traffic, options);
}

/** The same statistics as another thread sees them. */
export function attachTraffic(stats: ThreadStats<Traffic>): ThreadStats<Traffic> {
  return ThreadStats.attach(traffic, structuredClone(stats.handle));
}
