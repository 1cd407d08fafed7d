import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  record,
  sum,
  ThreadStats,
  type ThreadStatsHandle,
} from "../../mod.ts";
import type { FileHeader } from "../../src/file/format.ts";
import type { ProcessList } from "../../src/file/inspect_processes.ts";
import { FileReader } from "../../src/file/inspect_reader.ts";
import type { StatsSource } from "../../src/file/inspect_source.ts";
import { identityOf } from "../../src/memory/identity.ts";
import { H_BUMP, H_SLOTS_USED } from "../../src/memory/layout.ts";
import { FILE_HEADER_BYTES } from "../../src/memory/memory_file.ts";
import { Random } from "../support/random.ts";

const schema = defineSchema({
  jobs: counter({ labels: ["kind"] }),
  sizes: histogram({ boundaries: [1, 10, 100], labels: ["kind"] }),
  level: gauge(),
  flow: record({ one: sum(), two: sum("u64") }),
});

const ALL_LIVE: ProcessList = { processes: [], hasEnded: () => false };

/** The memory of a program in place of a file; `before` is called before each read. */
class MemorySource implements StatsSource {
  readonly action = "inspect a memory";
  readonly inode = 1n;
  readonly header: FileHeader;
  readonly #handle: ThreadStatsHandle;
  readonly #before: (call: number) => void;
  calls = 0;

  constructor(handle: ThreadStatsHandle, before: (call: number) => void = () => {}) {
    this.#handle = handle;
    this.#before = before;
    const identity = identityOf(handle.buffer);
    const sizes = { maxProcesses: 1, maxByteLength: 2 ** 24, created: 0, lockBase: 0 };
    this.header = { ...sizes, identity, boot: "", schemaHash: "" };
  }

  get bytes(): Uint8Array {
    const { buffer, memory } = this.#handle;
    return new Uint8Array((memory?.buffer ?? buffer) as ArrayBuffer);
  }

  get memoryBytes(): number {
    return this.bytes.length;
  }

  read = (position: number, length: number): Uint8Array => {
    this.#before(this.calls++);
    const start = position - FILE_HEADER_BYTES;
    return this.bytes.slice(start, start + length);
  };

  readExactly(position: number, bytes: Uint8Array): void {
    const read = this.read(position, bytes.length);
    if (read.length < bytes.length) throw new TypeError("it must be whole");
    bytes.set(read);
  }

  close(): void {}
}

/** A label that ends with the number to which its bucket counts, of a length of its own. */
function labelled(n: number): { kind: string } {
  return { kind: `${"long ".repeat(n % 11)}${n}` };
}

function make() {
  const stats = ThreadStats.create(schema);
  const thread = stats.registerThread("main");
  const source = (before?: (call: number) => void) => new MemorySource(stats.handle, before);
  return { stats, thread, source };
}

/** Throws unless each series has the value that its labels say. */
function assertOwnValues(snapshot: ReturnType<ThreadStats<typeof schema.metrics>["snapshot"]>) {
  for (const { labels: { kind }, value } of snapshot.metrics.jobs.series) {
    const n = Number(/\d+$/.exec(kind!)![0]);
    assertEquals(labelled(n).kind, kind, `torn labels: ${kind}`);
    assert(value === n || value === 0, `${value} under ${kind}`);
  }
  for (const { labels: { kind }, value } of snapshot.metrics.sizes.series) {
    const n = Number(/\d+$/.exec(kind!)![0]);
    assert(value.count === 0 || value.sum === n * value.count, `${value.sum} under ${kind}`);
  }
}

