import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  HistogramValue,
  Snapshot,
  type SnapshotData,
  ThreadStats,
} from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { H_READ_RETRIES } from "../../src/memory/layout.ts";
import { attachKinds, createKinds, type Kinds, kinds, twoThreads } from "../support/kinds.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { withClocks } from "../support/clocks.ts";

const a = { name: "a" };
const r = { route: "r" };
const s = { source: "s" };

/** Updates every metric. */
function fill({ metrics }: ReturnType<ThreadStats<Kinds>["registerThread"]>, cell: number): void {
  metrics.jobs.add(2);
  metrics.lowest.set(-2);
  metrics.highest.set(2);
  metrics.latest.set(7);
  metrics.queue.labels(a).add(1);
  metrics.newest.labels(a).set(9);
  metrics.latency.record(0.5);
  metrics.size.record(500, 2);
  metrics.took.labels(r).record(1.5);
  metrics.hits.add(3);
  metrics.requests.labels({ method: "GET" }).add(4);
  metrics.flow.labels(s).update({ bytes: 2n ** 63n, way: -1, low: 1, high: 1, flags: 1 });
  metrics.cell.update(cell, { n: 1 });
}

/** The value of each metric's only series. */
function valuesOf(snapshot: SnapshotData<Kinds>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(snapshot.metrics).map(([name, { series }]) => [name, series[0]?.value]),
  );
}

