import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  bitOr,
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  min,
  record,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { SeriesFilter } from "../../src/buckets/series_filter.ts";
import type { Accumulator } from "../../src/metrics/accumulator.ts";
import { BucketTotals } from "../../src/metrics/bucket_totals.ts";
import { SeriesTotals } from "../../src/metrics/series_totals.ts";
import { CellSegments } from "../../src/threads/cell_segments.ts";
import { ACTIVE } from "../../src/threads/control_word.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import { Walk } from "../../src/threads/walk.ts";
import { makeBuckets, makeHandle } from "../buckets/make_table.ts";
import { Random } from "../support/random.ts";
import { assertRefusesUnchanged } from "./observe.ts";

const labels = ["method", "status"] as const;
const schema = defineSchema({
  calls: counter({ labels, maxSeries: 5000 }),
  few: counter({ labels, maxSeries: 2, maxLabelLength: 5 }),
  added: gauge({ labels }),
  least: gauge({ labels, aggregate: "min" }),
  most: gauge({ labels, aggregate: "max" }),
  newest: gauge({ labels, aggregate: "latest" }),
  took: histogram({ labels, lowest: 1, highest: 1000 }),
  sizes: histogram({ labels, boundaries: [1, 2, 3] }),
  flow: record(
    { bytes: sum("u64"), way: sum(), low: min(), high: max(), flags: bitOr() },
    { labels },
  ),
});

const NONE = { bytes: 0n, way: 0, low: Infinity, high: -Infinity, flags: 0 };

const get200 = { method: "GET", status: "200" };
const get404 = { method: "GET", status: "404" };
const put200 = { method: "PUT", status: "200" };

/** Statistics with two threads: what the second one writes, the first one does not know of. */
function setUp() {
  const stats = ThreadStats.create(schema);
  const one = stats.registerThread("one");
  const there = ThreadStats.attach(schema, structuredClone(stats.handle));
  return { stats, read: stats.metrics, one, two: there.registerThread("two"), there };
}

