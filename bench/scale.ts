/**
 * How the costs of a read, of a snapshot and in memory grow with the number of slots and of
 * buckets; those of a snapshot with the number of metrics; and those of a lookup with the number of
 * labels. Then the exponents of that growth.
 *
 * Beside the snapshots it measures a plain loop: it adds up as many fields of private memory, as far
 * apart, and makes as many objects of the same shapes. That grows faster than linear too: the more
 * there is, the less of it is in the processor's caches, and the more objects the garbage collector
 * moves.
 *
 * `scale.ts [--json FILE] [--quick]`, under any runtime.
 *
 * @module
 */

import process from "node:process";
import { counter, type CounterWriter, defineSchema, ThreadStats } from "../mod.ts";
import {
  bytesUsed,
  makeRecords,
  makeStats,
  mostBuckets,
  type Stats,
  useRecords,
} from "./cases/library_uses.ts";
import { growthExponent } from "./figures.ts";
import { finish, readSettings, type Row } from "./results.ts";
import { expectFigure, timeOperations } from "./timer.ts";

const settings = readSettings();
const timing = settings.quick
  ? { warmUpMs: 50, budgetMs: 50, leastSamples: 3 }
  : { warmUpMs: 150, budgetMs: 250, leastSamples: 11 };
const slotCounts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const bucketCounts = [1, 10, 100, 1000, 10_000, 100_000, mostBuckets];
const mostMetrics = 10_000;
const metricCounts = [1, 10, 100, 1000, mostMetrics];
const labelCounts = [1, 2, 4, 8, 16, 32, 64];
/** Buckets in use while slots grow. */
const fewBuckets = 64;
/** Calls before those that are timed: the heap has grown to its later size by then. */
const firstCalls = settings.quick ? 1 : 10;

const rows: Row[] = [];

/**
 * The least time of a call: another program that runs meanwhile disturbs long calls more often than
 * short ones, and would look like growth.
 */
async function time(run: (n: number) => unknown): Promise<number> {
  for (let n = 0; n < firstCalls; n++) run(n);
  const { min } = await timeOperations((operations) => {
    for (let i = 0; i < operations; i++) run(i);
  }, timing);
  return min;
}

/** Measures all costs of statistics with so many slots and buckets in use. */
async function measure(
  growing: "slots" | "buckets",
  slots: number,
  buckets: number,
): Promise<void> {
  const stats: Stats = makeStats();
  const { traffic } = stats.metrics;
  const before = bytesUsed(stats);
  const ids = makeRecords(stats, buckets);
  useRecords(stats, slots, ids);
  const { metrics } = stats.snapshot();
  const total = metrics.traffic.series.reduce((sum, { value }) => sum + value.packets, 0);
  expectFigure("a snapshot", total, slots * buckets);

  const at = { slots, buckets };
  const group = (action: string) => `${action}, more ${growing}`;
  // A prime step spreads the reads over all buckets. Caches cannot hold a million of them.
  const read = await time((i) => traffic.read(ids[(i * 7919) % buckets]));
  rows.push({ group: group("read"), name: "record", at, value: read, unit: "ns" });
  const snapshot = await time(() => stats.snapshot());
  rows.push({ group: group("snapshot"), name: "records", at, value: snapshot, unit: "ns" });
  const bytes = bytesUsed(stats) - before;
  rows.push({ group: group("memory"), name: "records", at, value: bytes, unit: "bytes" });
  const plain = await time(plainLoop(slots, buckets, Math.floor(bytes / slots / 8)));
  rows.push({ group: group("plain"), name: "plain", at, value: plain, unit: "ns" });
}

/** A loop that adds up as many fields, as far apart in memory, and makes as many objects. */
function plainLoop(slots: number, buckets: number, wordsOfSlot: number): () => unknown {
  const f64 = new Float64Array(slots * wordsOfSlot).fill(1);
  const wordsOfBucket = 10;
  return () => {
    const series: unknown[] = [];
    for (let id = 0; id < buckets; id++) {
      const value = { packets: 0, bytes: 0, errors: 0, time: 0 };
      for (let slot = 0; slot < slots; slot++) {
        const word = slot * wordsOfSlot + id * wordsOfBucket;
        value.packets += f64[word];
        value.bytes += f64[word + 1];
        value.errors += f64[word + 2];
        value.time += f64[word + 3];
      }
      series.push({ id, labels: nothing, value, epoch: 1 });
    }
    return series;
  };
}

const nothing = Object.freeze({});

/** Measures a snapshot of so many counters without labels, all of them used. */
async function measureMetrics(metrics: number): Promise<void> {
  const schema = defineSchema(
    Object.fromEntries(Array.from({ length: metrics }, (_, n) => [`metric${n}`, counter()])),
  );
  const stats = ThreadStats.create(schema, { maxMetrics: mostMetrics });
  const writers = stats.registerThread().metrics as unknown as Record<string, CounterWriter>;
  for (let n = 0; n < metrics; n++) writers[`metric${n}`].add();
  const value = await time(() => stats.snapshot());
  const row = { group: "snapshot, more metrics", name: "counters", at: { metrics }, unit: "ns" };
  rows.push({ ...row, value });
  const names = Object.keys(writers);
  const f64 = new Float64Array(metrics).fill(1);
  const plain = await time(() => {
    const made: Record<string, unknown> = {};
    for (const [n, name] of names.entries()) {
      made[name] = { definition: nothing, series: [{ id: 0, labels: nothing, value: f64[n] }] };
    }
    return made;
  });
  rows.push({ ...row, group: "plain, more metrics", name: "plain", value: plain });
}

/** Measures a lookup of one of 8 series by so many labels, and one addition. */
async function measureLabels(labels: number): Promise<void> {
  const names = Array.from({ length: labels }, (_, n) => `label${n}`);
  const stats = ThreadStats.create(defineSchema({ requests: counter({ labels: names }) }));
  const { requests } = stats.registerThread().metrics;
  const sets = Array.from(
    { length: 8 },
    (_, n) => Object.fromEntries(names.map((name, k) => [name, `value ${(n >> (k % 3)) & 1}`])),
  );
  const value = await time((i) => requests.labels(sets[i & 7]).add());
  const row = { group: "lookup, more labels", name: "counters", at: { labels }, unit: "ns" };
  rows.push({ ...row, value });
}

/** Adds the exponent of each group of rows. */
function fit(growing: "slots" | "buckets" | "metrics" | "labels"): void {
  for (const action of ["read", "snapshot", "memory", "lookup", "plain"]) {
    const group = `${action}, more ${growing}`;
    const points = rows.filter((row) => row.group === group)
      .map(({ at, value }) => [Number(at[growing]), value!] as const);
    if (points.length === 0) continue;
    const value = growthExponent(points);
    rows.push({ group: "growth exponent", name: group, at: {}, value, unit: "" });
  }
}

const most = settings.quick ? 10_000 : Infinity;
for (const slots of slotCounts) {
  if (slots * fewBuckets <= most) await measure("slots", slots, fewBuckets);
}
for (const buckets of bucketCounts) {
  if (buckets <= most) await measure("buckets", 1, buckets);
}
for (const metrics of metricCounts) if (metrics <= most) await measureMetrics(metrics);
for (const labels of labelCounts) await measureLabels(labels);
for (const growing of ["slots", "buckets", "metrics", "labels"] as const) fit(growing);
finish(rows, settings);
process.exit(0);
