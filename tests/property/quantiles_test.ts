import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, histogram, type HistogramValue, ThreadStats } from "../../mod.ts";
import { fc } from "./fast_check.ts";

/** The value at the rank of a quantile. */
function exact(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

/** Values in several threads, and what a reader makes of them. */
function recorded(
  options: Parameters<typeof histogram>[0],
  shards: readonly (readonly number[])[],
): { value: HistogramValue; sorted: number[]; parts: HistogramValue[] } {
  const schema = defineSchema({ all: histogram(options) });
  const stats = ThreadStats.create(schema);
  for (const shard of shards) {
    const { all } = ThreadStats.attach(schema, stats.handle).registerThread().metrics;
    for (const value of shard) all.record(value);
  }
  const parts = stats.metrics.all.perThread().map(({ value }) => value);
  return {
    value: stats.metrics.all.read(),
    sorted: shards.flat().toSorted((a, b) => a - b),
    parts,
  };
}

/**
 * Finite doubles that are not negative, with all edge cases, and with clusters of equal and of
 * close values.
 */
const anyValue = fc.oneof(
  fc.double({
    min: 0,
    max: Number.MAX_VALUE,
    noNaN: true,
    noDefaultInfinity: true,
  }),
  fc.double({ min: 0, max: 2 ** -1021, noNaN: true }),
  fc.double({ min: 1e-6, max: 100, noNaN: true }),
  fc.integer({ min: -1074, max: 1023 }).map((exponent) => 2 ** exponent),
  fc.constantFrom(0, -0, 1e-6, 60, 1, 0.001, 10),
);
const anyShards = fc.array(
  fc.array(anyValue, { maxLength: 200, size: "max" }),
  {
    minLength: 1,
    maxLength: 5,
  },
);
const quantiles = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  minLength: 5,
  maxLength: 20,
});
const anyScale = fc.record({
  lowest: fc.double({ min: 2 ** -1022, max: 1, noNaN: true }),
  highest: fc.double({
    min: 2,
    max: Number.MAX_VALUE,
    noNaN: true,
    noDefaultInfinity: true,
  }),
  relativeError: fc.double({ min: 0.035, max: 1, noNaN: true }),
});

describe("HistogramValue.quantile(), over random values, threads and scales", () => {
  it("is within the relative error for all values in range, and between least and greatest always", () => {
    fc.assert(
      fc.property(anyScale, anyShards, quantiles, (scale, shards, qs) => {
        const { value, sorted } = recorded(scale, shards);
        assertEquals(value.count, sorted.length);
        if (sorted.length === 0) return;
        const { lowest, highest, relativeError } = scale;
        assertEquals(
          value.clamped,
          sorted.filter((v) => v < lowest || v > highest).length,
        );
        let last = 0;
        for (const q of [0, 1, ...qs].toSorted((a, b) => a - b)) {
          const wanted = exact(sorted, q);
          const got = value.quantile(q);
          assert(got >= sorted[0] && got <= sorted[sorted.length - 1]);
          assertGreaterOrEqual(got, last);
          last = got;
          if (wanted >= lowest && wanted <= highest) {
            // One rounding of the interpolation.
            assertLessOrEqual(
              Math.abs(got / wanted - 1),
              relativeError * (1 + 1e-12),
              `${q}`,
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("stays inside the exact one's bin with explicit boundaries", () => {
    const anyBounds = fc.uniqueArray(
      fc.double({ min: 0, max: 1000, noNaN: true }),
      {
        minLength: 1,
        maxLength: 20,
        comparator: (a, b) => a === b,
      },
    ).map((bounds) => bounds.map((bound) => bound + 0).toSorted((a, b) => a - b));
    const values = fc.array(
      fc.array(fc.double({ min: 0, max: 1200, noNaN: true })),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(anyBounds, values, quantiles, (boundaries, shards, qs) => {
        const { value, sorted } = recorded({ boundaries }, shards);
        const cumulative = boundaries.map((bound) => sorted.filter((v) => v <= bound).length);
        assertEquals(value.cumulative(boundaries).map(({ count }) => count), [
          ...cumulative,
          sorted.length,
        ]);
        if (sorted.length === 0) return;
        for (const q of qs) {
          const bin = (v: number) => boundaries.findIndex((bound) => v <= bound);
          const got = value.quantile(q);
          const index = bin(exact(sorted, q));
          const lower = index < 0 ? boundaries.at(-1)! : index === 0 ? 0 : boundaries[index - 1];
          const upper = index < 0 ? Infinity : boundaries[index];
          assert(
            got >= lower && got <= upper,
            `${got} is not from ${lower} to ${upper}`,
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("HistogramValue.merge() and since(), over random values", () => {
  it("merge() of the threads' parts, in any order, is the whole, and since() its inverse", () => {
    fc.assert(
      fc.property(anyShards, (shards) => {
        const { value, parts } = recorded({
          lowest: 1e-6,
          highest: 60,
          relativeError: 0.1,
        }, shards);
        for (const order of [parts, parts.toReversed()]) {
          if (order.length === 0) continue;
          const merged = order.reduce((all, part) => all.merge(part));
          assertEquals([merged.bins, merged.min, merged.max], [
            value.bins,
            value.min,
            value.max,
          ]);
          assertEquals(merged.clamped, value.clamped);
          const rest = order.slice(1).reduce(
            (left, part) => left.since(part),
            merged,
          );
          assertEquals(rest.bins, order[0].bins);
          assertEquals([rest.count, rest.clamped], [
            order[0].count,
            order[0].clamped,
          ]);
          if (rest.count > 0) {
            assert(rest.min <= order[0].min && rest.max >= order[0].max);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
