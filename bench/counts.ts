/**
 * Figures that are counted rather than timed: bytes of shared memory, of the process and of the
 * heap, and atomic operations.
 * `counts.ts [--json FILE] [--quick]`, under any runtime.
 *
 * @module
 */

import process from "node:process";
import { allocatedBytesPerCall } from "../tests/support/heap.ts";
import { defineSchema, record, sum, ThreadStats } from "../mod.ts";
import { burst, type UpdateName } from "./cases/case.ts";
import { loadCase } from "./cases/catalogue.ts";
import {
  bytesUsed,
  makeCounters,
  makeRecords,
  makeStats,
  type Stats,
  useCounters,
  useRecords,
} from "./cases/library_uses.ts";
import { finish, readSettings, type Row } from "./results.ts";

const settings = readSettings();
const rows: Row[] = [];

function add(group: string, name: string, at: Row["at"], value: number, unit: string): void {
  rows.push({ group, name, at, value, unit });
}

/** Counts the bytes per slot and bucket, and the bytes of a bucket that all slots share. */
function countMemory<Bucket>(
  kind: "counter" | "record",
  { make, use }: {
    make: (stats: Stats, buckets: number) => Bucket[];
    use: (stats: Stats, slots: number, buckets: readonly Bucket[]) => void;
  },
): void {
  for (const buckets of [100, 10_000, 100_000]) {
    for (const slots of [1, 8, 64]) {
      // 64 x 100,000 records take a gigabyte.
      if (slots * buckets > (settings.quick ? 100_000 : 800_000)) continue;
      const stats = makeStats();
      const empty = bytesUsed(stats);
      const made = make(stats, buckets);
      const shared = bytesUsed(stats);
      use(stats, slots, made);
      const bytes = (bytesUsed(stats) - shared) / (slots * buckets);
      add(`memory, per slot and ${kind}`, "library", { slots, buckets }, bytes, "bytes");
      if (slots > 1) continue;
      const name = kind === "counter" ? "labelled counter" : "record without labels";
      const each = (shared - empty) / buckets;
      add("memory, per bucket, for all slots", name, { buckets }, each, "bytes");
    }
  }
}

/** Counts the resident bytes of statistics that nobody uses, as the system tells them. */
function countReserved(): void {
  const schema = defineSchema({ traffic: record({ packets: sum() }) });
  const resident = () => process.memoryUsage().rss / 2 ** 20;
  const stats: unknown[] = [ThreadStats.create(schema, { maxByteLength: 2 ** 20 })];
  // The least of a few: other work of the process can only add.
  let least = Infinity;
  for (let i = 0; i < 5; i++) {
    const before = resident();
    stats.push(ThreadStats.create(schema, { maxByteLength: 2 ** 30 }));
    least = Math.min(least, resident() - before);
  }
  add("memory, 1 GiB reserved and unused", "library", {}, Math.max(0, least), "MiB");
}

/** Counts the calls of `Atomics` in an update. */
async function countAtomics(): Promise<void> {
  let calls = 0;
  const names = Object.getOwnPropertyNames(Atomics) as (keyof typeof Atomics)[];
  const counted: [UpdateName, number][] = [
    ["counter add", 1],
    ["labelled add, bound child", 1],
    ["gauge set", 1],
    ["histogram record", 1],
    ["record update", 1],
    ["record burst of 32", burst],
  ];
  for (const [group, perOperation] of counted) {
    const made = await loadCase(group, "library");
    const { run } = made.prepare(made.share({ threads: 1 }), 0);
    // The first run finds segments and makes them.
    run(1024);
    const originals = names.map((name) => [name, Atomics[name]] as const);
    for (const [name, original] of originals) {
      if (typeof original !== "function") continue;
      Object.defineProperty(Atomics, name, {
        configurable: true,
        writable: true,
        value: (...args: unknown[]) => {
          calls++;
          return Reflect.apply(original as () => unknown, Atomics, args);
        },
      });
    }
    calls = 0;
    run(1024);
    const each = calls / (1024 / perOperation);
    for (const [name, value] of originals) {
      Object.defineProperty(Atomics, name, { configurable: true, writable: true, value });
    }
    add("atomic operations", group, {}, each, "");
  }
}

/** Counts the bytes that a read allocates beside the object that it returns. */
async function countHeap(): Promise<void> {
  const stats = makeStats();
  const [id] = makeRecords(stats, 1);
  useRecords(stats, 8, [id]);
  const { traffic } = stats.metrics;
  // A compiler drops an object that nobody keeps.
  let kept: unknown;
  const read = await allocatedBytesPerCall(() => {
    kept = traffic.read(id);
  });
  const { packets, bytes, errors, time } = traffic.read(id);
  let n = 0;
  const alone = await allocatedBytesPerCall(() => {
    n++;
    kept = { packets: packets + n, bytes: bytes + n, errors: errors + n, time: time + n };
  });
  if (kept === undefined) throw new Error("Cannot count: a read must give a value, got none");
  add(
    "heap, per record read",
    "beside the result",
    { slots: 8 },
    Math.max(0, read - alone),
    "bytes",
  );
}

countReserved();
await countAtomics();
countMemory("counter", { make: makeCounters, use: useCounters });
countMemory("record", { make: makeRecords, use: useRecords });
await countHeap();
finish(rows, settings);
process.exit(0);