describe("FileReader", () => {
  it("reads what the ordinary readers read", () => {
    const { stats, thread, source } = make();
    for (let n = 1; n < 200; n++) {
      thread.metrics.jobs.labels(labelled(n)).add(n);
      thread.metrics.sizes.labels(labelled(n)).record(n);
    }
    thread.metrics.level.set(3);
    const id = stats.metrics.flow.create();
    thread.metrics.flow.update(id, { one: 1, two: 2n });
    const other = stats.registerThread("other");
    other.metrics.flow.update(id, { one: 1, two: 2n });
    other.unregister();

    const reader = new FileReader(source(), () => ALL_LIVE);
    const snapshot = reader.copyAll().snapshot();
    // deno-lint-ignore no-explicit-any
    assertEquals(snapshot.metrics as any, stats.snapshot().metrics as any);
    assertEquals(reader.copyThreads().threads(), stats.threads());
    assertEquals(reader.missing, []);
  });

  it("shows buckets that change at any read whole or not at all", () => {
    // As many reads as a copy takes, and one change before each of them in turn.
    const reads = countReads();
    for (let at = 0; at < reads; at++) {
      const { stats, thread, source } = make();
      for (let n = 1; n < 8; n++) count(thread, n);
      let next = 8;
      const reader = new FileReader(
        source((call) => {
          if (call !== at) return;
          // Each id and text is used again at once.
          for (let n = 1; n < 8; n++) {
            stats.metrics.jobs.destroy(labelled(n));
            stats.metrics.sizes.destroy(labelled(n));
            count(thread, next++);
          }
        }),
        () => ALL_LIVE,
      );
      // deno-lint-ignore no-explicit-any
      assertOwnValues(reader.copyAll().snapshot() as any);
    }
  });

  it("shows buckets that change at every read whole or not at all", () => {
    for (let seed = 1; seed < 30; seed++) {
      const random = new Random(seed);
      const { stats, thread, source } = make();
      const living: number[] = [];
      let next = 1;
      const change = () => {
        if (living.length > 0 && random.below(2) === 0) {
          const [n] = living.splice(random.below(living.length), 1);
          stats.metrics.jobs.destroy(labelled(n));
          stats.metrics.sizes.destroy(labelled(n));
        } else {
          count(thread, next);
          living.push(next++);
        }
      };
      for (let n = 0; n < 20; n++) change();
      const reader = new FileReader(source(change), () => ALL_LIVE);
      // deno-lint-ignore no-explicit-any
      for (let n = 0; n < 5; n++) assertOwnValues(reader.copyAll().snapshot() as any);
    }
  });

  it("hides what was counted before a clear, at whatever read that comes", () => {
    const reads = countReads();
    for (let at = 0; at < reads; at++) {
      const { stats, thread, source } = make();
      const other = stats.registerThread("other");
      for (const { metrics } of [thread, other]) metrics.jobs.labels(labelled(1)).add(1000);
      const reader = new FileReader(
        source((call) => {
          if (call !== at) return;
          stats.metrics.jobs.clear(labelled(1));
          thread.metrics.jobs.labels(labelled(1)).add(1);
        }),
        () => ALL_LIVE,
      );
      const { jobs } = reader.copyAll().snapshot().metrics;
      const value = jobs.series[0].value as number;
      assert([2000, 1, 0].includes(value), `${value}`);
    }
  });

  it("hides the gauges of a thread that ends at any read, and never shows another's", () => {
    const reads = countReads();
    for (let at = 0; at < reads; at++) {
      const { stats, source } = make();
      let thread = stats.registerThread("a");
      thread.metrics.level.set(5);
      const reader = new FileReader(
        source((call) => {
          if (call !== at) return;
          thread.unregister();
          thread = stats.registerThread("b");
          thread.metrics.level.set(7);
        }),
        () => ALL_LIVE,
      );
      const view = reader.copyAll();
      const value = view.snapshot().metrics.level.series[0].value as number;
      const { name } = view.threads()[1];
      assert([5, 7, 0].includes(value), `${value}`);
      assert(["a", "b", ""].includes(name), name);
      assert(value === 0 || name !== (value === 5 ? "b" : "a"), `${value} of ${name}`);
    }
  });

  it("names records that change at every read, and keeps what it had of them", () => {
    const { stats, thread, source } = make();
    const id = stats.metrics.flow.create();
    let isBusy = false;
    const update = () => thread.metrics.flow.update(id, { one: 1, two: 2n });
    update();
    const reader = new FileReader(source(() => isBusy && update()), () => ALL_LIVE);
    isBusy = true;
    const value = () => reader.copyAll().snapshot().metrics.flow.series[0].value;
    assertEquals(value(), { one: 0, two: 0n });
    assertEquals(reader.missing, [{ metric: "flow", slot: 0, buckets: 1 }]);
    isBusy = false;
    const seen = value();
    assertEquals(seen, stats.metrics.flow.read(id));
    assertEquals(reader.missing, []);
    isBusy = true;
    assertEquals(value(), seen);
    assertEquals(reader.missing, [{ metric: "flow", slot: 0, buckets: 1 }]);
    // A commit of a bucket's earlier life is none of its present one.
    stats.metrics.flow.clear(id);
    assertEquals(value(), { one: 0, two: 0n });
  });

  it("copies a record whole that changes at one read", () => {
    const reads = countReads();
    for (let at = 0; at < reads; at++) {
      const { stats, thread, source } = make();
      const id = stats.metrics.flow.create();
      const update = () => thread.metrics.flow.update(id, { one: 1, two: 2n });
      for (let n = 0; n < 5; n++) update();
      const reader = new FileReader(
        source((call) => {
          if (call === at) { for (let n = 0; n < 3; n++) update(); }
        }),
        () => ALL_LIVE,
      );
      const value = reader.copyAll().snapshot().metrics.flow.series[0].value as {
        one: number;
        two: bigint;
      };
      assert([5, 8].includes(value.one), `${value.one}`);
      assertEquals(value.two, BigInt(value.one * 2));
      assertEquals(reader.missing, []);
    }
  });

  it("finds cells, metrics and memory that came after it was made", () => {
    const { stats, thread, source } = make();
    const reader = new FileReader(source(), () => ALL_LIVE);
    assertEquals(reader.copyAll().snapshot().metrics.jobs.series, []);
    const wider = stats.extend(defineSchema({ more: counter() }));
    wider.registerThread("more").metrics.more.add(4);
    for (let n = 1; n < 1900; n++) count(thread, n);
    const { metrics } = reader.copyAll().snapshot();
    assertEquals(metrics.more.series[0].value, 4);
    assertEquals(metrics.jobs.series.length, 1899);
    // deno-lint-ignore no-explicit-any
    assertOwnValues(reader.copyAll().snapshot() as any);
  });

  it("never hangs and never crashes on damaged memory", () => {
    const { stats, thread } = make();
    for (let n = 1; n < 50; n++) count(thread, n);
    const id = stats.metrics.flow.create();
    thread.metrics.flow.update(id, { one: 1, two: 2n });
    const used = new Int32Array(stats.handle.buffer)[H_BUMP] * 64;
    const intact = new MemorySource(stats.handle).bytes.slice(0, used);
    const errors: string[] = [];
    let views = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const random = new Random(seed);
      const buffer = new SharedArrayBuffer(Math.ceil(intact.length / 65536) * 65536);
      new Uint8Array(buffer).set(intact);
      const i32 = new Int32Array(buffer);
      // Half of them where the structure is: in the header, and where something was written.
      for (let n = 1 + random.below(8); n > 0;) {
        const word = random.below(used / 4);
        if (i32[word] === 0 && random.below(20) > 0) continue;
        i32[word] = random.pick([
          random.below(2 ** 32) | 0,
          random.below(used / 8),
          i32[random.below(used / 4)],
          ...[-1, 1, 2 ** 31 - 1, i32[word] + 1, i32[word] ^ 2 ** random.below(32)],
        ]);
        n--;
      }
      const source = new MemorySource({ threadStats: stats.handle.threadStats, buffer });
      try {
        const reader = new FileReader(source, () => ALL_LIVE);
        reader.copyThreads().threads();
        const view = reader.copyAll();
        view.threads();
        view.snapshot({ perThread: true, threadTotals: true });
        views++;
      } catch (error) {
        assertInstanceOf(error, Error);
        assert(
          error instanceof TypeError || error instanceof RangeError,
          `seed ${seed}: ${error.stack}`,
        );
        assert(error.message.startsWith("Cannot "), `seed ${seed}: ${error.stack}`);
        errors.push(error.message);
      }
    }
    assert(errors.length > 0 && views > 0, `${views} views, ${errors[0]}`);
  });

  it("refuses memory with more references than bytes", () => {
    const { stats, thread, source } = make();
    count(thread, 1);
    const i32 = new Int32Array(stats.handle.buffer);
    i32[H_SLOTS_USED] = 2 ** 31 - 1;
    // All slots refer to the one block.
    for (let slot = 1; slot < 64; slot++) i32[(640 + slot * 256) / 4 + 1] = i32[640 / 4 + 1];
    const reader = new FileReader(source(), () => ALL_LIVE);
    reader.copyAll();
    i32[H_BUMP] = -1;
    assertThrows(() => reader.copyAll(), TypeError, "it must be whole");
  });
});

/** Counts to `n` in two buckets of their own. */
function count(thread: ReturnType<typeof make>["thread"], n: number): void {
  thread.metrics.jobs.labels(labelled(n)).add(n);
  thread.metrics.sizes.labels(labelled(n)).record(n);
}

/** More reads than a copy takes. */
function countReads(): number {
  const { thread, source } = make();
  for (let n = 1; n < 8; n++) count(thread, n);
  const counted = source();
  new FileReader(counted, () => ALL_LIVE).copyAll();
  return counted.calls + 10;
}
