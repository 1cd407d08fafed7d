import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter } from "../../mod.ts";
import type { BucketLife } from "../../src/buckets/label_trie.ts";
import { BucketReader } from "../../src/metrics/bucket_reader.ts";
import type { Accumulator } from "../../src/metrics/accumulator.ts";
import { CellSegments } from "../../src/threads/cell_segments.ts";
import { ACTIVE } from "../../src/threads/control_word.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import { Walk } from "../../src/threads/walk.ts";
import { makeBuckets, makeHandle } from "../buckets/make_table.ts";
import { assertRefusesUnchanged } from "./observe.ts";
import { attachTraffic, createTraffic, NOTHING } from "../support/traffic.ts";

const get = { method: "GET", status: "200" };

describe("readers", () => {
  it("give the identities for a bucket in which nobody has counted since its creation or a clear", () => {
    const stats = createTraffic();
    const { cell, flow, requests, packets } = stats.metrics;
    const id = cell.create();
    assertEquals(cell.read(id), NOTHING);
    assertEquals([cell.perThread(id), packets.perThread()], [[], []]);
    assertEquals([packets.read(), requests.read(get)], [0, 0]);
    assertEquals(flow.read({ source: "nobody" }), NOTHING);
    assertEquals(flow.perThread({ source: "nobody" }), []);
    assertEquals(flow.ids(), [], "reading makes no bucket");
    stats.registerThread().metrics.cell.update(id, {
      bytes: 1,
      packets: 1,
      first: 1,
      last: 1,
      flags: 1,
    });
    cell.clear(id);
    assertEquals(cell.read(id), NOTHING);
    assertEquals(cell.perThread(id), []);
  });

  it("find the same bucket by its id and by its labels", () => {
    const stats = createTraffic();
    const { metrics } = stats.registerThread("a");
    metrics.requests.labels(get).add(2);
    metrics.flow.labels({ source: "s" }).update({ packets: 3 });
    const { requests, flow } = stats.metrics;
    assertEquals([requests.read(0), requests.read(get)], [2, 2]);
    assertEquals(flow.read(0), flow.read({ source: "s" }));
    assertEquals(requests.perThread(0), requests.perThread(get));
    requests.clear(get);
    assertEquals(requests.read(0), 0);
    metrics.requests.labels(get).add(1);
    requests.clear(0);
    assertEquals(requests.read(get), 0);
    flow.destroy(0);
    requests.destroy(get);
    assertEquals([flow.ids(), requests.ids()], [[], []]);
  });

  it("clear a bucket for all threads at once", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const threads = [1, 2, 3].map(() => attachTraffic(stats).registerThread());
    for (const { metrics } of threads) metrics.cell.update(id, { packets: 1, first: -5, last: 5 });
    assertEquals(stats.metrics.cell.read(id), { ...NOTHING, packets: 3, first: -5, last: 5 });
    attachTraffic(stats).metrics.cell.clear(id);
    assertEquals(stats.metrics.cell.read(id), NOTHING);
    threads[1].metrics.cell.update(id, { packets: 1, first: 2 });
    assertEquals(stats.metrics.cell.read(id), { ...NOTHING, packets: 1, first: 2 });
  });
});

describe("aggregate()", () => {
  it("calls back with each thread's part and the thread, in the order of slots", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    for (const [n, name] of ["a", "b", "c"].entries()) {
      const thread = stats.registerThread(name);
      if (name !== "b") thread.metrics.cell.update(id, { bytes: n + 1 });
      thread.metrics.packets.add(n);
      if (name === "c") thread.unregister();
    }
    const seen = stats.metrics.cell.aggregate(
      id,
      [] as unknown[],
      (all, { bytes }, thread) => [...all, bytes, thread],
    );
    assertEquals(seen, [
      1n,
      { slot: 0, name: "a", state: "active" },
      3n,
      { slot: 2, name: "c", state: "retired" },
    ]);
    const largest = stats.metrics.packets.aggregate(0, (most, value) => Math.max(most, value));
    assertEquals(largest, 2);
    assertEquals(
      stats.metrics.flow.aggregate({ source: "nobody" }, "initial", () => "called"),
      "initial",
    );
  });

  it("lets the callback read and update the same bucket", () => {
    const stats = createTraffic();
    const { metrics } = stats.registerThread();
    metrics.packets.add(5);
    const total = stats.metrics.packets.aggregate(0, (sum, value) => {
      metrics.packets.add(1);
      return sum + value + stats.metrics.packets.read();
    });
    assertEquals(total, 11);
  });

  it("refuses a callback that is not a function", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const none = undefined as unknown as () => number;
    assertRefusesUnchanged(
      stats,
      () => stats.metrics.cell.aggregate(id, 0, none),
      TypeError,
      "Cannot aggregate cell: the callback must be a function, got undefined",
    );
    assertRefusesUnchanged(
      stats,
      () => stats.metrics.packets.aggregate(0, 5 as unknown as () => number),
      TypeError,
      "Cannot aggregate packets: the callback must be a function, got 5",
    );
  });
});