describe("ThreadStats.snapshot()", () => {
  it("contains the definition of every metric, and value, labels, id and epoch of every series", () => {
    const stats = createKinds();
    const before = Date.now();
    const cell = stats.metrics.cell.create();
    fill(stats.registerThread("one"), cell);
    fill(attachKinds(stats).registerThread("two"), cell);
    const snapshot = stats.snapshot();
    assert(snapshot.takenAt >= before && snapshot.takenAt <= Date.now());
    assert(snapshot.startedAt > 1.7e12 && snapshot.startedAt <= snapshot.takenAt);
    assertEquals(snapshot.threads, stats.threads());
    assertEquals(Object.keys(snapshot.metrics), Object.keys(kinds.metrics));
    for (const [name, { definition, series }] of Object.entries(snapshot.metrics)) {
      assertEquals(definition, kinds.metrics[name as keyof Kinds]);
      assertEquals(series.length, 1);
      assertEquals(series[0].epoch & 1, 1);
      assertEquals("perThread" in series[0], false);
    }
    const { latency, size, took, ...rest } = valuesOf(snapshot);
    assertEquals(rest, {
      jobs: 4,
      lowest: -2,
      highest: 2,
      latest: 7,
      queue: 2,
      newest: 9,
      hits: 6,
      requests: 8,
      flow: { bytes: 0n, way: -2, low: 1, high: 1, flags: 1 },
      cell: { n: 2 },
    });
    assertEquals(latency, stats.metrics.latency.read());
    assertEquals(size, stats.metrics.size.read());
    assertEquals(took, stats.metrics.took.read(r));
    assertEquals(snapshot.metrics.requests.series[0].labels, { method: "GET" });
    assertEquals(snapshot.metrics.cell.series[0].labels, {});
    assertEquals(snapshot.metrics.cell.series[0].id, cell);
  });

  it("perThread gives the parts of the threads that have counted something", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    stats.registerThread("idle");
    one.metrics.hits.add(1);
    two.metrics.hits.add(2);
    two.metrics.jobs.set(5);
    two.metrics.took.labels(r).record(1);
    const { hits, jobs, took, size } = stats.snapshot({ perThread: true }).metrics;
    assertEquals(hits.series[0].perThread, [
      { thread: "one", slot: 0, value: 1 },
      { thread: "two", slot: 1, value: 2 },
    ]);
    assertEquals(jobs.series[0].perThread, [{ thread: "two", slot: 1, value: 5 }]);
    assertEquals(took.series[0].perThread?.map(({ value }) => value.count), [1]);
    assertEquals(size.series[0].perThread, []);
    assertEquals("perThread" in stats.snapshot({ perThread: false }).metrics.hits.series[0], false);
  });

  it("leaves out destroyed buckets, and shows cleared ones as empty", () => {
    const stats = createKinds();
    const thread = stats.registerThread();
    fill(thread, stats.metrics.cell.create());
    stats.metrics.took.destroy(r);
    stats.metrics.hits.clear();
    stats.metrics.size.clear();
    const { metrics } = stats.snapshot();
    assertEquals(metrics.took.series, []);
    assertEquals(metrics.hits.series[0].value, 0);
    assertEquals(metrics.size.series[0].value.count, 0);
  });

  it("includes the library's own metrics", () => {
    const stats = createKinds();
    const gone = stats.registerThread("gone");
    const seat = stats.reserveThread("seat");
    stats.reserveThread("free");
    const { metrics } = stats.registerThread("stays");
    seat.revoke();
    gone.unregister();
    for (const name of ["a", "b", "c", "d"]) metrics.queue.labels({ name }).set(1);
    for (let n = 0; n < 3; n++) stats.metrics.cell.create();
    for (let n = 0; n < 5; n++) assertRefused(() => gone.metrics.hits.add());
    assertRefused(() => gone.metrics.size.record(1));
    const arena = new Arena(stats.handle);
    Atomics.add(arena.views().i32, H_READ_RETRIES, 7);
    const { self } = stats.snapshot();
    assertEquals(self.threads, { active: 1, reserved: 1, retired: 1, revoked: 1 });
    assertEquals(self.maxThreads, 64);
    assertEquals(self.arena, {
      usedBytes: arena.bytesUsed,
      reservedBytes: arena.byteLength,
      maxBytes: 2 ** 30,
    });
    assertLess(0, self.arena.usedBytes);
    assertEquals([self.refusedUpdates, self.readRetries], [6, 7]);
    assertEquals(self.overflowed, { queue: 2, newest: 0, took: 0, requests: 0, flow: 0 });
    assertEquals([self.series.queue, self.series.cell, self.series.took, self.series.hits], [
      3,
      3,
      0,
      1,
    ]);
    stats.metrics.cell.destroy(0);
    assertEquals(stats.snapshot().self.series.cell, 2);
  });

  it("refuses bad options", () => {
    const stats = createKinds();
    for (
      const [options, text] of [
        [null, "Cannot take a snapshot: the options must be an object, got null"],
        [1, "Cannot take a snapshot: the options must be an object, got 1"],
        [{ perThread: 1 }, "Cannot take a snapshot: perThread must be a boolean, got 1"],
        [{ perThread: null }, "Cannot take a snapshot: perThread must be a boolean, got null"],
        [{ threadTotals: 1 }, "Cannot take a snapshot: threadTotals must be a boolean, got 1"],
      ] as const
    ) {
      assertRefuses(() => stats.snapshot(options as unknown as undefined), TypeError, text);
    }
  });

  it("threadTotals adds up what each thread has in all series of a metric", () => {
    const stats = createKinds();
    const one = stats.registerThread("one").metrics;
    const two = attachKinds(stats).registerThread("two").metrics;
    one.queue.labels(a).add(1);
    one.queue.labels({ name: "b" }).add(2);
    two.queue.labels(a).add(4);
    one.took.labels(r).record(1.5);
    one.took.labels({ route: "q" }).record(2.5);
    two.flow.labels(s).update({ bytes: 7n, way: 1, low: 3, high: 3, flags: 1 });
    two.flow.labels({ source: "t" }).update({ bytes: 5n, way: 1, low: 1, high: 9, flags: 4 });
    stats.metrics.flow.destroy({ source: "t" });
    const { queue, took, flow, hits } = stats.snapshot({ threadTotals: true }).metrics;
    assertEquals(queue.threads, [
      { thread: "one", slot: 0, value: 3 },
      { thread: "two", slot: 1, value: 4 },
    ]);
    assertEquals(took.threads?.map(({ slot, value }) => [slot, value.count, value.sum]), [
      [0, 2, 4],
    ]);
    assertEquals(flow.threads?.map(({ value }) => value), [
      { bytes: 7n, way: 1, low: 3, high: 3, flags: 1 },
    ]);
    assertEquals(hits.threads, []);
    assertEquals("threads" in stats.snapshot().metrics.queue, false);
  });

  it("makes as many atomic loads whatever maxThreads is, more with each thread and 64 buckets", () => {
    const schema = defineSchema({
      requests: counter({ labels: ["n"] }),
      depth: gauge(),
    });
    const looks = (maxThreads: number, threads: number, buckets: number) => {
      const stats = ThreadStats.create(schema, { maxThreads });
      for (let n = 0; n < threads; n++) {
        const { metrics } = stats.registerThread();
        for (let k = 0; k < buckets; k++) metrics.requests.labels({ n: `${k}` }).add();
      }
      stats.snapshot();
      return countLoads(() => stats.snapshot());
    };
    const few = looks(4, 3, 20);
    assertEquals(looks(65_536, 3, 20), few);
    assertEquals(looks(512, 3, 20), few);
    assertEquals(looks(512, 3, 40), few);
    assertLess(few, looks(512, 3, 200));
    assertLess(few, looks(512, 4, 20));
  });
});

