import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  type Exemplar,
  gauge,
  histogram,
  StaleThreadError,
  ThreadStats,
} from "../../../mod.ts";
import { Arena } from "../../../src/memory/arena.ts";
import { assertRefusesUnchanged } from "../observe.ts";

const schema = defineSchema({
  hits: counter(),
  calls: counter({ labels: ["method"], maxSeries: 3 }),
  level: gauge(),
  size: histogram({ boundaries: [1, 10, 100] }),
  latency: histogram({ lowest: 1e-6, highest: 60 }),
  took: histogram({ boundaries: [1], labels: ["path"], maxSeries: 3 }),
});
type Stats = ThreadStats<typeof schema.metrics>;
type Name = Exclude<keyof typeof schema.metrics, "level">;

const POST = { method: "POST" };

/** The exemplars of a metric's buckets by id, as values and one label. */
function exemplarsOf(stats: Stats, name: Name): [value: number, a: string | undefined][][] {
  return stats.snapshot().metrics[name].series.map(({ exemplars = [] }) =>
    exemplars.map(({ value, labels }) => [value, labels.a])
  );
}

function exemplar(a: string) {
  return { exemplar: { a } };
}

function bytesOf({ handle }: Stats): number {
  return new Arena(handle).bytesUsed;
}

describe("CounterWriter.add()", () => {
  it("keeps the latest exemplar, with its increment and time", () => {
    const stats = ThreadStats.create(schema);
    const { hits } = stats.registerThread().metrics;
    hits.add();
    assertEquals(Object.keys(stats.snapshot().metrics.hits.series[0]), [
      "id",
      "labels",
      "value",
      "epoch",
    ]);
    const from = Date.now();
    hits.add(2, exemplar("1"));
    hits.add(0.5, { exemplar: { trace_id: "x", span_id: "y" } });
    hits.add(4);
    const to = Date.now();
    const [{ value, exemplars }] = stats.snapshot().metrics.hits.series;
    const [{ time, ...rest }] = exemplars!;
    assertEquals([value, exemplars!.length], [7.5, 1]);
    assertEquals(rest, { labels: { trace_id: "x", span_id: "y" }, value: 0.5 });
    assert(time >= from && time <= to);
  });

  it("counts without an exemplar when that is undefined, and with one without labels", () => {
    const stats = ThreadStats.create(schema);
    const { hits } = stats.registerThread().metrics;
    hits.add(1, {});
    hits.add(1, undefined);
    hits.add(1, { exemplar: undefined });
    assertEquals([stats.metrics.hits.read(), exemplarsOf(stats, "hits")], [3, [[]]]);
    hits.add(undefined, { exemplar: {} });
    assertEquals([stats.metrics.hits.read(), exemplarsOf(stats, "hits")], [4, [[[1, undefined]]]]);
  });

  it("keeps one exemplar for each labelled bucket, and for the overflow series", () => {
    const stats = ThreadStats.create(schema);
    const { calls } = stats.registerThread().metrics;
    for (const method of ["a", "b", "c", "d"]) {
      calls.labels({ method }).add(1, exemplar(method));
      calls.labels({ method }).add(1);
    }
    const rows = stats.snapshot().metrics.calls.series.map(({ labels, exemplars }) => [
      labels.method,
      exemplars?.[0].labels.a,
    ]);
    assertEquals(rows.filter(([method]) => method !== undefined).every(([m, a]) => m === a), true);
    assertEquals(rows.find(([method]) => method === undefined), [undefined, "d"]);
    assertEquals(stats.metrics.calls.overflowed() % 2, 0);
    // In `series()` too.
    assertEquals(stats.metrics.calls.series()[0].exemplars?.[0].labels, { a: "a" });
  });

  it("refuses bad options and exemplars, and counts nothing", () => {
    const stats = ThreadStats.create(schema);
    const { hits, calls } = stats.registerThread().metrics;
    for (let round = 0; round < 2; round++) {
      for (const [writer, name] of [[hits, "hits"], [calls.labels(POST), "calls"]] as const) {
        const refuse = (options: unknown, Class: typeof TypeError, rest: string) =>
          assertRefusesUnchanged(
            stats,
            () => writer.add(1, options as never),
            Class,
            `Cannot add to ${name}: ${rest}`,
          );
        refuse(null, TypeError, "the options must be an object, got null");
        refuse(5, TypeError, "the options must be an object, got 5");
        refuse({ count: 5 }, TypeError, 'the options are exemplar, got the unknown option "count"');
        refuse({ exemplar: null }, TypeError, "the exemplar must be an object of labels, got null");
        refuse(
          { exemplar: { a: 1 } },
          TypeError,
          "the exemplar's label a must be a string, got 1",
        );
        refuse(
          exemplar("x".repeat(128)),
          RangeError,
          "the exemplar's names and values may have at most 128 UTF-16 code units, got 129",
        );
        const required = "the increment must be a finite number and not negative";
        assertThrows(() => writer.add(-1, exemplar("1")), RangeError, required);
        assertThrows(() => writer.add("1" as never, exemplar("1")), TypeError, required);
        writer.add(1, exemplar("good"));
      }
    }
    assertEquals(exemplarsOf(stats, "hits"), [[[1, "good"]]]);
    assertEquals(stats.metrics.hits.read(), 2);
  });
});