describe("series(), ids()", () => {
  it("show all live buckets in rising order, labelled or not", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats);
    const { flow, cell } = stats.metrics;
    assertEquals(flow.id({ source: "a" }), 0);
    assertEquals(there.metrics.flow.create(), 1);
    assertEquals(there.metrics.flow.id({ source: "b" }), 2);
    assertEquals(there.metrics.flow.id({ source: "beyond" }), 3);
    stats.registerThread().metrics.flow.update(1, { packets: 1 });
    flow.destroy(0);
    assertEquals(there.metrics.flow.series(), [
      { id: 1, labels: {}, value: { ...NOTHING, packets: 1 } },
      { id: 2, labels: { source: "b" }, value: NOTHING },
      { id: 3, labels: { otel_metric_overflow: "true" }, value: NOTHING },
    ]);
    assertEquals(flow.ids(), [1, 2, 3]);
    assertEquals([cell.create(), cell.create()], [0, 1]);
    assertEquals(cell.series(), [{ id: 0, labels: {}, value: NOTHING }, {
      id: 1,
      labels: {},
      value: NOTHING,
    }]);
  });
});

describe("create(), destroy(), id()", () => {
  it("give the smallest free id, and use it again", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats).metrics.cell;
    const { cell } = stats.metrics;
    assertEquals([cell.create(), there.create(), cell.create()], [0, 1, 2]);
    there.destroy(1);
    cell.destroy(0);
    assertEquals([there.create(), cell.create(), there.create()], [0, 1, 3]);
  });

  it("start a bucket's new life from nothing", () => {
    const stats = createTraffic();
    const { cell } = stats.metrics;
    const { metrics } = stats.registerThread();
    const id = cell.create();
    metrics.cell.update(id, { packets: 1, first: 1, flags: 1 });
    cell.destroy(id);
    assertEquals(cell.create(), id);
    assertEquals(cell.read(id), NOTHING);
    metrics.cell.update(id, { packets: 2 });
    assertEquals(cell.read(id), { ...NOTHING, packets: 2 });
  });

  it("give the same labels the same id from every thread", () => {
    const stats = createTraffic();
    const attached = [1, 2, 3].map(() => attachTraffic(stats));
    const ids = (source: string) => attached.map(({ metrics }) => metrics.flow.id({ source }));
    assertEquals(ids("a"), [0, 0, 0]);
    assertEquals(ids("b"), [1, 1, 1]);
    stats.metrics.flow.destroy({ source: "a" });
    assertEquals(ids("c"), [0, 0, 0]);
    assertEquals(ids("a"), [2, 2, 2]);
  });
});

describe("bad buckets", () => {
  it("are refused by every reader, and nothing changes", () => {
    const stats = createTraffic();
    const { metrics } = stats;
    const dead = metrics.cell.create();
    const live = metrics.cell.create();
    stats.registerThread().metrics.cell.update(live, { packets: 1 });
    metrics.cell.destroy(dead);
    metrics.requests.id(get);
    const calls = (name: "cell" | "requests", bucket: unknown): [string, () => unknown][] => {
      const reader = metrics[name] as typeof metrics.cell;
      const id = bucket as number;
      return [
        [`read ${name}`, () => reader.read(id)],
        [`read ${name}`, () => reader.perThread(id)],
        [`aggregate ${name}`, () => reader.aggregate(id, 0, () => 0)],
        [`clear ${name}`, () => reader.clear(id)],
        [`destroy ${name}`, () => reader.destroy(id)],
      ];
    };
    const bad: [unknown, new () => Error, string][] = [
      [dead, RangeError, "the bucket must be live, got 0, one that was destroyed"],
      [7, RangeError, "the bucket must be live, got 7, one that never lived"],
      [1e9, RangeError, "the bucket must be live, got 1000000000, one that never lived"],
      [-1, RangeError, "the bucket must be live, got -1, no id"],
      [1.5, RangeError, "the bucket must be live, got 1.5, no id"],
      [NaN, RangeError, "the bucket must be live, got NaN, no id"],
      [2 ** 31, RangeError, "the bucket must be live, got 2147483648, no id"],
      ["1", TypeError, 'the bucket\'s id must be a number, got "1"'],
      [undefined, TypeError, "the bucket's id must be a number, got undefined"],
      [null, TypeError, "the bucket's id must be a number, got null"],
      [1n, TypeError, "the bucket's id must be a number, got 1n"],
      [
        { source: "a" },
        TypeError,
        "a bucket id is required because the metric has no labels, got labels",
      ],
    ];
    for (const [bucket, Class, text] of bad) {
      for (const [what, call] of calls("cell", bucket)) {
        assertRefusesUnchanged(stats, call, Class, `Cannot ${what}: ${text}`);
      }
    }
    const labels: [unknown, string][] = [
      [{}, "the labels must be method, status, got no method"],
      [{ method: "GET" }, "the labels must be method, status, got no status"],
      [{ ...get, x: "" }, "the labels must be method, status, got the unknown label x"],
      [{ ...get, status: 200 }, "the label status must be a string, got 200"],
    ];
    const isPart = (bucket: unknown) => Object.keys(bucket as object).length < 2;
    for (const [bucket, text] of labels) {
      for (const [what, call] of calls("requests", bucket)) {
        // A part of the labels is no bucket, but it can be read.
        if (isPart(bucket) && !/^(clear|destroy)/.test(what)) call();
        else assertRefusesUnchanged(stats, call, TypeError, `Cannot ${what}: ${text}`);
      }
      assertRefusesUnchanged(
        stats,
        () => metrics.requests.id(bucket as typeof get),
        TypeError,
        `Cannot find a bucket of requests: ${text}`,
      );
    }
  });

  it("are refused by clear() and destroy() if no bucket has the labels", () => {
    const stats = createTraffic();
    for (const verb of ["clear", "destroy"] as const) {
      assertRefusesUnchanged(
        stats,
        () => stats.metrics.flow[verb]({ source: "a" }),
        RangeError,
        `Cannot ${verb} flow: a live bucket must have these labels, got {"source":"a"}`,
      );
    }
  });

  it("cannot be made without labels beyond maxSeries", () => {
    const stats = createTraffic();
    for (let n = 0; n < 3; n++) stats.metrics.flow.create();
    assertRefusesUnchanged(
      stats,
      () => stats.metrics.flow.create(),
      RangeError,
      "Cannot create a bucket of flow: at most 3 (maxSeries), got one more",
    );
  });

  it("are refused by a metric without labels", () => {
    const stats = createTraffic();
    const cell = stats.metrics.cell as unknown as typeof stats.metrics.flow;
    assertRefusesUnchanged(
      stats,
      () => cell.id({ source: "a" }),
      TypeError,
      "Cannot find a bucket of cell: a bucket id is required because the metric has no labels, got labels",
    );
  });
});

