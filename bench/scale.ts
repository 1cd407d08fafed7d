/**
 * How costs grow with the number of slots and of buckets: a read, a snapshot, memory; and the exponents of that growth.
 * `scale.ts [--json FILE] [--quick]`, under any runtime.
 *
 * @module
 */

import process from "node:process";
import { growthExponent } from "./growth.ts";
import {
  bytesUsed,
  expect,
  makeRecords,
  makeStats,
  mostBuckets,
  type Stats,
  useRecords,
} from "./many.ts";
import { finish, readSettings, type Row } from "./results.ts";
import { sample } from "./sample.ts";

const settings = readSettings();
const timing = settings.quick
  ? { warmUpMs: 50, budgetMs: 50, least: 3 }
  : { warmUpMs: 150, budgetMs: 250, least: 5 };
const slotCounts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const bucketCounts = [1, 10, 100, 1000, 10_000, 100_000, mostBuckets];
/** Buckets in use while slots grow. */
const fewBuckets = 64;

const rows: Row[] = [];

async function time(run: (n: number) => unknown): Promise<number> {
  const { ns } = await sample((operations) => {
    for (let i = 0; i < operations; i++) run(i);
  }, timing);
  return ns;
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
  expect("a snapshot", total, slots * buckets);

  const at = { slots, buckets };
  const group = (action: string) => `${action}, more ${growing}`;
  // A prime step, so that reads are spread over all buckets as they are in a program: caches can not hold a million.
  const read = await time((i) => traffic.read(ids[(i * 7919) % buckets]));
  rows.push({ group: group("read"), name: "record", at, value: read, unit: "ns" });
  const snapshot = await time(() => stats.snapshot());
  rows.push({ group: group("snapshot"), name: "records", at, value: snapshot, unit: "ns" });
  const bytes = bytesUsed(stats) - before;
  rows.push({ group: group("memory"), name: "records", at, value: bytes, unit: "bytes" });
}

/** Adds the exponent of each group of rows. */
function fit(growing: "slots" | "buckets"): void {
  for (const action of ["read", "snapshot", "memory"]) {
    const group = `${action}, more ${growing}`;
    const points = rows.filter((row) => row.group === group)
      .map(({ at, value }) => [Number(at[growing]), value!] as const);
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
fit("slots");
fit("buckets");
finish(rows, settings);
process.exit(0);
