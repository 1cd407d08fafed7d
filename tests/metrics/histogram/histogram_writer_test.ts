import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, histogram, StaleThreadError, ThreadStats } from "../../../mod.ts";
import { scaleOf } from "../../../src/metrics/histogram/bin_scale.ts";
import { withSeeds } from "../../support/random.ts";
import { NEGATIVE_OR_NOT_FINITE, NOT_NUMBERS } from "../../support/bad_values.ts";
import { attachKinds, createKinds, kinds, twoThreads } from "../../support/kinds.ts";
import { assertRefuses, assertRefusesUnchanged } from "../observe.ts";

const a = { route: "a" };
const b = { route: "b" };

const BAD_COUNTS: [number, string][] = [
  [0, "0"],
  [-1, "-1"],
  [0.5, "0.5"],
  [2 ** 53, "9007199254740992"],
  [1e300, "1e+300"],
  [NaN, "NaN"],
  [Infinity, "Infinity"],
];

/** The counts of all bins of the histogram with boundaries. */
function counts(stats: ReturnType<typeof createKinds>): number[] {
  return stats.metrics.size.read().bins.map(({ count }) => count);
}

describe("HistogramWriter.record()", () => {
  it("counts each value in its bin, with sum, min and max, over all threads", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    for (const value of [0, 100, 100.5]) one.metrics.size.record(value);
    for (const value of [1000, 10_000, 10_001]) two.metrics.size.record(value);
    assertEquals(counts(stats), [2, 2, 1, 1]);
    for (const { size } of [stats.metrics, attachKinds(stats).metrics]) {
      const { count, sum, min, max, mean, clamped } = size.read();
      assertEquals([count, sum, min, max, clamped], [6, 21201.5, 0, 10_001, 0]);
      assertEquals(mean, 21201.5 / 6);
    }
    assertEquals(
      stats.metrics.size.perThread().map(({ thread, value }) => [thread, value.count, value.max]),
      [["one", 3, 100.5], ["two", 3, 10_001]],
    );
  });

  it("counts a value n times with n", () => {
    const stats = createKinds();
    const { size } = stats.registerThread().metrics;
    size.record(200, 3);
    size.record(50, 1_000_000);
    size.record(200, undefined);
    const { count, sum } = stats.metrics.size.read();
    assertEquals([counts(stats), count, sum], [[1_000_000, 4, 0, 0], 1_000_004, 50_000_800]);
  });

  it("counts values out of range in the end bins, and as clamped", () => {
    const stats = createKinds();
    const { latency } = stats.registerThread().metrics;
    const inRange = [1e-6, 1, 60];
    const out = [0, -0, 5e-324, 9.9e-7, 60.0001, 1e300];
    for (const value of inRange) latency.record(value);
    assertEquals(stats.metrics.latency.read().clamped, 0);
    for (const value of out) latency.record(value);
    latency.record(61, 4);
    const { count, clamped, min, max, bins } = stats.metrics.latency.read();
    assertEquals([count, clamped, min, max], [13, 10, 0, 1e300]);
    assertEquals(bins.map(({ count }) => count), [5, 1, 7]);
  });

  it("counts the same values in any order, whether they widen the range or not", () => {
    withSeeds(20, (random) => {
      const definition = { lowest: 1e-6, highest: 60, relativeError: 0.01 };
      const stats = ThreadStats.create(defineSchema({ h: histogram(definition) }));
      const { h } = stats.registerThread().metrics;
      const scale = scaleOf(definition);
      const edges = [0, -0, 9.9e-7, 1e-6, 60, 60.0001, 1e300];
      const bins = new Map<number, number>();
      let [min, max, clamped] = [Infinity, -Infinity, 0];
      for (let n = 0; n < 300; n++) {
        if (random.below(100) === 0) {
          stats.metrics.h.clear();
          bins.clear();
          [min, max, clamped] = [Infinity, -Infinity, 0];
        }
        const value = random.below(4) === 0 ? random.pick(edges) : random.fraction() ** 8 * 80;
        const count = random.below(8) === 0 ? 3 : 1;
        h.record(value, count);
        const bin = scale.indexOf(value);
        bins.set(bin, (bins.get(bin) ?? 0) + count);
        [min, max] = [Math.min(min, value + 0), Math.max(max, value + 0)];
        if (value < 1e-6 || value > 60) clamped += count;
        const read = stats.metrics.h.read();
        assertEquals([read.min + 0, read.max + 0, read.clamped], [min, max, clamped]);
      }
      const expected = [...bins].toSorted(([a], [b]) => a - b).map(([, count]) => count);
      assertEquals(stats.metrics.h.read().bins.map(({ count }) => count), expected);
    });
  });

  it("refuses what only looks like a number once the range is known", () => {
    const stats = createKinds();
    const { latency } = stats.registerThread().metrics;
    for (const value of [1, 3]) latency.record(value);
    for (const bad of ["2", [2], { valueOf: () => 2 }, new Date(2), true]) {
      assertThrows(() => latency.record(bad as unknown as number), TypeError);
    }
    assertThrows(() => latency.record(2, "1" as unknown as number), TypeError);
    assertEquals(stats.metrics.latency.read().count, 2);
  });

  it("refuses values that are not finite or are negative, and counts nothing", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread();
    const histograms = [
      [metrics.latency, "latency"],
      [metrics.size, "size"],
      [metrics.took.labels(a), "took"],
    ] as const;
    for (let round = 0; round < 2; round++) {
      for (const [histogram, name] of histograms) {
        const record = (value: unknown, count?: unknown) => () =>
          histogram.record(value as number, count as number);
        for (const [value, got] of NEGATIVE_OR_NOT_FINITE) {
          const text =
            `Cannot record in ${name}: the value must be a finite number and not negative, got ${got}`;
          assertRefusesUnchanged(stats, record(value), RangeError, text);
        }
        for (const [value, got] of [...NOT_NUMBERS, [undefined, "undefined"]]) {
          const text = `Cannot record in ${name}: the value must be a number, got ${got}`;
          assertRefusesUnchanged(stats, record(value), TypeError, text);
        }
        for (const [count, got] of BAD_COUNTS) {
          const text = `Cannot record in ${name}: the count must be a positive integer, got ${got}`;
          assertRefusesUnchanged(stats, record(1, count), RangeError, text);
        }
        for (const [count, got] of NOT_NUMBERS) {
          // Options without any option.
          if (got === "an object") continue;
          const text = `Cannot record in ${name}: the count must be a number, got ${got}`;
          assertRefusesUnchanged(stats, record(1, count), TypeError, text);
        }
        histogram.record(1);
      }
    }
    assertEquals(
      [stats.metrics.latency.read().count, stats.metrics.size.read().count],
      [2, 2],
    );
  });

  it("starts again from 0 after a clear, in every thread", () => {
    const stats = createKinds();
    const threads = twoThreads(stats);
    for (let round = 1; round <= 3; round++) {
      for (const { metrics } of threads) {
        metrics.latency.record(round);
        metrics.latency.record(100);
      }
      const { count, sum, min, max, clamped } = stats.metrics.latency.read();
      assertEquals([count, sum, min, max, clamped], [4, 2 * round + 200, round, 100, 2]);
      stats.metrics.latency.clear();
      assertEquals(stats.metrics.latency.read().count, 0);
      assertEquals(stats.metrics.latency.perThread(), []);
    }
    threads[1].metrics.latency.record(5);
    const { count, sum, min, max, clamped, bins } = stats.metrics.latency.read();
    assertEquals([count, sum, min, max, clamped, bins.length], [1, 5, 5, 5, 0, 1]);
  });

  it("throws StaleThreadError after unregister() and revoke(); what was recorded stays", () => {
    const stats = createKinds();
    const gone = stats.registerThread();
    const seat = stats.reserveThread();
    const revoked = ThreadStats.attach(kinds, seat.handle).registerThread();
    for (const { metrics } of [gone, revoked]) metrics.size.record(1);
    const timing = revoked.metrics.latency.time();
    gone.unregister();
    seat.revoke();
    for (
      const [thread, got] of [[gone, "one that has ended"], [revoked, "a revoked one"]] as const
    ) {
      const text = `Cannot record in size: the thread must be registered, got ${got}`;
      assertRefuses(() => thread.metrics.size.record(1), StaleThreadError, text);
    }
    assertRefuses(
      () => timing[Symbol.dispose](),
      StaleThreadError,
      "Cannot record in latency: the thread must be registered, got a revoked one",
    );
    assertEquals(stats.metrics.size.read().count, 2);
  });

  it("goes on from the values of the slot's earlier owner", () => {
    const stats = createKinds();
    for (let n = 1; n <= 3; n++) {
      const thread = stats.registerThread("worker");
      assertEquals(thread.slot, 0);
      // Between the bins of the others, so that a reader must know the range of used bins.
      thread.metrics.latency.record([1, 0.01, 30][n - 1]);
      thread.metrics.latency.record(100 * n);
      assertEquals(stats.metrics.latency.read().count, 2 * n);
      thread.unregister();
      assertEquals(stats.metrics.latency.read().count, 2 * n);
    }
    const { sum, min, max, clamped, bins } = stats.metrics.latency.read();
    assertAlmostEquals(sum, 631.01);
    assertEquals([min, max, clamped], [0.01, 300, 3]);
    assertEquals(bins.map(({ count }) => count), [1, 1, 1, 3]);
    assertEquals(stats.metrics.latency.perThread().map(({ value }) => value.count), [6]);
  });

  it("keeps the earlier owner's bins, min and max outside of what it records itself", () => {
    for (const [first, second] of [[[0.01, 30], 1], [[1, 30], 0.5], [[0.01, 1], 30]] as const) {
      const stats = createKinds();
      const before = stats.registerThread("worker");
      for (const value of first) before.metrics.latency.record(value);
      before.unregister();
      stats.registerThread("worker").metrics.latency.record(second);
      const all = [...first, second];
      const { count, min, max, bins } = stats.metrics.latency.read();
      assertEquals([count, bins.length], [3, 3]);
      assertEquals([min, max], [Math.min(...all), Math.max(...all)]);
    }
  });

  it("goes on after a revoked owner too, but not from values that were cleared", () => {
    const stats = createKinds();
    const seat = stats.reserveThread("worker");
    ThreadStats.attach(kinds, seat.handle).registerThread().metrics.size.record(1, 5);
    seat.revoke({ stopped: true });
    const next = stats.registerThread("worker");
    next.metrics.size.record(1);
    assertEquals(stats.metrics.size.read().count, 6);
    next.unregister();
    stats.metrics.size.clear();
    stats.registerThread("worker").metrics.size.record(1);
    assertEquals(stats.metrics.size.read().count, 1);
  });
});

