import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  ExplicitBinScale,
  LogLinearScale,
  scaleOf,
} from "../../../src/metrics/histogram/bin_scale.ts";

/** The double after (or before) a positive one. */
function neighbour(value: number, by: 1 | -1): number {
  const double = Float64Array.of(value);
  new BigInt64Array(double.buffer)[0] += BigInt(by);
  return double[0];
}

const SCALES: [number, number, number][] = [
  [1e-6, 60, 0.01],
  [1, 1024, 1],
  [1, 1024, 0.5],
  [0.75, 1000, 0.3],
  [2 ** -1022, 2 ** -1000, 0.05],
  [2 ** -1022, Number.MAX_VALUE, 1],
  [1, Number.MAX_VALUE, 0.1],
  [1000, 1000.5, 1e-6],
  [3, 3.0000001, 0.01],
];

describe("LogLinearScale.indexOf()", () => {
  for (const [lowest, highest, error] of SCALES) {
    const name = `${lowest} to ${highest} within ${error}`;

    it(`has upper bounds that are inclusive, to the double: ${name}`, () => {
      const scale = new LogLinearScale(lowest, highest, error);
      const step = Math.max(1, Math.floor(scale.size / 500));
      for (let index = 0; index < scale.size - 1; index += step) {
        const bound = scale.upperBound(index);
        assertEquals(scale.indexOf(bound), index);
        assertEquals(scale.indexOf(neighbour(bound, -1)), index);
        assertEquals(scale.indexOf(neighbour(bound, 1)), index + 1);
        assertEquals(scale.lowerBound(index + 1), bound);
      }
    });

    it(`indexOfInput() is the same for values in range: ${name}`, () => {
      const scale = new LogLinearScale(lowest, highest, error);
      const step = Math.max(1, Math.floor(scale.size / 500));
      for (let index = 0; index < scale.size - 1; index += step) {
        const bound = scale.upperBound(index);
        for (const value of [neighbour(bound, -1), bound, neighbour(bound, 1)]) {
          if (value < lowest || value > highest) continue;
          scale.input[0] = value;
          assertEquals(scale.indexOfInput(), scale.indexOf(value));
        }
      }
      for (const value of [lowest, highest]) {
        scale.input[0] = value;
        assertEquals(scale.indexOfInput(), scale.indexOf(value));
      }
    });

    it(`has no bin wider than the error allows: ${name}`, () => {
      const scale = new LogLinearScale(lowest, highest, error);
      for (let index = 0; index < scale.size; index++) {
        const [lower, upper] = [scale.lowerBound(index), scale.upperBound(index)];
        // The top bin of the largest doubles ends at Infinity.
        if (upper < Infinity) assertLessOrEqual((upper - lower) / lower, error);
        assert(index === 0 ? upper >= lower : upper > lower);
      }
      assertEquals(scale.lowerBound(0), lowest);
      assertGreaterOrEqual(scale.upperBound(scale.size - 1), highest);
    });

    it(`covers lowest to highest, and clamps all other values: ${name}`, () => {
      const scale = new LogLinearScale(lowest, highest, error);
      assertEquals([scale.indexOf(lowest), scale.indexOf(highest)], [0, scale.size - 1]);
      for (const value of [0, -0, Number.MIN_VALUE, 2 ** -1040, lowest / 2]) {
        assertEquals(scale.indexOf(value), 0);
      }
      for (const value of [neighbour(highest, 1), Number.MAX_VALUE]) {
        if (value < Infinity) assertEquals(scale.indexOf(value), scale.size - 1);
      }
    });
  }

  it("has as many bins per power of two as the error needs, and the next power of two", () => {
    assertEquals(new LogLinearScale(1, 2, 1).size, 2); // up to 1, up to 2
    assertEquals(new LogLinearScale(1, 1024, 0.5).size, 21);
    assertEquals(new LogLinearScale(1, 1024, 0.3).size, 41);
    assertEquals(new LogLinearScale(1, 1024, 0.25).size, 41);
  });

  it("rises with the value", () => {
    const scale = new LogLinearScale(1e-6, 60, 0.01);
    let last = 0;
    for (let value = 1e-7; value < 100; value *= 1.003) {
      const index = scale.indexOf(value);
      assertGreaterOrEqual(index, last);
      last = index;
    }
    assertEquals(last, scale.size - 1);
  });
});

describe("ExplicitBinScale", () => {
  it("indexOf() takes upper bounds as inclusive", () => {
    for (const boundaries of [[5], [0, 1], [1, 2, 3], [0.1, 7, 8, 1e300], [1, 2, 3, 4, 5, 6, 7]]) {
      const scale = new ExplicitBinScale(boundaries);
      assertEquals(scale.size, boundaries.length + 1);
      for (const [n, bound] of boundaries.entries()) {
        assertEquals(scale.indexOf(bound), n);
        assertEquals(scale.indexOf(bound === 0 ? Number.MIN_VALUE : neighbour(bound, 1)), n + 1);
        if (bound > 0) assertEquals(scale.indexOf(neighbour(bound, -1)), n);
        assertEquals(scale.upperBound(n), bound);
        assertEquals(scale.lowerBound(n + 1), bound);
      }
      assertEquals([scale.indexOf(0), scale.indexOf(-0)], [0, 0]);
      assertEquals(scale.indexOf(Number.MAX_VALUE), boundaries.length);
      assertEquals([scale.lowerBound(0), scale.upperBound(boundaries.length)], [0, Infinity]);
    }
  });

  it("clamps nothing", () => {
    const { lowest, highest } = new ExplicitBinScale([1]);
    assertEquals([lowest, highest], [0, Infinity]);
  });
});

describe("scaleOf()", () => {
  it("makes the kind that the definition has", () => {
    assert(scaleOf({ boundaries: [1] }) instanceof ExplicitBinScale);
    assert(scaleOf({ lowest: 1, highest: 2, relativeError: 0.1 }) instanceof LogLinearScale);
  });
});