describe("LabelledReader.read() of several series", () => {
  it("adds up the counts of all series, or of those with some labels", () => {
    const { read, one, two } = setUp();
    one.metrics.calls.labels(get200).add(1);
    two.metrics.calls.labels(get200).add(10);
    two.metrics.calls.labels(get404).add(100);
    one.metrics.calls.labels(put200).add(1000);
    const { calls } = read;
    assertEquals([calls.read(), calls.read({})], [1111, 1111]);
    assertEquals([calls.read({ method: "GET" }), calls.read({ status: "200" })], [111, 1011]);
    assertEquals([calls.read({ method: "PUT" }), calls.read({ method: "POST" })], [1000, 0]);
    assertEquals([calls.read(get404), calls.read(0), calls.read(1)], [100, 11, 100]);
  });

  it("is the empty value of a metric without series", () => {
    const { read } = setUp();
    assertEquals([read.calls.read(), read.calls.read({ method: "GET" })], [0, 0]);
    assertEquals([read.added.read(), read.least.read(), read.most.read()], [
      0,
      Infinity,
      -Infinity,
    ]);
    assertEquals([read.newest.read(), read.took.read().count], [0, 0]);
    assertEquals(read.flow.read(), NONE);
    assertEquals(read.calls.ids(), [], "reading makes no series");
  });

  it("merges gauges by their aggregate, of live threads only", () => {
    const { read, one, two } = setUp();
    for (const name of ["added", "least", "most"] as const) {
      one.metrics[name].labels(get200).set(3);
      two.metrics[name].labels(get200).set(-5);
      one.metrics[name].labels(get404).set(7);
      two.metrics[name].labels(put200).set(20);
    }
    const readAll = () => [read.added.read(), read.least.read(), read.most.read()];
    assertEquals(readAll(), [25, -5, 20]);
    const part = { method: "GET" };
    const parts = [read.added.read(part), read.least.read(part), read.most.read(part)];
    assertEquals(parts, [5, -5, 7]);
    two.unregister();
    assertEquals(readAll(), [10, 3, 7]);
  });

  it("returns the value that was set last in any of the series, for the latest", () => {
    const { read, one, two } = setUp();
    const newest = [get200, get404, put200].flatMap((labels) =>
      [one, two].map(({ metrics }) => ({ labels, writer: metrics.newest.labels(labels) }))
    );
    const random = new Random(7);
    let lastGet = 0;
    for (let round = 1; round <= 200; round++) {
      const { labels, writer } = newest[random.below(newest.length)];
      writer.set(round);
      if (labels.method === "GET") lastGet = round;
      assertEquals([read.newest.read(), read.newest.read({ method: "GET" })], [round, lastGet]);
    }
  });

  it("merges histograms with the same bins", () => {
    const { read, one, two } = setUp();
    for (const name of ["took", "sizes"] as const) {
      one.metrics[name].labels(get200).record(1, 2);
      two.metrics[name].labels(get404).record(500);
      two.metrics[name].labels(put200).record(2, 3);
      const [first, ...rest] = read[name].series().map(({ value }) => value);
      const merged = rest.reduce((all, value) => all.merge(value), first);
      assertEquals(read[name].read(), merged);
      assertEquals(read[name].read().count, 6);
      const part = read[name].read({ method: "GET" });
      assertEquals([part.count, part.sum, part.min, part.max], [3, 502, 1, 500]);
      assertEquals(part.quantile(0.5), 1);
    }
    assertEquals(read.took.read({ method: "POST" }).count, 0);
    // The reader starts again from nothing.
    assertEquals(read.took.read().count, 6);
  });

  it("merges records field by field", () => {
    const { read, one, two } = setUp();
    const { flow } = one.metrics;
    flow.labels(get200).update({ bytes: 2n ** 63n, way: 1, low: 5, high: 5, flags: 1 });
    two.metrics.flow.labels(get404).update({
      bytes: 2n ** 63n + 5n,
      way: -4,
      low: -2,
      high: 2,
      flags: 4,
    });
    two.metrics.flow.labels(put200).update({ bytes: 1n, low: -9, flags: 8 });
    assertEquals(read.flow.read(), { bytes: 6n, way: -3, low: -9, high: 5, flags: 13 });
    assertEquals(read.flow.read({ method: "GET" }), {
      bytes: 5n,
      way: -3,
      low: -2,
      high: 5,
      flags: 5,
    });
  });

  it("stays finite", () => {
    const { read, one } = setUp();
    const most = Number.MAX_VALUE;
    for (const labels of [get200, get404, put200]) {
      one.metrics.calls.labels(labels).add(most);
      one.metrics.added.labels(labels).set(most);
      one.metrics.flow.labels(labels).update({ way: most });
    }
    assertEquals([read.calls.read(), read.added.read(), read.flow.read().way], [most, most, most]);
  });

  it("includes the overflow series and buckets without labels in a total of all only", () => {
    const { read, one } = setUp();
    for (const method of ["a", "b", "c", "a text that is too long"]) {
      one.metrics.few.labels({ method, status: "200" }).add();
    }
    const { few, flow } = read;
    assertEquals([few.read(), few.overflowed()], [4, 2]);
    assertEquals([few.read({ status: "200" }), few.read({ method: "c" })], [2, 0]);
    // All labels, of which one is too long, mean the overflow series. A part means no series.
    const long = "a text that is too long";
    assertEquals(few.read({ method: long, status: "200" }), 2);
    assertEquals(few.read({ method: long }), 0);
    assertEquals(few.series({ method: long, status: "200" }).length, 1);
    one.metrics.flow.update(flow.create(), { way: 1 });
    one.metrics.flow.labels(get200).update({ way: 2 });
    assertEquals([flow.read().way, flow.read({ method: "GET" }).way], [3, 2]);
  });

  it("leaves out what was cleared or destroyed", () => {
    const { read, one, there } = setUp();
    for (const labels of [get200, get404, put200]) one.metrics.calls.labels(labels).add(1);
    there.metrics.calls.clear(get200);
    assertEquals(read.calls.read(), 2);
    there.metrics.calls.destroy(get404);
    assertEquals([read.calls.read(), read.calls.read({ method: "GET" })], [1, 0]);
    there.metrics.calls.id({ method: "POST", status: "200" });
    one.metrics.calls.labels({ method: "POST", status: "200" }).add(5);
    assertEquals([read.calls.read({ method: "GET" }), read.calls.read()], [0, 6]);
  });

  it("finds values in well-formed Unicode, and labels with names of inherited methods", () => {
    const odd = defineSchema({ calls: counter({ labels: ["toString", "constructor"] }) });
    const stats = ThreadStats.create(odd);
    const { calls } = stats.registerThread("main").metrics;
    calls.labels({ toString: "x \ud83d", constructor: "y" } as never).add(3);
    calls.labels({ toString: "other", constructor: "y" } as never).add(4);
    const reader = stats.metrics.calls;
    assertEquals(reader.read(), 7);
    assertEquals(reader.read({ toString: "x \ud83d" } as never), 3);
    assertEquals(reader.read({ toString: "x \ufffd" } as never), 3);
    assertEquals(reader.read({ constructor: "y" } as never), 7);
  });

  it("equals the sum over series(), whatever series there are", () => {
    const { stats, one, two } = setUp();
    const random = new Random(3);
    const { calls } = stats.metrics;
    for (let round = 0; round < 1500; round++) {
      const { metrics } = random.below(2) === 0 ? one : two;
      const labels = { method: `m${random.below(40)}`, status: `s${random.below(20)}` };
      metrics.calls.labels(labels).add(random.below(100));
      if (random.below(10) === 0) calls.destroy(calls.ids()[0]);
      if (random.below(10) === 0) calls.clear(calls.ids()[0] ?? calls.id(labels));
    }
    const add = (rows: { value: number }[]) => rows.reduce((sum, { value }) => sum + value, 0);
    assert(calls.ids().length > 300, "in several segments");
    assertEquals(calls.read(), add(calls.series()));
    for (const method of ["m0", "m7", "none"]) {
      const rows = calls.series().filter(({ labels }) => labels.method === method);
      assertEquals(calls.series({ method }), rows);
      assertEquals(calls.read({ method }), add(rows));
      assertEquals(calls.read({ method }), add(calls.perThread({ method })));
    }
  });
});

