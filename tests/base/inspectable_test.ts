import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inspect } from "node:util";
import { HistogramValue, Snapshot, ThreadStats, Window } from "../../mod.ts";
import { createKinds, kinds } from "../metrics/kinds.ts";

/** How `console.log` prints a value here, and as Node prints it. */
function printed(value: unknown): string[] {
  const { Deno, Bun } = globalThis as unknown as Record<
    "Deno" | "Bun",
    { inspect(value: unknown): string } | undefined
  >;
  return [
    inspect(value),
    ...[Deno, Bun].flatMap((it) => it === undefined ? [] : it.inspect(value)),
  ];
}

/** Everything that users get hold of, by what it has to show. */
function everything(): [object, string[]][] {
  const stats = createKinds();
  const seat = stats.reserveThread("seat-1");
  const thread = stats.registerThread("main");
  const { metrics } = thread;
  // So much memory that nobody prints it by mistake.
  for (let n = 0; n < 200; n++) metrics.requests.labels({ method: `${n}`.padEnd(1000, "x") });
  metrics.hits.add(3);
  metrics.size.record(50);
  const id = stats.metrics.cell.create();
  const window = new Window(stats, { seconds: 5 });
  window.take();
  return [
    [stats, ["ThreadStats", "hits", "usedBytes"]],
    [stats.handle, ["threadStats", "byteLength"]],
    [seat.handle, ["threadStats", "slot"]],
    [ThreadStats.inspect(stats.handle), ["hits"]],
    [seat, ["Seat", "seat-1", "reserved"]],
    [thread, ["Thread", "main", "hits"]],
    [window, ["Window", "5", "moving"]],
    [stats.snapshot({ perThread: true }), ["takenAt", "hits"]],
    [stats.metrics.hits, ["CounterReader", "hits", "3"]],
    [stats.metrics.jobs, ["GaugeReader", "jobs", "Jobs in progress"]],
    [stats.metrics.size, ["HistogramReader", "size", "bytes", "count"]],
    [stats.metrics.size.read(), ["count", "50"]],
    [stats.metrics.requests, ["LabelledCounterReader", "requests", "method"]],
    [stats.metrics.flow, ["LabelledRecordReader", "flow", "source"]],
    [stats.metrics.cell, ["RecordReader", "cell"]],
    [metrics.hits, ["CounterWriter", "hits"]],
    [metrics.jobs, ["GaugeWriter", "jobs"]],
    [metrics.latest, ["GaugeWriter", "latest"]],
    [metrics.size, ["HistogramWriter", "size"]],
    [metrics.requests, ["LabelledCounterWriter", "requests"]],
    [metrics.queue, ["LabelledGaugeWriter", "queue"]],
    [metrics.took, ["LabelledHistogramWriter", "took"]],
    [metrics.requests.labels({ method: "GET" }), ["CounterWriter", "requests", "GET"]],
    [metrics.newest.labels({ name: "a" }), ["GaugeWriter", "newest", "a"]],
    [metrics.took.labels({ route: "/" }), ["HistogramWriter", "took", "/"]],
    [metrics.cell, ["RecordWriter", "cell"]],
    [metrics.flow, ["LabelledRecordWriter", "flow"]],
    [metrics.flow.labels({ source: "s" }), ["RecordBucketWriter", "flow", "s"]],
    [metrics.cell.begin(id), ["RecordBurst", "cell"]],
  ];
}