describe("HistogramWriter.time()", () => {
  it("records the elapsed seconds once, when it is disposed", () => {
    const stats = createKinds();
    const { latency } = stats.registerThread().metrics;
    const before = performance.now();
    const timing = latency.time();
    while (performance.now() - before < 5);
    assertEquals(stats.metrics.latency.read().count, 0);
    timing[Symbol.dispose]();
    timing[Symbol.dispose]();
    const most = (performance.now() - before) / 1000;
    const { count, sum } = stats.metrics.latency.read();
    assertEquals(count, 1);
    // The library adds up differences, whose last digits may make it a little more.
    assert(sum > 0 && sum <= most + 1e-6, `${sum} of ${most}`);
  });

  it("records 0 when the clock goes back", () => {
    const stats = createKinds();
    const { latency } = stats.registerThread().metrics;
    const { now } = performance;
    try {
      performance.now = () => 2000;
      const timing = latency.time();
      performance.now = () => 1000;
      timing[Symbol.dispose]();
    } finally {
      performance.now = now;
    }
    assertEquals([stats.metrics.latency.read().count, stats.metrics.latency.read().sum], [1, 0]);
  });
});

describe("LabelledHistogramWriter.labels()", () => {
  it("returns the same writer for the same labels, and all threads count in one bucket", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    const child = one.metrics.took.labels(a);
    assertStrictEquals(one.metrics.took.labels({ ...a }), child);
    assertNotStrictEquals(one.metrics.took.labels(b), child);
    child.record(1);
    two.metrics.took.labels(a).record(2);
    two.metrics.took.labels(b).record(9);
    assertEquals(
      stats.metrics.took.series().map(({ id, labels, value }) => [id, labels, value.sum]),
      [[0, a, 3], [1, b, 9]],
    );
  });

  it("a writer of a destroyed bucket is refused, and the next life starts from nothing", () => {
    const stats = createKinds();
    const { took } = stats.registerThread().metrics;
    const old = took.labels(a);
    old.record(1, 5);
    stats.metrics.took.destroy(a);
    const next = took.labels(a);
    next.record(2);
    assertRefusesUnchanged(
      stats,
      () => old.record(1),
      RangeError,
      "Cannot record in took: the bucket must be live, got 0, one that was destroyed",
    );
    assertEquals([stats.metrics.took.read(a).count, stats.metrics.took.read(a).sum], [1, 2]);
  });

  it("returns the overflow series beyond maxSeries, whose updates are all counted", () => {
    const stats = createKinds();
    const { took } = stats.registerThread().metrics;
    for (const labels of [a, b]) took.labels(labels).record(1);
    assertEquals(stats.metrics.took.overflowed(), 0);
    const beyond = took.labels({ route: "c" });
    beyond.record(1, 10);
    took.labels({ route: "d" }).record(3);
    beyond.time()[Symbol.dispose]();
    assertEquals(stats.metrics.took.overflowed(), 3);
    assertRefuses(
      () => beyond.record(-1),
      RangeError,
      "Cannot record in took: the value must be a finite number and not negative, got -1",
    );
    assertEquals(stats.metrics.took.overflowed(), 3);
    const overflow = stats.metrics.took.series().at(-1)!;
    assertEquals([overflow.labels, overflow.value.count], [{ otel_metric_overflow: "true" }, 12]);
  });

  it("stands in segments that double in size", () => {
    const many = defineSchema({
      took: histogram({ labels: ["n"], maxSeries: 300, boundaries: [1, 2] }),
    });
    const stats = ThreadStats.create(many);
    for (const each of [stats, ThreadStats.attach(many, stats.handle)]) {
      const { took } = each.registerThread().metrics;
      for (let n = 0; n < 300; n++) took.labels({ n: `${n}` }).record(n);
    }
    assertEquals(
      stats.metrics.took.series().map(({ value }) => [value.count, value.sum]),
      Array.from({ length: 300 }, (_, n) => [2, 2 * n]),
    );
  });

  it("throws if the arena is full, and keeps what was recorded", () => {
    const wide = defineSchema({
      took: histogram({ labels: ["n"], lowest: 1e-6, highest: 60, relativeError: 0.001 }),
    });
    const stats = ThreadStats.create(wide, { maxThreads: 1, maxByteLength: 2 ** 20 });
    const { took } = stats.registerThread().metrics;
    let made = 0;
    const fill = () => {
      for (;; made++) took.labels({ n: `${made}` }).record(1);
    };
    const text = assertThrowsRangeError(fill);
    assert(
      /^Cannot (record in|bind labels of) took: it must allocate \d+ bytes, at most 1048576 /.test(
        text,
      ),
      text,
    );
    assert(made > 1);
    took.labels({ n: "0" }).record(2);
    const values = stats.metrics.took.series().map(({ value }) => value.count);
    assertEquals(values.slice(0, made), [2, ...Array(made - 1).fill(1)]);
  });
});

function assertThrowsRangeError(fn: () => void): string {
  try {
    fn();
  } catch (error) {
    assert(error instanceof RangeError);
    return error.message;
  }
  throw new Error("did not throw");
}

describe("HistogramReader", () => {
  it("aggregate() merges the threads' values by a function", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    one.metrics.size.record(5, 2);
    two.metrics.size.record(7);
    const greatest = stats.metrics.size.aggregate(
      0,
      (most, value, thread) => Math.max(most, value.max + 100 * thread.slot),
    );
    assertEquals(greatest, 107);
  });

  it("returns values that later reads do not change", () => {
    const stats = createKinds();
    const { size } = stats.registerThread().metrics;
    size.record(5);
    const value = stats.metrics.size.read();
    size.record(5000);
    assertEquals(stats.metrics.size.read().count, 2);
    assertEquals([value.count, value.counts[0], value.max], [1, 1, 5]);
  });
});
