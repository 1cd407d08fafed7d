/**
 * A schema with every kind of metric, for the tests of gauges, histograms, snapshots and others.
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
  ThreadStats,
  type ThreadStatsOptions,
} from "../../mod.ts";

/** Every kind of metric, with and without labels. */
export const kinds = defineSchema({
  jobs: gauge({ help: "Jobs in progress" }),
  lowest: gauge({ aggregate: "min" }),
  highest: gauge({ aggregate: "max" }),
  latest: gauge({ aggregate: "latest" }),
  queue: gauge({ labels: ["name"], maxSeries: 2 }),
  newest: gauge({ aggregate: "latest", labels: ["name"], maxSeries: 2 }),
  latency: histogram({ unit: "seconds", lowest: 1e-6, highest: 60, relativeError: 0.01 }),
  size: histogram({ unit: "bytes", boundaries: [100, 1_000, 10_000] }),
  took: histogram({ labels: ["route"], maxSeries: 2, boundaries: [1, 2] }),
  hits: counter(),
  requests: counter({ labels: ["method"] }),
  flow: record(
    { bytes: sum("u64"), way: sum(), low: min(), high: max(), flags: bitOr() },
    { labels: ["source"] },
  ),
  cell: record({ n: sum() }),
});

/** The definitions of {@linkcode kinds}. */
export type Kinds = typeof kinds.metrics;

/** New statistics. */
export function createKinds(options?: ThreadStatsOptions): ThreadStats<Kinds> {
  return ThreadStats.create(kinds, options);
}

/** The same statistics, attached once more, as in another thread. */
export function attachKinds(stats: ThreadStats<Kinds>): ThreadStats<Kinds> {
  return ThreadStats.attach(kinds, structuredClone(stats.handle));
}

/** Two registered threads, each with statistics of its own. */
export function twoThreads(stats: ThreadStats<Kinds>) {
  return [stats.registerThread("one"), attachKinds(stats).registerThread("two")] as const;
}