describe("console.log() and JSON.stringify() of every public object", () => {
  it("are short, and say which object it is", () => {
    for (const [object, words] of everything()) {
      for (const text of printed(object)) {
        assert(text.length < 700, text.slice(0, 2000));
        for (const word of words) assertStringIncludes(text, word);
      }
      if (object instanceof Snapshot) continue;
      const json = JSON.stringify(object);
      assert(json.length < 700, json.slice(0, 2000));
      for (const word of words) assertStringIncludes(json, word);
    }
  });

  it("show the readers and writers of all metrics by name", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread("main");
    for (const all of [stats.metrics, metrics]) {
      const json = JSON.parse(JSON.stringify(all));
      assertEquals(Object.keys(json), Object.keys(kinds.metrics));
      for (const text of printed(all)) {
        assert(text.length < 200 * Object.keys(all).length, text);
        assertStringIncludes(text, "hits: Counter");
        assertStringIncludes(text, "latency: Histogram");
      }
    }
  });

  it("throw nothing for what others inherit from, or for a thread that has ended", () => {
    for (const [object] of everything()) {
      const prototype = Object.getPrototypeOf(object);
      printed(prototype);
      printed(Object.create(prototype));
    }
    const stats = createKinds();
    const thread = stats.registerThread("main");
    thread.unregister();
    for (const text of printed(thread.metrics.hits)) assertStringIncludes(text, "hits");
  });

  it("leave no trace: what they need is not enumerable, and no message carries it", () => {
    const stats = createKinds();
    assertEquals(
      Object.keys(stats.handle),
      ["threadStats", "buffer", "memory"].slice(0, Object.keys(stats.handle).length),
    );
    const clone = structuredClone(stats.handle);
    assertEquals(Reflect.ownKeys(clone).map(String), Object.keys(stats.handle));
    assertEquals(ThreadStats.attach(kinds, clone).metrics.hits.read(), 0);
    const own = Reflect.ownKeys({ ...stats.metrics.hits }).map(String);
    assertEquals(own, ["read", "perThread", "aggregate", "clear"]);
  });
});

describe("JSON.stringify() of a snapshot", () => {
  it("has all of it: integers of 64 bits as decimal strings, what is not finite as text", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread("main");
    metrics.flow.labels({ source: "s" }).update({ bytes: 2n ** 64n - 1n, way: 0.5 });
    metrics.size.record(50, 2);
    metrics.hits.add(7);
    const snapshot = stats.snapshot({ perThread: true });
    const json = JSON.parse(JSON.stringify(snapshot));
    const flow = {
      bytes: "18446744073709551615",
      way: 0.5,
      low: "Infinity",
      high: "-Infinity",
      flags: 0,
    };
    assertEquals(json.metrics.flow.series[0], {
      ...{ id: 0, labels: { source: "s" }, value: flow, epoch: 1 },
      perThread: [{ thread: "main", slot: 0, value: flow }],
    });
    assertEquals(json.metrics.hits.series[0].value, 7);
    assertEquals(json.metrics.size.series[0].value, {
      ...{ count: 2, sum: 100, min: 50, max: 50, clamped: 0 },
      scale: { boundaries: [100, 1000, 10_000] },
      bins: [
        { upperBound: 100, count: 2 },
        { upperBound: 1000, count: 0 },
        { upperBound: 10_000, count: 0 },
        { upperBound: "Infinity", count: 0 },
      ],
    });
    assertEquals(json.metrics.latency.series[0].value.min, "NaN");
    assertEquals(json.metrics.hits.definition, { ...kinds.metrics.hits });
    assertEquals([json.takenAt, json.startedAt], [snapshot.takenAt, snapshot.startedAt]);
    assertEquals(json.threads, snapshot.threads);
    assertEquals(json.self, snapshot.self);
  });

  it("works for differences, and for what came by a message", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread("main");
    const before = stats.snapshot();
    metrics.flow.labels({ source: "s" }).update({ bytes: 3n });
    const delta = stats.snapshot().since(before);
    for (const each of [delta, new Snapshot(structuredClone({ ...delta }))]) {
      const json = JSON.parse(JSON.stringify(each));
      assertEquals(json.metrics.flow.series[0].value.bytes, "3");
    }
    assertEquals(JSON.parse(JSON.stringify([stats.metrics.size.read()]))[0].count, 0);
    assert(stats.metrics.size.read() instanceof HistogramValue);
  });
});
