/**
 * The library with many slots and many buckets in use: what reads cost, and the life of threads and
 * buckets. One thread makes all slots: readers cannot tell.
 *
 * @module
 */

import { counter, defineSchema, gauge, record, sum, ThreadStats } from "../../mod.ts";
import { type Cases, type Circumstances, type Prepared, privateCase, readLoop } from "./case.ts";

/** The largest number of buckets in the benchmarks. */
export const mostBuckets = 1_000_000;

/**
 * The schema of all benchmarks of readers, so that their figures can be compared. It has no
 * histogram: its bins would take as much memory in each slot as a thousand counters.
 */
export const schema = defineSchema({
  hits: counter(),
  requests: counter({ labels: ["key"], maxSeries: mostBuckets }),
  depth: gauge(),
  traffic: record({ packets: sum(), bytes: sum(), errors: sum(), time: sum() }),
  flow: record({ packets: sum(), bytes: sum() }, { labels: ["key"] }),
});

/** The statistics of the benchmarks. */
export type Stats = ThreadStats<typeof schema.metrics>;

/** Makes statistics with room for the largest benchmark. */
export function makeStats(): Stats {
  return ThreadStats.create(schema, { maxThreads: 1024, maxByteLength: 2 ** 32 - 2 ** 16 });
}

/** Makes labelled counters that no thread uses yet. */
export function makeCounters(stats: Stats, buckets: number): { key: string }[] {
  const keys = Array.from({ length: buckets }, (_, n) => ({ key: `key-${n}` }));
  for (const key of keys) stats.metrics.requests.id(key);
  return keys;
}

/** Takes new slots, each of which counts 1 in each of these counters, and in `hits`. */
export function useCounters(stats: Stats, slots: number, keys: readonly { key: string }[]): void {
  for (let slot = 0; slot < slots; slot++) {
    // Not kept: the writers of 64 slots and 100,000 counters would take a gigabyte.
    const { hits, requests } = stats.registerThread().metrics;
    hits.add();
    for (const key of keys) requests.labels(key).add();
  }
}

/** Makes records of 4 fields that no thread uses yet. */
export function makeRecords(stats: Stats, buckets: number): number[] {
  return Array.from({ length: buckets }, () => stats.metrics.traffic.create());
}

/** Takes new slots, each of which counts 1 in each of these records. */
export function useRecords(stats: Stats, slots: number, ids: readonly number[]): void {
  const delta = { packets: 1, bytes: 64, errors: 0, time: 0.5 };
  for (let slot = 0; slot < slots; slot++) {
    const { traffic } = stats.registerThread().metrics;
    for (const id of ids) traffic.update(id, delta);
  }
}

/** Bytes of the shared memory that are allocated. */
export function bytesUsed(stats: Stats): number {
  return stats.snapshot().self.arena.usedBytes;
}

/** Buckets beside the one that is read. */
const others = 100;

/** Makes statistics whose labelled counters are all 1 in each slot. */
function counted({ slots = 1, buckets = others }: Circumstances): Stats {
  const stats = makeStats();
  useCounters(stats, slots, makeCounters(stats, buckets));
  return stats;
}

const counterRead = privateCase((at) => {
  const { hits } = counted(at).metrics;
  return readLoop(at.slots!, (reads) => {
    let value = 0;
    for (let i = 0; i < reads; i++) value = hits.read();
    return value;
  });
});

const readById = privateCase((at) => {
  const { requests } = counted(at).metrics;
  const id = requests.id({ key: "key-50" });
  return readLoop(at.slots!, (reads) => {
    let value = 0;
    for (let i = 0; i < reads; i++) value = requests.read(id);
    return value;
  });
});

const readByLabels = privateCase((at) => {
  const { requests } = counted(at).metrics;
  return readLoop(at.slots!, (reads) => {
    let value = 0;
    for (let i = 0; i < reads; i++) value = requests.read({ key: "key-50" });
    return value;
  });
});

const recordRead = privateCase(({ slots = 1 }) => {
  const stats = makeStats();
  const ids = makeRecords(stats, others);
  useRecords(stats, slots, ids);
  const { traffic } = stats.metrics;
  const id = ids[50];
  return readLoop(slots, (reads) => {
    let value = traffic.read(id);
    for (let i = 1; i < reads; i++) value = traffic.read(id);
    return value.packets;
  });
});

const snapshotOfCounters = privateCase((at) => {
  const stats = counted(at);
  let last = stats.snapshot();
  return {
    run(snapshots) {
      for (let i = 0; i < snapshots; i++) last = stats.snapshot();
    },
    total: () => last.metrics.requests.series.reduce((total, { value }) => total + value, 0),
    expected: () => at.slots! * at.buckets!,
  };
});

const snapshotOfRecords = privateCase(({ slots = 1, buckets = 1 }) => {
  const stats = makeStats();
  useRecords(stats, slots, makeRecords(stats, buckets));
  let last = stats.snapshot();
  return {
    run(snapshots) {
      for (let i = 0; i < snapshots; i++) last = stats.snapshot();
    },
    total: () => last.metrics.traffic.series.reduce((total, { value }) => total + value.packets, 0),
    expected: () => slots * buckets,
  };
});

/** Makes a loop that creates and destroys. Its total is the number of things that are left. */
function life(makeAndEnd: (stats: Stats) => Prepared["run"], left: (stats: Stats) => number) {
  return privateCase(() => {
    const stats = makeStats();
    return { run: makeAndEnd(stats), total: () => left(stats), expected: () => 0 };
  });
}

const threads = life(
  (stats) => (times) => {
    for (let i = 0; i < times; i++) stats.registerThread("bench").unregister();
  },
  (stats) => stats.threads().filter(({ state }) => state === "active").length,
);

const buckets = life(
  ({ metrics: { traffic } }) => (times) => {
    for (let i = 0; i < times; i++) traffic.destroy(traffic.create());
  },
  ({ metrics: { traffic } }) => traffic.ids().length,
);

const labelledBuckets = life(
  ({ metrics: { flow } }) => {
    let n = 0;
    return (times) => {
      for (let i = 0; i < times; i++) flow.destroy(flow.id({ key: `key-${n++ & 1023}` }));
    };
  },
  ({ metrics: { flow } }) => flow.ids().length,
);

const attach = privateCase(() => {
  const { handle } = counted({});
  let last: Stats;
  return {
    run(times) {
      for (let i = 0; i < times; i++) last = ThreadStats.attach(schema, handle);
    },
    total: () => last.metrics.hits.read(),
    expected: () => 1,
  };
});

const attachAndLookUp = privateCase(() => {
  const { handle } = counted({ buckets: 10_000 });
  return readLoop(1, (times) => {
    let value = 0;
    for (let i = 0; i < times; i++) {
      value = ThreadStats.attach(schema, handle).metrics.requests.read({ key: "key-9999" });
    }
    return value;
  });
});

/** This library: reads, and the life of threads and buckets. */
export const cases: Cases = {
  "counter read": counterRead,
  "labelled counter read, by id": readById,
  "labelled counter read, by labels": readByLabels,
  "record read": recordRead,
  "snapshot of counters": snapshotOfCounters,
  "snapshot of records": snapshotOfRecords,
  "register and unregister a thread": threads,
  "create and destroy a bucket": buckets,
  "create and destroy a labelled bucket": labelledBuckets,
  "attach": attach,
  "attach, first lookup of 10,000": attachAndLookUp,
};