describe("LabelledReader.perThread() and aggregate() of several series", () => {
  it("have each thread's total, in the order of slots", () => {
    const { read, one, two } = setUp();
    one.metrics.calls.labels(get200).add(1);
    one.metrics.calls.labels(put200).add(2);
    two.metrics.calls.labels(get404).add(4);
    two.metrics.calls.labels(get200).add(8);
    const { calls } = read;
    const all = [{ thread: "one", slot: 0, value: 3 }, { thread: "two", slot: 1, value: 12 }];
    assertEquals([calls.perThread(), calls.perThread({})], [all, all]);
    assertEquals(calls.perThread({ method: "PUT" }), [{ thread: "one", slot: 0, value: 2 }]);
    assertEquals(calls.perThread({ method: "POST" }), []);
    two.unregister();
    const seen = calls.aggregate(
      { method: "GET" },
      [] as unknown[],
      (parts, value, thread) => [...parts, value, thread],
    );
    assertEquals(seen, [
      1,
      { slot: 0, name: "one", state: "active" },
      12,
      { slot: 1, name: "two", state: "retired" },
    ]);
    assertEquals(calls.aggregate({}, 0, (most, value) => Math.max(most, value)), 12);
  });

  it("merge the parts of every kind", () => {
    const { read, one, two } = setUp();
    one.metrics.took.labels(get200).record(5, 2);
    one.metrics.took.labels(put200).record(7);
    two.metrics.flow.labels(get200).update({ bytes: 1n, low: 3 });
    two.metrics.flow.labels(put200).update({ bytes: 2n, low: 1 });
    one.metrics.most.labels(get200).set(1);
    one.metrics.most.labels(put200).set(5);
    two.metrics.newest.labels(get200).set(1);
    two.metrics.newest.labels(put200).set(2);
    one.metrics.newest.labels(get200).set(3);
    assertEquals(read.took.perThread().map(({ value: { count, sum } }) => [count, sum]), [[3, 17]]);
    assertEquals(read.flow.perThread().map(({ value }) => value), [
      { ...NONE, bytes: 3n, low: 1 },
    ]);
    assertEquals(read.most.perThread(), [{ thread: "one", slot: 0, value: 5 }]);
    assertEquals(read.newest.perThread().map(({ value }) => value), [3, 2]);
  });

  it("let the callback read", () => {
    const { read, one } = setUp();
    one.metrics.calls.labels(get200).add(5);
    assertEquals(read.calls.aggregate({}, 0, (sum, value) => sum + value + read.calls.read()), 10);
  });
});