/** The number of `Atomics` loads of shared memory that `fn` makes. */
function countLoads(fn: () => void): number {
  const { load } = Atomics;
  let count = 0;
  Atomics.load = ((...args: Parameters<typeof load>) => {
    count++;
    return load(...args);
  }) as typeof load;
  try {
    fn();
  } finally {
    Atomics.load = load;
  }
  return count;
}

function assertRefused(fn: () => void): void {
  try {
    fn();
  } catch {
    return;
  }
  throw new Error("was not refused");
}

describe("Snapshot", () => {
  it("changes neither with the statistics nor by assignments", () => {
    const stats = createKinds();
    const thread = stats.registerThread();
    const cell = stats.metrics.cell.create();
    fill(thread, cell);
    const snapshot = stats.snapshot({ perThread: true });
    const before = structuredClone(snapshot);
    fill(thread, cell);
    stats.metrics.took.destroy(r);
    stats.metrics.hits.clear();
    thread.unregister();
    assertEquals(structuredClone(snapshot), before);
    const { threads, metrics, self } = snapshot;
    const frozen = [snapshot, threads, metrics, metrics.hits];
    for (const part of [...frozen, metrics.queue.series[0].labels, self, ...Object.values(self)]) {
      if (typeof part === "object") assert(Object.isFrozen(part));
    }
    assert(Object.isFrozen(metrics.size.series[0].value));
  });

  it("is plain data: a structured clone has everything but the methods", () => {
    const stats = createKinds();
    fill(stats.registerThread(), stats.metrics.cell.create());
    const snapshot = stats.snapshot({ perThread: true });
    const clone = structuredClone(snapshot);
    assertEquals(Object.keys(clone).toSorted(), [
      ...["metrics", "self", "startedAt", "takenAt", "threads"],
    ]);
    assertEquals(clone.metrics.size.series[0].value.count, 2);
    assertEquals(valuesOf(clone).flow, valuesOf(snapshot).flow);
    assert(!("since" in clone));
  });

  it("restores its methods and those of histograms from a clone", () => {
    const stats = createKinds();
    const thread = stats.registerThread();
    const cell = stats.metrics.cell.create();
    fill(thread, cell);
    const before = stats.snapshot({ perThread: true });
    fill(thread, cell);
    const now = stats.snapshot({ perThread: true, threadTotals: true });
    const again = new Snapshot<Kinds>(structuredClone(now));
    assertEquals(again, now);
    const { size, took } = again.metrics;
    assertInstanceOf(size.series[0].value, HistogramValue);
    assertInstanceOf(took.series[0].perThread![0].value, HistogramValue);
    assertInstanceOf(took.threads![0].value, HistogramValue);
    assertEquals(size.series[0].value.quantile(1), 500);
    const wanted = now.since(before);
    assertEquals(again.since(before), wanted);
    assertEquals(again.since(structuredClone(before)), wanted);
    assertEquals(now.since(structuredClone(before)), wanted);
    assertEquals(new Snapshot(structuredClone(again.since(before))), wanted);
    assert(Object.isFrozen(again) && Object.isFrozen(again.metrics));
  });
});