describe("BucketReader", () => {
  /** A reader of a bucket's epochs: that with which it was merged last. */
  function makeReader(onFind: () => void = () => {}, onMerge: () => void = () => {}) {
    const buffer = makeHandle();
    const { table, index, buckets } = makeBuckets(buffer);
    let seen = 0;
    const accumulator: Accumulator<number> = {
      reset: () => seen = 0,
      bytesOf: () => 8,
      merge: (_slot, _segment, _offset, epoch) => {
        seen = epoch;
        onMerge();
        return true;
      },
      absorb: () => {},
      value: () => seen,
    };
    const slots = new SlotDirectory(table.arena, 1, 60);
    slots.acquire("a", { state: ACTIVE });
    const find = buckets.find.bind(buckets);
    buckets.find = (labels, verb): BucketLife | undefined => {
      const series = find(labels, verb);
      onFind();
      return series;
    };
    const select = buckets.select.bind(buckets);
    buckets.select = (labels, verb) => {
      const series = select(labels, verb);
      onFind();
      return series;
    };
    const reader = new BucketReader({
      name: table.name,
      definition: counter(),
      parts: () => ({
        ...{ table, index, slots, labelled: buckets, overflowed: 0 },
        makeAccumulator: () => accumulator,
        walk: () => new Walk(table.arena, new CellSegments(table.arena, slots)),
      }),
    });
    return { reader, table, other: makeBuckets(buffer).buckets };
  }

  it("reads again if the bucket is cleared during a read", () => {
    let clears = 2;
    const { reader, table, other } = makeReader(undefined, () => {
      if (clears-- > 0) table.clear(0, table.epoch(0));
    });
    other.intern({ a: "x" }, "find");
    assertEquals(reader.read(0), 5);
    clears = 1;
    assertEquals(reader.perThread(0), [{ thread: "a", slot: 0, value: 7 }]);
  });

  it("ends with an empty value if the bucket is cleared again and again", () => {
    const { reader, table, other } = makeReader(undefined, () => table.clear(0, table.epoch(0)));
    other.intern({ a: "x" }, "find");
    assertEquals(reader.read(0), 0);
    assertEquals(reader.perThread(0), []);
    assertEquals(reader.aggregate(0, "initial", () => "called"), "initial");
  });

  it("never reads, clears or destroys a bucket that got other labels after it was found", () => {
    // Another thread destroys the bucket that was found, and uses its id for other labels.
    let armed = true;
    const { reader, other, table } = makeReader(() => {
      if (!armed) return;
      armed = false;
      other.destroy(0);
      other.intern({ a: "other" }, "find");
    });
    const attempt = (call: () => unknown) => {
      other.destroy(0);
      other.intern({ a: "x" }, "find");
      armed = true;
      try {
        return call();
      } catch (error) {
        return (error as Error).constructor.name;
      }
    };
    other.intern({ a: "first" }, "find");
    assertEquals(attempt(() => reader.read({ a: "x" })), 0);
    assertEquals(attempt(() => reader.perThread({ a: "x" })), []);
    const epochAfter = (call: () => unknown) => [attempt(call), table.epoch(0) & 1];
    assertEquals(epochAfter(() => reader.destroy({ a: "x" })), ["RangeError", 1]);
    const before = table.epoch(0);
    assertEquals(attempt(() => reader.clear({ a: "x" })), "RangeError");
    assertEquals(table.epoch(0), before + 4, "created anew twice, not cleared");
  });
});
