/**
 * A schema with counters and records, and attachments that stand for several threads.
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

/** The value of a record without any update. */
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

/** The same statistics, attached once more, as in another thread. */
export function attachTraffic(stats: ThreadStats<Traffic>): ThreadStats<Traffic> {
  return ThreadStats.attach(traffic, structuredClone(stats.handle));
}
