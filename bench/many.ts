/**
 * Statistics with many slots and many buckets in use, made by one thread: readers can not tell.
 *
 * @module
 */

import { counter, defineSchema, gauge, record, sum, ThreadStats } from "../mod.ts";

/** The most buckets that the suite makes. */
export const mostBuckets = 1_000_000;

/**
 * What all benchmarks of readers use, so that their figures belong together. No histogram: each slot would take the memory of
 * its bins, which is as much as that of a thousand counters.
 */
export const schema = defineSchema({
  hits: counter(),
  requests: counter({ labels: ["key"], maxSeries: mostBuckets }),
  depth: gauge(),
  traffic: record({ packets: sum(), bytes: sum(), errors: sum(), time: sum() }),
  flow: record({ packets: sum(), bytes: sum() }, { labels: ["key"] }),
});

/** What the statistics of the benchmarks are. */
export type Stats = ThreadStats<typeof schema.metrics>;

/** Statistics that nobody uses yet, with room for the largest benchmark. */
export function makeStats(): Stats {
  return ThreadStats.create(schema, { maxThreads: 1024, maxByteLength: 2 ** 32 - 2 ** 16 });
}

/** Makes labelled counters that no thread uses yet. */
export function makeCounters(stats: Stats, buckets: number): { key: string }[] {
  const keys = Array.from({ length: buckets }, (_, n) => ({ key: `key-${n}` }));
  for (const key of keys) stats.metrics.requests.id(key);
  return keys;
}

/** Lets each of so many new slots count 1 in each of these counters, and in the one without labels. */
export function useCounters(stats: Stats, slots: number, keys: readonly { key: string }[]): void {
  for (let slot = 0; slot < slots; slot++) {
    // Not kept: the writers of 64 slots and 100,000 counters would be a heap of a gigabyte.
    const { hits, requests } = stats.registerThread().metrics;
    hits.add();
    for (const key of keys) requests.labels(key).add();
  }
}

/** Makes records of 4 fields that no thread uses yet. */
export function makeRecords(stats: Stats, buckets: number): number[] {
  return Array.from({ length: buckets }, () => stats.metrics.traffic.create());
}

/** Lets each of so many new slots count 1 in each of these records. */
export function useRecords(stats: Stats, slots: number, ids: readonly number[]): void {
  const delta = { packets: 1, bytes: 64, errors: 0, time: 0.5 };
  for (let slot = 0; slot < slots; slot++) {
    const { traffic } = stats.registerThread().metrics;
    for (const id of ids) traffic.update(id, delta);
  }
}

/** Bytes of the shared memory that are given out. */
export function bytesUsed(stats: Stats): number {
  return stats.snapshot().self.arena.usedBytes;
}

/** Keeps a figure from being one of work that was left undone. */
export function expect(action: string, actual: number, expected: number): void {
  if (actual !== expected) {
    throw new Error(`Cannot measure ${action}: it must give ${expected}, got ${actual}`);
  }
}
