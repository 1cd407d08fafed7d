/**
 * What everything costs that is not an update: reads, snapshots, threads, buckets, attaching.
 * `reads.ts [GROUP...] [--json FILE] [--quick]`, under any runtime.
 *
 * @module
 */

import process from "node:process";
import { ThreadStats } from "../mod.ts";
import {
  bytesUsed,
  expect,
  makeCounters,
  makeRecords,
  makeStats,
  schema,
  useCounters,
  useRecords,
} from "./many.ts";
import type { ReadGroup } from "./read_groups.ts";
import { finish, readSettings, type Row } from "./results.ts";
import { sample } from "./sample.ts";

/** How many slots and buckets. */
interface Size {
  readonly slots: number;
  readonly buckets: number;
}

const settings = readSettings();
const timing = settings.quick
  ? { warmUpMs: 50, budgetMs: 50, least: 3 }
  // A snapshot of 6.4 million cells takes long; five of them will do.
  : { warmUpMs: 500, budgetMs: 700, least: 5 };
const slotCounts = [1, 8, 64];
const rows: Row[] = [];

function time(run: () => unknown): number {
  const { ns } = sample((operations) => {
    for (let i = 0; i < operations; i++) run();
  }, timing);
  return ns;
}

function add(group: string, name: string, at: Row["at"], value: number, unit: string): void {
  rows.push({ group, name, at, value, unit });
}

function sizes(bucketCounts: readonly number[], most: number): Size[] {
  return slotCounts.flatMap((slots) => bucketCounts.map((buckets) => ({ slots, buckets })))
    .filter(({ slots, buckets }) => slots * buckets <= (settings.quick ? 100_000 : most));
}

/** Both snapshots, and the memory that what they read takes. */
function measureSnapshots(kind: "counter" | "record", { slots, buckets }: Size): void {
  const stats = makeStats();
  const empty = bytesUsed(stats);
  let made: number;
  if (kind === "counter") {
    const keys = makeCounters(stats, buckets);
    made = bytesUsed(stats);
    useCounters(stats, slots, keys);
  } else {
    const ids = makeRecords(stats, buckets);
    made = bytesUsed(stats);
    useRecords(stats, slots, ids);
  }
  const { metrics } = stats.snapshot();
  const counted = kind === "counter"
    ? metrics.requests.series.reduce((total, { value }) => total + value, 0)
    : metrics.traffic.series.reduce((total, { value }) => total + value.packets, 0);
  expect("a snapshot", counted, slots * buckets);
  const cells = slots * buckets;
  const at = { slots, buckets };
  const ns = time(() => stats.snapshot());
  add(`snapshot, per slot and ${kind}`, "library", at, ns / cells, "ns");
  add(`snapshot of ${kind}s, whole`, "library", at, ns / 1e6, "ms");
  const bytes = bytesUsed(stats) - made;
  add(`memory, per slot and ${kind}`, "library", at, bytes / cells, "bytes");
  if (slots > 1) return;
  const name = kind === "counter" ? "labelled counter" : "anonymous record";
  add(
    "memory, per bucket, shared by all slots",
    name,
    { buckets },
    (made - empty) / buckets,
    "bytes",
  );
}

const groups: Record<ReadGroup, () => void> = {
  "snapshot of counters"() {
    for (const size of sizes([100, 10_000, 100_000], 6_400_000)) {
      measureSnapshots("counter", size);
    }
  },
  "snapshot of records"() {
    for (const size of sizes([100, 10_000, 100_000], 800_000)) {
      measureSnapshots("record", size);
    }
  },
  "read of a counter"() {
    for (const slots of slotCounts) {
      const stats = makeStats();
      const { hits, requests } = stats.metrics;
      useCounters(stats, slots, makeCounters(stats, 100));
      const labels = { key: "key-50" };
      const id = requests.id(labels);
      expect("a read", requests.read(id), slots);
      expect("a read", hits.read(), slots);
      const at = { slots };
      add("read", "counter", at, time(() => hits.read()), "ns");
      add("read", "labelled counter by id", at, time(() => requests.read(id)), "ns");
      add("read", "labelled counter by labels", at, time(() => requests.read(labels)), "ns");
    }
  },
  "read of a record"() {
    for (const slots of slotCounts) {
      const stats = makeStats();
      const { traffic } = stats.metrics;
      const ids = makeRecords(stats, 100);
      useRecords(stats, slots, ids);
      const id = ids[50];
      expect("a read", traffic.read(id).packets, slots);
      const ns = time(() => traffic.read(id));
      add("read", "record of 4 fields", { slots }, ns, "ns");
      add("read, per slot", "record of 4 fields", { slots }, ns / slots, "ns");
    }
  },
  "threads and buckets"() {
    const stats = makeStats();
    const { traffic, flow } = stats.metrics;
    add(
      "life",
      "register and unregister",
      {},
      time(() => stats.registerThread("bench").unregister()),
      "ns",
    );
    expect("threads", stats.threads().length, 1);
    add(
      "life",
      "create and destroy, anonymous",
      {},
      time(() => traffic.destroy(traffic.create())),
      "ns",
    );
    let n = 0;
    const churn = time(() => flow.destroy(flow.id({ key: `key-${n++ & 1023}` })));
    add("life", "create and destroy, labelled", {}, churn, "ns");
    expect("buckets", traffic.ids().length + flow.ids().length, 0);
  },
  "attach"() {
    const few = makeStats();
    add("life", "attach", {}, time(() => ThreadStats.attach(schema, few.handle)), "ns");
    const many = makeStats();
    useCounters(many, 1, makeCounters(many, 10_000));
    const ns = time(() => {
      const { requests } = ThreadStats.attach(schema, many.handle).metrics;
      expect("a first lookup", requests.read({ key: "key-9999" }), 1);
    });
    add("life", "attach, first lookup of 10,000", {}, ns, "ns");
  },
};

for (const [name, measure] of Object.entries(groups)) {
  if (settings.rest.length === 0 || settings.rest.includes(name)) measure();
}
finish(rows, settings);
process.exit(0);