describe("HistogramWriter.record()", () => {
  it("keeps the latest exemplar of each bin with boundaries, the latest one last", () => {
    const stats = ThreadStats.create(schema);
    const { size } = stats.registerThread().metrics;
    for (const value of [1000, 0, 5, 7, 10, 1, 50]) size.record(value, exemplar(`${value}`));
    size.record(6);
    size.record(11, { count: 4 });
    size.record(12, { count: 4, exemplar: { a: "four" } });
    assertEquals(exemplarsOf(stats, "size"), [[
      [1000, "1000"],
      [10, "10"],
      [1, "1"],
      [12, "four"],
    ]]);
    assertEquals(stats.metrics.size.read().count, 16);
  });

  it("keeps one for each of 32 equal parts of log-linear bins", () => {
    const stats = ThreadStats.create(schema);
    const { latency } = stats.registerThread().metrics;
    for (let value = 1e-7; value < 1000; value *= 1.01) latency.record(value, exemplar("all"));
    const [found] = exemplarsOf(stats, "latency");
    assertEquals(found.length, 32);
    // In rising order, as they were given; each is the greatest value of its part.
    assertEquals(found, [...found].sort(([one], [other]) => one - other));
    latency.record(2e-6, exemplar("latest"));
    assertEquals(exemplarsOf(stats, "latency")[0].at(-1), [2e-6, "latest"]);
    assertEquals(exemplarsOf(stats, "latency")[0].length, 32);
  });

  it("refuses bad options and exemplars, and counts nothing", () => {
    const stats = ThreadStats.create(schema);
    const { size, took } = stats.registerThread().metrics;
    for (let round = 0; round < 2; round++) {
      for (
        const [writer, name] of [[size, "size"], [took.labels({ path: "/" }), "took"]] as const
      ) {
        const refuse = (options: unknown, Class: typeof TypeError, rest: string) =>
          assertRefusesUnchanged(
            stats,
            () => writer.record(1, options as never),
            Class,
            `Cannot record in ${name}: ${rest}`,
          );
        refuse(null, TypeError, "the count must be a number, got null");
        refuse([], TypeError, "the count must be a number, got []");
        refuse(
          { n: 5 },
          TypeError,
          'the options are count and exemplar, got the unknown option "n"',
        );
        refuse({ count: "1" }, TypeError, 'the count must be a number, got "1"');
        refuse({ count: 0 }, RangeError, "the count must be a positive integer, got 0");
        refuse(
          { count: 1.5, ...exemplar("1") },
          RangeError,
          "the count must be a positive integer, got 1.5",
        );
        refuse({ exemplar: 1 }, TypeError, "the exemplar must be an object of labels, got 1");
        refuse(
          exemplar("x".repeat(128)),
          RangeError,
          "the exemplar's names and values may have at most 128 UTF-16 code units, got 129",
        );
        assertThrows(() => writer.record(NaN, exemplar("1")), RangeError, "finite");
        writer.record(1, exemplar("good"));
      }
    }
    assertEquals(exemplarsOf(stats, "size"), [[[1, "good"]]]);
  });
});

