import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  defineSchema,
  histogram,
  type HistogramBins,
  HistogramValue,
  ThreadStats,
} from "../../../mod.ts";
import { LogLinearScale } from "../../../src/metrics/histogram/bin_scale.ts";
import { assertRefuses } from "../observe.ts";
import { Random } from "../random.ts";

const LATENCY = { lowest: 1e-6, highest: 60, relativeError: 0.01 };
const QUANTILES = [0, 1e-9, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1 - 1e-9, 1];

/** The histogram of some values, as a reader gets it. */
function valueOf(bins: Parameters<typeof histogram>[0], values: Iterable<number>): HistogramValue {
  const stats = ThreadStats.create(defineSchema({ all: histogram(bins) }));
  const { all } = stats.registerThread().metrics;
  for (const value of values) all.record(value);
  return stats.metrics.all.read();
}

/** The same from bins that are given as they are. */
function made(scale: HistogramBins, counts: number[], rest: Partial<HistogramValue> = {}) {
  return new HistogramValue({
    scale,
    offset: 0,
    counts: Float64Array.from(counts),
    sum: 0,
    min: 0,
    max: 0,
    clamped: 0,
    ...rest,
  });
}

/** The least value that a part `q` of all do not exceed. */
function exact(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

function normal(random: Random): number {
  const uniform = () => (random.below(2 ** 30) + 1) / (2 ** 30 + 1);
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function many(count: number, value: (n: number, random: Random) => number): number[] {
  const random = new Random(count);
  return Array.from({ length: count }, (_, n) => value(n, random));
}

const edges = new LogLinearScale(1e-6, 60, 0.01);

/** Data on which approximations fail. */
const DATA: Record<string, number[]> = {
  "one value": [0.123],
  "a constant": many(1000, () => 0.0042),
  "two values": [0.001, 10],
  "bimodal": many(5000, (n, random) => (n % 10 === 0 ? 10 : 0.001) * (1 + random.below(100) / 1e3)),
  "log-normal": many(
    20_000,
    (_, random) => Math.min(60, Math.max(1e-6, Math.exp(normal(random) * 2 - 5))),
  ),
  "uniform": many(10_000, (n) => 0.01 + n * 0.005),
  "upper bounds of bins": many(1000, (n) => edges.upperBound(n)),
  "just above the bounds": many(1000, (n) => edges.upperBound(n) * (1 + 2 ** -52)),
  "powers of two": many(24, (n) => 2 ** (n - 19)),
  "powers of ten": many(7, (n) => 10 ** (n - 6)),
  "the ends": [1e-6, 1e-6, 60, 60],
  "all but one the same": [...many(999, () => 0.5), 59],
};

describe("HistogramValue.quantile()", () => {
  for (const [name, values] of Object.entries(DATA)) {
    for (const relativeError of [0.1, 0.01, 0.001]) {
      it(`is within ${relativeError} of the exact one: ${name}`, () => {
        const value = valueOf({ ...LATENCY, relativeError }, values);
        const sorted = values.toSorted((a, b) => a - b);
        assertEquals([value.count, value.clamped], [values.length, 0]);
        let last = 0;
        for (const q of QUANTILES) {
          const wanted = exact(sorted, q);
          const got = value.quantile(q);
          assertLessOrEqual(Math.abs(got - wanted), wanted * relativeError * (1 + 1e-9), `${q}`);
          assertGreaterOrEqual(got, last);
          assertGreaterOrEqual(got, value.min);
          assertLessOrEqual(got, value.max);
          last = got;
        }
      });
    }
  }

  it("is within the error over the whole range of doubles", () => {
    const values = many(2045, (n) => 2 ** (n - 1022) * 1.3);
    const value = valueOf(
      { lowest: 2 ** -1022, highest: Number.MAX_VALUE, relativeError: 0.1 },
      values,
    );
    for (const q of QUANTILES) {
      const wanted = exact(values, q);
      assertLessOrEqual(Math.abs(value.quantile(q) - wanted), wanted * 0.1);
    }
  });

  it("holds for what is in range though others were clamped at both ends", () => {
    const inside = many(998, (n) => 1e-6 * (1 + n / 1e6));
    const value = valueOf(LATENCY, [0, ...inside, 5e-324, 1e9, 61]);
    assertEquals(value.clamped, 4);
    const sorted = [0, 5e-324, ...inside, 61, 1e9];
    for (let n = 3; n <= 1000; n += 7) {
      const wanted = exact(sorted, n / 1002);
      assertLessOrEqual(Math.abs(value.quantile(n / 1002) - wanted), wanted * 0.01);
    }
  });

  it("lies between least and greatest value when all were clamped", () => {
    for (const [values, wanted] of [[[0, 0], 0], [[5e-324], 5e-324], [[1e9, 1e9], 1e9]] as const) {
      const value = valueOf(LATENCY, values);
      assertEquals(QUANTILES.map((q) => value.quantile(q)), QUANTILES.map(() => wanted));
    }
    const value = valueOf(LATENCY, [100, 200, 300]);
    for (const q of QUANTILES) {
      assert(value.quantile(q) >= 100 && value.quantile(q) <= 300);
    }
    const below = valueOf(LATENCY, [0, 1e-9]);
    for (const q of QUANTILES) assert(below.quantile(q) >= 0 && below.quantile(q) <= 1e-9);
  });

  it("interpolates inside a bin of explicit boundaries", () => {
    const scale = { boundaries: [10, 20, 40] };
    const value = made(scale, [4, 4, 2, 0], { min: 0, max: 40 });
    assertEquals([0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1].map((q) => value.quantile(q)), [
      2.5,
      5,
      10,
      15,
      20,
      30,
      40,
    ]);
  });

  it("interpolates no further than least and greatest value", () => {
    const value = valueOf({ boundaries: [10, 20] }, [12, 12, 12, 100, 100]);
    assertEquals([0, 0.2, 0.6].map((q) => value.quantile(q)), [12, 12 + 8 / 3, 20]);
    assertEquals([0.8, 1].map((q) => value.quantile(q)), [60, 100]);
    const constant = valueOf({ boundaries: [10, 20] }, [12, 12]);
    assertEquals(constant.quantile(0.5), 12);
  });

  it("passes over empty bins", () => {
    const value = made({ boundaries: [1, 2, 3, 4] }, [1, 0, 0, 1, 0], { min: 1, max: 4 });
    assertEquals([value.quantile(0.5), value.quantile(0.75)], [1, 3.5]);
  });

  it("is least and greatest value at 0 and 1", () => {
    const value = valueOf(LATENCY, [0.3, 0.1, 0.2]);
    assertEquals([value.quantile(0), value.quantile(1)], [0.1, 0.3]);
    const clamped = valueOf(LATENCY, [0, 1e-9, 1, 100]);
    assertEquals([clamped.quantile(0), clamped.quantile(1)], [0, 100]);
  });

  it("refuses what is not from 0 to 1, also without values", () => {
    for (const value of [valueOf(LATENCY, []), valueOf(LATENCY, [1])]) {
      for (const [q, got] of [[-1e-9, "-1e-9"], [1.1, "1.1"], [NaN, "NaN"]] as const) {
        const text = `Cannot tell a quantile: it must be from 0 to 1, got ${got}`;
        assertRefuses(() => value.quantile(q), RangeError, text);
      }
      for (const [q, got] of [["0.5", '"0.5"'], [undefined, "undefined"], [1n, "1n"]] as const) {
        const text = `Cannot tell a quantile: it must be a number, got ${got}`;
        assertRefuses(() => value.quantile(q as unknown as number), TypeError, text);
      }
    }
  });
});

describe("HistogramValue without values", () => {
  it("is NaN where there is nothing to tell", () => {
    for (const bins of [LATENCY, { boundaries: [1, 2] }]) {
      const { count, sum, min, max, mean, clamped, counts, ...rest } = valueOf(bins, []);
      assertEquals([count, sum, clamped, counts.length, rest.offset], [0, 0, 0, 0, 0]);
      assertEquals([min, max, mean], [NaN, NaN, NaN]);
      assertEquals([0, 0.5, 1].map((q) => valueOf(bins, []).quantile(q)), [NaN, NaN, NaN]);
    }
    assertEquals(valueOf(LATENCY, []).bins, []);
    assertEquals(valueOf({ boundaries: [1] }, []).bins, [
      { upperBound: 1, count: 0 },
      { upperBound: Infinity, count: 0 },
    ]);
  });
});

describe("HistogramValue.bins", () => {
  it("are the non-empty ones of a log-linear histogram, and add up to the count", () => {
    const value = valueOf({ lowest: 1, highest: 16, relativeError: 1 }, [
      1,
      2,
      2,
      3,
      16,
      16,
      0,
      99,
    ]);
    assertEquals(value.bins, [
      { upperBound: 1, count: 2 },
      { upperBound: 2, count: 2 },
      { upperBound: 4, count: 1 },
      { upperBound: 16, count: 3 },
    ]);
    assertEquals([value.count, value.clamped], [8, 2]);
  });

  it("are all of one with boundaries, whose bounds are inclusive", () => {
    assertEquals(valueOf({ boundaries: [0, 10, 20] }, [0, 10, 10.5, 20, 21]).bins, [
      { upperBound: 0, count: 1 },
      { upperBound: 10, count: 1 },
      { upperBound: 20, count: 2 },
      { upperBound: Infinity, count: 1 },
    ]);
  });
});

describe("HistogramValue", () => {
  it("does not change", () => {
    const value = valueOf(LATENCY, [1]);
    assert(Object.isFrozen(value));
    assertEquals(value.mean, 1);
  });

  it("can be made anew from what structured cloning keeps", () => {
    const value = valueOf(LATENCY, [1, 2, 3]);
    const again = new HistogramValue(structuredClone(value));
    assertEquals(again, value);
    assertEquals(again.quantile(0.5), value.quantile(0.5));
  });
});

describe("HistogramValue.merge()", () => {
  it("is the histogram of both, in either order, and changes neither", () => {
    const [left, right] = [[0.001, 0.5, 70], [0.2, 3, 0]];
    for (const bins of [LATENCY, { boundaries: [0.3, 1] }]) {
      const [a, b] = [valueOf(bins, left), valueOf(bins, right)];
      const wanted = valueOf(bins, [...left, ...right]);
      for (const all of [a.merge(b), b.merge(a)]) {
        assertAlmostEquals(all.sum, wanted.sum);
        assertEquals([all.bins, all.min, all.max], [wanted.bins, wanted.min, wanted.max]);
        assertEquals([all.count, all.clamped], [6, wanted.clamped]);
      }
      assertEquals([a.count, b.count], [3, 3]);
    }
  });

  it("with an empty one is the other", () => {
    const [some, none] = [valueOf(LATENCY, [1, 2]), valueOf(LATENCY, [])];
    for (const all of [some.merge(none), none.merge(some)]) {
      assertEquals([all.bins, all.min, all.max, all.sum], [some.bins, 1, 2, 3]);
    }
    assertEquals(none.merge(none).quantile(0.5), NaN);
    assertEquals([none.merge(none).min, none.merge(none).max], [NaN, NaN]);
  });

  it("refuses other bins, and what is no value", () => {
    const value = valueOf(LATENCY, [1]);
    for (
      const other of [valueOf({ ...LATENCY, highest: 61 }, [1]), valueOf({ boundaries: [1] }, [])]
    ) {
      for (const combine of [() => value.merge(other), () => value.since(other)]) {
        const text = "Cannot combine histograms: they must have the same bins, got others";
        assertRefuses(combine, TypeError, text);
      }
    }
    for (
      const [other, got] of [[undefined, "undefined"], [null, "null"], [1, "1"], [{}, "an object"]]
    ) {
      const text = `Cannot combine histograms: the other one must be a HistogramValue, got ${got}`;
      assertRefuses(() => value.merge(other as HistogramValue), TypeError, text);
    }
  });
});

describe("HistogramValue.since()", () => {
  it("is the histogram of what came in between", () => {
    const before = [0.001, 0.002, 50];
    const after = [0.1, 0.2];
    const delta = valueOf(LATENCY, [...before, ...after]).since(valueOf(LATENCY, before));
    const wanted = valueOf(LATENCY, after);
    assertEquals([delta.bins, delta.count, delta.clamped], [wanted.bins, 2, 0]);
    assertAlmostEquals(delta.sum, 0.3);
    for (const [got, value] of [[delta.min, 0.1], [delta.max, 0.2], [delta.quantile(0.5), 0.1]]) {
      assertLessOrEqual(Math.abs(got - value), value * 0.01);
    }
    assert(delta.min <= 0.1 && delta.max >= 0.2);
  });

  it("is empty when nothing came", () => {
    const value = valueOf(LATENCY, [1, 2]);
    const delta = value.since(value);
    assertEquals([delta.count, delta.sum, delta.min, delta.max], [0, 0, NaN, NaN]);
    assertEquals([delta.quantile(0.5), delta.bins], [NaN, []]);
  });

  it("loses no part of a sum that came ahead of its bin", () => {
    const before = valueOf(LATENCY, [1]);
    const between = new HistogramValue({ ...before, sum: 3 });
    const after = valueOf(LATENCY, [1, 2]);
    const parts = [between.since(before), after.since(between)];
    assertEquals(parts.map(({ count }) => count), [0, 1]);
    assertEquals(parts[0].sum + parts[1].sum, 2);
  });

  it("bounds clamped values by least and greatest of all", () => {
    const before = valueOf(LATENCY, [0, 1, 500]);
    const delta = (...values: number[]) => valueOf(LATENCY, [0, 1, 500, ...values]).since(before);
    const above = delta(300);
    assertEquals([above.max, above.clamped], [500, 1]);
    assert(above.min <= 300 && above.min <= above.max);
    const below = delta(0);
    assertEquals([below.min, below.clamped], [0, 1]);
    assert(below.max >= 0 && below.max < 1.1e-6);
    const inside = delta(60, 1e-6);
    assert(inside.min > 0.9e-6 && inside.min <= 1e-6 && inside.max >= 60 && inside.max < 61);
    const alone = valueOf(LATENCY, [100, 100]).since(valueOf(LATENCY, [100]));
    assertEquals([alone.min, alone.max, alone.quantile(0.5)], [100, 100, 100]);
  });

  it("is never negative", () => {
    const delta = valueOf({ boundaries: [1, 2] }, [1]).since(
      valueOf({ boundaries: [1, 2] }, [1, 2, 2]),
    );
    assertEquals(delta.bins.map(({ count }) => count), [0, 0, 0]);
    assertEquals([delta.count, delta.sum, delta.clamped], [0, 0, 0]);
    assertEquals(valueOf(LATENCY, [1, 2]).since(valueOf(LATENCY, [1, 99])).clamped, 0);
  });
});

describe("HistogramValue.cumulative()", () => {
  it("counts up to each boundary, exactly when they are the histogram's own", () => {
    const value = valueOf({ boundaries: [1, 2, 3] }, [1, 1.5, 2, 2.5, 9]);
    assertEquals(value.cumulative([1, 2, 3]), [
      { upperBound: 1, count: 1 },
      { upperBound: 2, count: 3 },
      { upperBound: 3, count: 4 },
      { upperBound: Infinity, count: 5 },
    ]);
    assertEquals(value.cumulative([2.5]), [
      { upperBound: 2.5, count: 3 },
      { upperBound: Infinity, count: 5 },
    ]);
    assertEquals(value.cumulative([]), [{ upperBound: Infinity, count: 5 }]);
  });

  it("takes a bin of a log-linear histogram whole, by its middle", () => {
    const value = valueOf({ lowest: 1, highest: 16, relativeError: 1 }, [1, 3, 3, 10]);
    assertEquals(value.cumulative([1, 2.9, 3, 11.9, 12]).map(({ count }) => count), [
      1,
      1,
      3,
      3,
      4,
      4,
    ]);
    const latency = valueOf(LATENCY, many(1000, (n) => (n + 1) / 1000));
    for (const { upperBound, count } of latency.cumulative([0.1, 0.25, 0.5])) {
      if (upperBound < 1) assertAlmostEquals(count, upperBound * 1000, upperBound * 10);
    }
  });

  it("refuses boundaries that are not finite, not rising or no numbers", () => {
    const value = valueOf(LATENCY, [1]);
    const what = "Cannot tell cumulative counts";
    for (
      const [bounds, got] of [[[2, 1], "[2,1]"], [[1, 1], "[1,1]"], [[Infinity], "[Infinity]"], [
        [NaN],
        "[NaN]",
      ]] as const
    ) {
      const text = `${what}: the boundaries must be finite and rising, got ${got}`;
      assertRefuses(() => value.cumulative(bounds), RangeError, text);
    }
    for (
      const [bounds, got] of [["1", '"1"'], [["1"], '["1"]'], [undefined, "undefined"]] as const
    ) {
      const text = `${what}: the boundaries must be an array of numbers, got ${got}`;
      assertRefuses(() => value.cumulative(bounds as unknown as number[]), TypeError, text);
    }
  });
});
