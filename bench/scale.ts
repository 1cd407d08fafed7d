/**
 * How the costs of a read, of a snapshot and in memory grow with the number of slots and of
 * buckets; those of a snapshot with the number of metrics; and those of a lookup with the number of
 * labels. Then the exponents of that growth.
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
  : { warmUpMs: 150, budgetMs: 250, leastSamples: 5 };
const slotCounts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const bucketCounts = [1, 10, 100, 1000, 10_000, 100_000, mostBuckets];
const mostMetrics = 10_000;
const metricCounts = [1, 10, 100, 1000, mostMetrics];
const labelCounts = [1, 2, 4, 8, 16, 32, 64];
/** Buckets in use while slots grow. */
const fewBuckets = 64;

const rows: Row[] = [];

async function time(run: (n: number) => unknown): Promise<number> {
  const { p50 } = await timeOperations((operations) => {
    for (let i = 0; i < operations; i++) run(i);
  }, timing);
  return p50;
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
}

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
  for (const action of ["read", "snapshot", "memory", "lookup"]) {
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
