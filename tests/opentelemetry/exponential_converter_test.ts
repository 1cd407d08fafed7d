import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, histogram, type HistogramValue, ThreadStats } from "../../mod.ts";
import {
  ExponentialConverter,
  type ExponentialCounts,
} from "../../src/opentelemetry/exponential_converter.ts";
import { randomFrom } from "../stress/interleaver.ts";

interface Bins {
  lowest: number;
  highest: number;
  relativeError: number;
}

const ranges: Bins[] = [
  { lowest: 1e-6, highest: 60, relativeError: 0.01 },
  { lowest: 0.001, highest: 1000, relativeError: 0.3 },
  { lowest: 1, highest: 1024, relativeError: 1 },
  { lowest: 3, highest: 3.1, relativeError: 1e-4 },
  { lowest: 2 ** -1022, highest: Number.MAX_VALUE, relativeError: 0.5 },
];

/** Makes a function that returns the histogram of some values. */
function recorder(bins: Bins): (values: Iterable<number>) => HistogramValue {
  const stats = ThreadStats.create(defineSchema({ took: histogram(bins) }));
  const { took } = stats.registerThread("main").metrics;
  return (values) => {
    stats.metrics.took.clear();
    for (const value of values) took.record(value);
    return stats.metrics.took.read();
  };
}

/** Values with evenly spread logarithms, so that all bins of a range get some. */
function* spread({ lowest, highest }: Bins, count = 2000): Generator<number> {
  const random = randomFrom(7);
  const [low, high] = [Math.log2(lowest), Math.log2(highest)];
  for (let n = 0; n < count; n++) yield 2 ** (low + (high - low) * random());
  yield lowest;
  yield highest;
}

function countOf({ positive, zeroCount, negative }: ExponentialCounts): number {
  return zeroCount +
    [...positive.bucketCounts, ...negative.bucketCounts].reduce((a, b) => a + b, 0);
}

/** The bounds of a bucket in OpenTelemetry's data model. */
function boundsOf(index: number, scale: number): [number, number] {
  return [2 ** (index * 2 ** -scale), 2 ** ((index + 1) * 2 ** -scale)];
}

describe("ExponentialConverter.convert()", () => {
  it("keeps all counts, for any range, error and size", () => {
    for (const bins of ranges) {
      const value = recorder(bins)(spread(bins));
      for (const maxSize of [2, 3, 160, 65_536]) {
        const counts = new ExponentialConverter(bins, maxSize).convert(value);
        assertEquals(countOf(counts), value.count);
        assertLessOrEqual(counts.positive.bucketCounts.length, maxSize);
        assert(counts.positive.bucketCounts[0] > 0 && counts.positive.bucketCounts.at(-1)! > 0);
        // The range of scales in the SDK.
        assert(counts.scale >= -10 && counts.scale <= 20, `${counts.scale}`);
      }
    }
  });

  it("puts a value into a bucket within the relative error", () => {
    for (const bins of ranges) {
      const converter = new ExponentialConverter(bins, 160);
      const recorded = recorder(bins);
      for (const value of spread(bins, 100)) {
        const counts = converter.convert(recorded([value]));
        assertEquals(counts.positive.bucketCounts, [1]);
        const [lower, upper] = boundsOf(counts.positive.offset, counts.scale);
        // OpenTelemetry's estimate: the point with the same relative error to both bounds.
        const point = Math.min(2 * lower / (1 + lower / upper), Number.MAX_VALUE);
        assertLessOrEqual(Math.abs(point - value) / value, bins.relativeError * (1 + 1e-9));
      }
    }
  });

  it("has the highest scale that the size allows", () => {
    const bins = ranges[0];
    const values = [...spread(bins)];
    const value = recorder(bins)(values);
    const { scale, positive } = new ExponentialConverter(bins, 160).convert(value);
    // 26 octaves: 4 buckets in each make 104, 8 would make 208.
    assertEquals(scale, 2);
    assertEquals(positive.bucketCounts.length, 104);
    assertEquals(positive.offset, Math.ceil(Math.log2(1e-6) * 4) - 1);
    // Only values within half a bin of a bound can be in the adjacent bucket.
    const expected = new Array<number>(104).fill(0);
    for (const v of values) expected[Math.ceil(Math.log2(v) * 4) - 1 - positive.offset]++;
    const moved = expected.reduce(
      (sum, count, n) => sum + Math.abs(count - positive.bucketCounts[n]),
      0,
    );
    assertLessOrEqual(moved / values.length, 2 * 4 * 0.01);
  });

  it("needs no scale below -4, the lowest that Prometheus accepts, with 128 buckets", () => {
    const bins = { lowest: 2 ** -1022, highest: Number.MAX_VALUE, relativeError: 1 };
    const value = recorder(bins)([bins.lowest, bins.highest]);
    const scaleFor = (maxSize: number) =>
      new ExponentialConverter(bins, maxSize).convert(value).scale;
    assertEquals([scaleFor(128), scaleFor(127)], [-4, -5]);
  });

  it("merges two buckets into one at each lower scale", () => {
    const bins = ranges[0];
    const value = recorder(bins)(spread(bins));
    const fine = new ExponentialConverter(bins, 65_536).convert(value);
    assertEquals(fine.scale, 7);
    for (const maxSize of [1000, 100, 10]) {
      const { scale, positive } = new ExponentialConverter(bins, maxSize).convert(value);
      const merged = new Array<number>(positive.bucketCounts.length).fill(0);
      fine.positive.bucketCounts.forEach((count, n) => {
        merged[((fine.positive.offset + n) >> (fine.scale - scale)) - positive.offset] += count;
      });
      assertEquals(positive.bucketCounts, merged);
    }
  });

  it("counts values out of range in the end buckets, and has none without values", () => {
    const bins = ranges[0];
    const converter = new ExponentialConverter(bins, 160);
    const { positive, zeroCount } = converter.convert(recorder(bins)([0, 1e-9, 1e9]));
    assertEquals([positive.bucketCounts[0], positive.bucketCounts.at(-1), zeroCount], [2, 1, 0]);
    const empty = { offset: 0, bucketCounts: [] };
    assertEquals(converter.convert(recorder(bins)([])), {
      ...{ scale: 7, zeroCount: 0 },
      ...{ positive: empty, negative: empty },
    });
  });
});