describe("LabelledReader.series() with a filter", () => {
  it("returns the series that have the labels", () => {
    const { read, one } = setUp();
    for (const labels of [get200, get404, put200]) one.metrics.calls.labels(labels).add(2);
    const { calls } = read;
    assertEquals(calls.series({ method: "GET" }), [
      { id: 0, labels: get200, value: 2 },
      { id: 1, labels: get404, value: 2 },
    ]);
    assertEquals(calls.series({ status: "200" }).map(({ id }) => id), [0, 2]);
    assertEquals(calls.series(put200), [{ id: 2, labels: put200, value: 2 }]);
    assertEquals(calls.series({ method: "POST" }), []);
    assertEquals(calls.series({}), calls.series());
  });
});

describe("bad selections", () => {
  const refused: readonly (readonly [unknown, string])[] = [
    [{ methods: "GET" }, "the labels must be method, status, got the unknown label methods"],
    [{ method: "GET", host: "a" }, "the labels must be method, status, got the unknown label host"],
    [{ method: 5 }, "the label method must be a string, got 5"],
    // Else a forgotten value would total more than the caller meant.
    [{ method: undefined }, "the label method must be a string, got undefined"],
    [{ method: null }, "the label method must be a string, got null"],
    [new Map(), "the labels must be method, status, got an object of class Map"],
    [[], "the labels must be method, status, got []"],
    [
      new Uint8Array(2),
      "the labels must be method, status, got an object of class Uint8Array",
    ],
  ];

  it("are refused by every reader, also of a metric without any series", () => {
    const { stats, one } = setUp();
    const { calls } = stats.metrics;
    for (let round = 0; round < 2; round++) {
      for (const [labels, text] of refused) {
        const given = labels as Record<string, string>;
        const uses: [string, () => unknown][] = [
          ["read", () => calls.read(given)],
          ["read", () => calls.perThread(given)],
          ["aggregate", () => calls.aggregate(given, 0, () => 0)],
          ["list the series of", () => calls.series(given)],
        ];
        for (const [verb, use] of uses) {
          assertRefusesUnchanged(stats, use, TypeError, `Cannot ${verb} calls: ${text}`);
        }
      }
      one.metrics.calls.labels(get200).add();
    }
    const noFilter = 5 as unknown as typeof get200;
    assertRefusesUnchanged(
      stats,
      () => calls.series(noFilter),
      TypeError,
      "Cannot list the series of calls: the labels must be method, status, got 5",
    );
  });

  it("are refused by clear() and destroy(), which need one bucket", () => {
    const { stats, one } = setUp();
    const { calls } = stats.metrics;
    one.metrics.calls.labels(get200).add();
    for (const verb of ["clear", "destroy"] as const) {
      for (
        const [selection, text] of [
          [undefined, "the bucket's id must be a number, got undefined"],
          [{}, "the labels must be method, status, got no method"],
          [{ method: "GET" }, "the labels must be method, status, got no status"],
        ] as const
      ) {
        const given = selection as typeof get200;
        const what = `Cannot ${verb} calls: ${text}`;
        assertRefusesUnchanged(stats, () => calls[verb](given), TypeError, what);
      }
    }
  });

  it("are all that a record without labels refuses", () => {
    const stats = ThreadStats.create(defineSchema({ cell: record({ n: sum() }) }));
    const cell = stats.metrics.cell as unknown as {
      read(given?: unknown): unknown;
      series(given?: unknown): unknown;
    };
    const read = "Cannot read cell: the bucket's id must be a number, got undefined";
    assertRefusesUnchanged(stats, () => cell.read(), TypeError, read);
    const series = "Cannot list the series of cell: the metric has no labels, got labels";
    assertRefusesUnchanged(stats, () => cell.series({}), TypeError, series);
  });
});