describe("exemplars", () => {
  it("of several threads: the latest wins, by the order of the program and not by the clock", () => {
    const stats = ThreadStats.create(schema);
    const one = stats.registerThread("one").metrics;
    const two = ThreadStats.attach(schema, stats.handle).registerThread("two").metrics;
    const { now } = Date;
    try {
      Date.now = () => 2e12;
      one.hits.add(1, exemplar("one"));
      Date.now = () => 1e12;
      two.hits.add(2, exemplar("two"));
    } finally {
      Date.now = now;
    }
    assertEquals(exemplarsOf(stats, "hits"), [[[2, "two"]]]);
    one.hits.add(3, exemplar("again"));
    assertEquals(exemplarsOf(stats, "hits"), [[[3, "again"]]]);
    const [{ perThread }] = stats.snapshot({ perThread: true }).metrics.hits.series;
    const parts = perThread!.map(({ thread, exemplars }) => [thread, exemplars?.[0].labels.a]);
    assertEquals(parts, [["one", "again"], ["two", "two"]]);
  });

  it("of different bins come from different threads", () => {
    const stats = ThreadStats.create(schema);
    const one = stats.registerThread("one").metrics;
    const two = stats.registerThread("two").metrics;
    one.size.record(5, exemplar("1"));
    one.size.record(50, exemplar("2"));
    two.size.record(5.5, exemplar("3"));
    assertEquals(exemplarsOf(stats, "size"), [[[50, "2"], [5.5, "3"]]]);
  });

  it("disappear with a clear, and at the end of a bucket's life", () => {
    const stats = ThreadStats.create(schema);
    const { hits, calls, size } = stats.registerThread().metrics;
    for (let round = 1; round <= 3; round++) {
      hits.add(1, exemplar("a"));
      size.record(1, exemplar("a"));
      size.record(5, exemplar("b"));
      assertEquals([exemplarsOf(stats, "hits")[0].length, exemplarsOf(stats, "size")[0].length], [
        1,
        2,
      ]);
      stats.metrics.hits.clear();
      stats.metrics.size.clear();
      assertEquals([exemplarsOf(stats, "hits"), exemplarsOf(stats, "size")], [[[]], [[]]]);
      hits.add(1);
      size.record(50, exemplar("c"));
      assertEquals([exemplarsOf(stats, "hits"), exemplarsOf(stats, "size")], [[[]], [[[50, "c"]]]]);
      const bound = calls.labels(POST);
      bound.add(1, exemplar(`${round}`));
      stats.metrics.calls.destroy(POST);
      assertThrows(() => bound.add(1, exemplar("late")), RangeError, "destroyed");
      assertEquals(stats.metrics.calls.id({ method: `${round}` }), 0);
      calls.labels({ method: `${round}` }).add(1);
      assertEquals(exemplarsOf(stats, "calls"), [[]]);
      stats.metrics.calls.destroy(0);
      stats.metrics.size.clear();
    }
  });

  it("stay with the slot when its owner changes, who replaces them", () => {
    const stats = ThreadStats.create(schema, { maxThreads: 1 });
    const first = stats.registerThread("worker");
    first.metrics.hits.add(1, exemplar("first"));
    first.metrics.size.record(5, exemplar("first"));
    first.unregister();
    assertThrows(() => first.metrics.hits.add(1, exemplar("late")), StaleThreadError);
    assertThrows(() => first.metrics.size.record(500, exemplar("late")), StaleThreadError);
    const second = stats.registerThread("other").metrics;
    assertEquals([exemplarsOf(stats, "hits"), exemplarsOf(stats, "size")], [
      [[[1, "first"]]],
      [[[5, "first"]]],
    ]);
    const bytes = bytesOf(stats);
    for (const a of ["second", "third"]) {
      second.hits.add(2, exemplar(a));
      second.size.record(5, exemplar(a));
      assertEquals([exemplarsOf(stats, "hits"), exemplarsOf(stats, "size")], [
        [[[2, a]]],
        [[[5, a]]],
      ]);
    }
    assertEquals(bytesOf(stats), bytes);
  });

  it("take no memory in threads that give none, and a bounded amount in others", () => {
    const stats = ThreadStats.create(schema);
    const { hits, latency, calls } = stats.registerThread("gives").metrics;
    const none = stats.registerThread("gives none").metrics;
    const update = (writers: typeof none) => {
      writers.hits.add(1);
      writers.latency.record(1);
      writers.calls.labels(POST).add();
    };
    update({ ...none, hits, latency, calls });
    update(none);
    let bytes = bytesOf(stats);
    const grown = () => {
      const before = bytes;
      return (bytes = bytesOf(stats)) - before;
    };
    hits.add(1, exemplar("a"));
    // The block and the cell of its one place.
    assertEquals(grown(), 768);
    for (let n = 0; n < 1000; n++) hits.add(1, exemplar(`${n}`));
    assertEquals(grown(), 0);
    for (let value = 1e-7; value < 1000; value *= 1.01) latency.record(value, exemplar("a"));
    // The reference of the block may have needed another pool of the thread.
    assert([20_736, 20_736 + 1024].includes(grown()));
    for (let value = 1e-7; value < 1000; value *= 1.01) latency.record(value, exemplar("b"));
    assertEquals(grown(), 0);
    calls.labels(POST).add(1, exemplar("a"));
    // And a segment of references.
    assertEquals(grown(), 768 + 256);
    update(none);
    assertEquals(grown(), 0);
  });

  it("are refused when the arena is full, and then nothing is counted", () => {
    const stats = ThreadStats.create(schema, { maxByteLength: 2 ** 20 });
    const { hits, size } = stats.registerThread().metrics;
    hits.add();
    size.record(1);
    const arena = new Arena(stats.handle);
    assertThrows(() => {
      for (;;) arena.allocate(128);
    }, RangeError);
    for (const update of [() => hits.add(1, exemplar("a")), () => size.record(1, exemplar("a"))]) {
      assertThrows(update, RangeError, "(maxByteLength) in all");
    }
    hits.add();
    assertEquals([stats.metrics.hits.read(), stats.metrics.size.read().count], [2, 1]);
    assertEquals(exemplarsOf(stats, "hits"), [[]]);
  });

  it("survive structured cloning and JSON", () => {
    const stats = ThreadStats.create(schema);
    const { hits, size } = stats.registerThread().metrics;
    hits.add(2, exemplar("a"));
    size.record(5, exemplar("b"));
    const snapshot = stats.snapshot({ perThread: true });
    const { metrics } = structuredClone(snapshot);
    assertEquals(metrics.hits.series, snapshot.metrics.hits.series);
    assertEquals(metrics.size.series[0].exemplars, snapshot.metrics.size.series[0].exemplars);
    const json = JSON.parse(JSON.stringify(snapshot)).metrics;
    const [row] = json.size.series as { exemplars: Exemplar[] }[];
    assertEquals(row.exemplars, snapshot.metrics.size.series[0].exemplars);
  });
});