describe("Snapshot.since()", () => {
  it("subtracts 64-bit sums with a signed result", () => {
    const stats = createKinds();
    const flow = stats.registerThread().metrics.flow.labels(s);
    const bytesSince = (before: Snapshot<Kinds>) =>
      stats.snapshot().since(before).metrics.flow.series[0].value.bytes;
    flow.update({ bytes: 2n ** 64n - 5n });
    for (const change of [7n, -7n, -1n, 0n, 2n ** 63n - 1n, -(2n ** 63n), 3n]) {
      const before = stats.snapshot();
      flow.update({ bytes: change });
      assertEquals(bytesSince(before), change);
    }
  });

  it("startedAt is as long before takenAt as time passed, whatever the wall clock was set to", () => {
    const stats = createKinds();
    for (const seconds of [0, -5, 5, -3600, 3600, -1.6e9, 1.6e9]) {
      withClocks(({ pass, set }) => {
        const before = stats.snapshot();
        pass(4);
        set(seconds);
        pass(6);
        const { startedAt, takenAt } = stats.snapshot().since(before);
        assertEquals([takenAt, takenAt - startedAt], [Date.now(), 10_000]);
        // A snapshot that came by message has only its `takenAt`.
        const other = stats.snapshot().since(structuredClone({ ...before }));
        assert(other.startedAt <= other.takenAt);
      });
    }
  });

  it("subtracts counters, sums and histograms, and keeps the later value of the rest", () => {
    const stats = createKinds();
    const thread = stats.registerThread();
    const cell = stats.metrics.cell.create();
    fill(thread, cell);
    const before = stats.snapshot();
    const { metrics } = thread;
    metrics.jobs.add(5);
    metrics.lowest.set(3);
    metrics.highest.set(1);
    metrics.latest.set(8);
    metrics.hits.add(0.5);
    metrics.size.record(50, 3);
    metrics.latency.record(0.25);
    metrics.flow.labels(s).update({ bytes: 2n ** 62n, way: -3, high: 9, flags: 2 });
    const now = stats.snapshot();
    const delta = now.since(before);
    const { latency, size, took, ...rest } = valuesOf(delta) as Record<string, HistogramValue>;
    assertEquals<unknown>(rest, {
      jobs: 7,
      lowest: 3,
      highest: 1,
      latest: 8,
      queue: 1,
      newest: 9,
      hits: 0.5,
      requests: 0,
      flow: { bytes: 2n ** 62n, way: -3, low: 1, high: 9, flags: 3 },
      cell: { n: 0 },
    });
    assertEquals(size.bins.map(({ count }) => count), [3, 0, 0, 0]);
    assertEquals([size.count, size.sum, took.count, latency.count], [3, 150, 0, 1]);
    assertEquals(delta.startedAt, before.takenAt);
    assertEquals([delta.takenAt, delta.threads, delta.self], [now.takenAt, now.threads, now.self]);
    assertEquals(delta.metrics.hits.definition, kinds.metrics.hits);
    // The two snapshots have not changed.
    assertEquals(valuesOf(before).hits, 3);
    assertEquals(valuesOf(now).hits, 3.5);
  });

  it("is zero since the same snapshot", () => {
    const stats = createKinds();
    fill(stats.registerThread(), stats.metrics.cell.create());
    const now = stats.snapshot();
    const { hits, requests, size, cell } = now.since(now).metrics;
    assertEquals([hits.series[0].value, requests.series[0].value], [0, 0]);
    assertEquals([size.series[0].value.count, cell.series[0].value.n], [0, 0]);
  });

  it("counts a bucket that was cleared from its new start", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread();
    const cell = stats.metrics.cell.create();
    metrics.hits.add(100);
    metrics.size.record(1, 100);
    metrics.cell.update(cell, { n: 100 });
    const before = stats.snapshot();
    stats.metrics.hits.clear();
    stats.metrics.size.clear();
    stats.metrics.cell.clear(cell);
    const cleared = stats.snapshot();
    const { hits, size } = cleared.since(before).metrics;
    assertEquals([hits.series[0].value, size.series[0].value.count], [0, 0]);
    metrics.hits.add(150);
    metrics.size.record(1, 150);
    metrics.cell.update(cell, { n: 150 });
    for (const earlier of [before, cleared]) {
      const delta = stats.snapshot().since(earlier).metrics;
      assertEquals(delta.hits.series[0].value, 150);
      assertEquals(delta.size.series[0].value.count, 150);
      assertEquals(delta.cell.series[0].value, { n: 150 });
    }
  });

  it("counts a bucket that was destroyed and created again from its new start, also with other labels", () => {
    const stats = createKinds();
    const { requests, took, cell } = stats.registerThread().metrics;
    const id = stats.metrics.cell.create();
    cell.update(id, { n: 5 });
    requests.labels({ method: "GET" }).add(100);
    took.labels(r).record(1, 100);
    const before = stats.snapshot();
    stats.metrics.requests.destroy({ method: "GET" });
    stats.metrics.took.destroy(r);
    stats.metrics.cell.destroy(id);
    const between = stats.snapshot().since(before).metrics;
    assertEquals([between.requests.series, between.took.series, between.cell.series], [[], [], []]);
    requests.labels({ method: "PUT" }).add(150);
    took.labels(r).record(1, 150);
    cell.update(stats.metrics.cell.create(), { n: 7 });
    const delta = stats.snapshot().since(before).metrics;
    assertEquals(delta.requests.series.map(({ id, labels, value }) => [id, labels, value]), [
      [0, { method: "PUT" }, 150],
    ]);
    assertEquals(delta.took.series.map(({ value }) => value.count), [150]);
    assertEquals(delta.cell.series.map(({ value }) => value), [{ n: 7 }]);
  });

  it("keeps new series whole, and subtracts the threads' parts", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    one.metrics.hits.add(1);
    const before = stats.snapshot({ perThread: true });
    const without = stats.snapshot();
    one.metrics.hits.add(10);
    two.metrics.hits.add(20);
    two.metrics.requests.labels({ method: "GET" }).add(3);
    const now = stats.snapshot({ perThread: true });
    const { hits, requests } = now.since(before).metrics;
    assertEquals(hits.series[0].perThread, [
      { thread: "one", slot: 0, value: 10 },
      { thread: "two", slot: 1, value: 20 },
    ]);
    assertEquals(requests.series.map(({ value }) => value), [3]);
    assertEquals(now.since(without).metrics.hits.series[0].value, 30);
    assertEquals("perThread" in stats.snapshot().since(before).metrics.hits.series[0], false);
  });

  it("continues when a thread ends and another one takes its slot", () => {
    const stats = createKinds();
    const thread = stats.registerThread("w");
    thread.metrics.hits.add(5);
    thread.metrics.jobs.add(5);
    const before = stats.snapshot({ perThread: true });
    thread.unregister();
    const next = stats.registerThread("w");
    next.metrics.hits.add(7);
    const { hits, jobs } = stats.snapshot({ perThread: true }).since(before).metrics;
    assertEquals(hits.series[0].perThread, [{ thread: "w", slot: 0, value: 7 }]);
    assertEquals([hits.series[0].value, jobs.series[0].value], [7, 0]);
  });

  it("serves several readers at their own intervals, without an effect on writers", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread();
    const readers = [1, 2, 3, 7].map((pace) => {
      return { pace, from: attachKinds(stats), last: stats.snapshot(), total: 0, count: 0 };
    });
    const quiet = new Uint8Array(stats.handle.buffer).slice();
    for (const reader of readers) reader.from.snapshot().since(reader.last);
    assertEquals(new Uint8Array(stats.handle.buffer).slice(), quiet);
    let total = 0;
    for (let step = 1; step <= 42; step++) {
      metrics.hits.add(step);
      metrics.latency.record(step, step);
      total += step;
      for (const reader of readers) {
        if (step % reader.pace !== 0) continue;
        const now = reader.from.snapshot();
        const { hits, latency } = now.since(reader.last).metrics;
        reader.total += hits.series[0].value;
        reader.count += latency.series[0].value.count;
        reader.last = now;
      }
    }
    for (const { total: seen, count } of readers) assertEquals([seen, count], [total, total]);
  });

  it("is never negative for snapshots in the wrong order", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread();
    const before = stats.snapshot();
    metrics.hits.add(5);
    metrics.size.record(5);
    const { hits, size } = before.since(stats.snapshot()).metrics;
    assertEquals([hits.series[0].value, size.series[0].value.count], [0, 0]);
  });

  it("refuses values that are no snapshot of the same metrics", () => {
    const snapshot = createKinds().snapshot();
    const refuses = (earlier: unknown, text: string) =>
      assertRefuses(() => snapshot.since(earlier as SnapshotData<Kinds>), TypeError, text);
    const what = "Cannot compare snapshots";
    refuses(null, `${what}: the earlier one must be a snapshot, got null`);
    refuses(undefined, `${what}: the earlier one must be a snapshot, got undefined`);
    refuses(5, `${what}: the earlier one must be a snapshot, got 5`);
    refuses({}, `${what}: the earlier one must be a snapshot, got an object`);
    refuses({ metrics: null }, `${what}: the earlier one must be a snapshot, got an object`);
    const other = ThreadStats.create(defineSchema({ hits: gauge() })).snapshot();
    refuses(other, `${what}: both must have the same definition of metrics, got "hits"`);
    const more = ThreadStats.create(defineSchema({ more: counter() })).snapshot();
    refuses(more, `${what}: the later one must have all metrics of the earlier one, got "more"`);
  });

  it("keeps a metric whole that was defined in between", () => {
    const stats = createKinds();
    const thread = stats.registerThread();
    thread.metrics.hits.add(5);
    const before = stats.snapshot();
    const extended = stats.extend(defineSchema({ late: counter() }));
    thread.extend(extended).metrics.late.add(3);
    thread.metrics.hits.add(2);
    const { metrics } = stats.snapshot().since(before);
    const { late } = metrics as unknown as ReturnType<typeof extended.snapshot>["metrics"];
    assertEquals([metrics.hits.series[0].value, late.series[0].value], [2, 3]);
  });
});