describe("SeriesTotals", () => {
  /** Totals over buckets in which one thread has counted 10, with what happens at each read. */
  function makeTotals(onMerge: (offset: number) => void) {
    const { table, index, buckets } = makeBuckets(makeHandle());
    const makeAccumulator = (): Accumulator<number> => {
      let total = 0;
      const accumulator = {
        reset: () => void (total = 0),
        bytesOf: () => 8,
        merge: (_slot: number, _segment: number, offset: number) => {
          total += 10;
          onMerge(offset);
          return true;
        },
        absorb: (other: { value(): number }) => void (total += other.value()),
        value: () => total,
      };
      return accumulator;
    };
    const slots = new SlotDirectory(table.arena, 1, 60);
    slots.acquire("a", { state: ACTIVE });
    const totals = new BucketTotals(slots, makeAccumulator);
    const series = new SeriesTotals({ table, index, slots, totals, makeAccumulator });
    const walk = () =>
      Object.assign(new Walk(table.arena, noCells(slots, table.arena)), { slots: [0] });
    for (const a of ["x", "y", "z"]) buckets.intern({ a }, "find");
    return { series, table, buckets, walk };
  }

  function noCells(slots: SlotDirectory, arena: ConstructorParameters<typeof CellSegments>[0]) {
    return new CellSegments(arena, slots);
  }

  const all = new SeriesFilter([], {});

  it("leaves out a bucket that was cleared or destroyed while it was read", () => {
    for (const change of ["clear", "end"] as const) {
      let armed = true;
      const { series, table, walk } = makeTotals((offset) => {
        if (!armed || offset !== 1) return;
        armed = false;
        table[change](1, table.epoch(1));
      });
      assertEquals(series.total(all, walk()), 20);
      assertEquals(series.total(all, walk()), change === "clear" ? 30 : 20);
    }
  });

  it("leaves such a bucket out of the threads' parts, too", () => {
    let armed = true;
    const { series, table, walk } = makeTotals((offset) => {
      if (!armed || offset !== 1) return;
      armed = false;
      table.clear(1, table.epoch(1));
    });
    const values = () => series.parts(all, walk()).map(({ value }) => value);
    assertEquals(values(), [20]);
    assertEquals(values(), [30]);
  });

  it("does not read buckets that are not selected", () => {
    const read: number[] = [];
    const { series, walk } = makeTotals((offset) => void read.push(offset));
    const filter = new SeriesFilter(["a"], { a: "y" });
    assertEquals(series.total(filter, walk()), 10);
    assertEquals(series.parts(filter, walk()).map(({ value }) => value), [10]);
    assertEquals(read, [1, 1]);
  });
});
