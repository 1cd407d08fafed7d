import { assertAlmostEquals, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { growthExponent, withUnit } from "../../bench/figures.ts";

const sizes = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
const points = (cost: (size: number) => number) => sizes.map((n) => [n, cost(n)] as const);

describe("growthExponent()", () => {
  it("is the exponent of a power", () => {
    for (const exponent of [0, 0.5, 1, 2]) {
      assertAlmostEquals(growthExponent(points((n) => 3 * n ** exponent)), exponent, 1e-12);
    }
  });

  it("ignores the cost of small sizes", () => {
    assertAlmostEquals(growthExponent(points((n) => n < 1000 ? 1e6 : 5 * n)), 1, 1e-12);
    assertAlmostEquals(growthExponent(points((n) => 20 + n)), 1, 0.01);
  });

  it("fits best where no power fits", () => {
    const noisy = growthExponent([[1, 1], [10, 2], [100, 100], [1000, 2000], [10_000, 10_000]]);
    assertAlmostEquals(noisy, 1, 1e-12);
  });
});

describe("withUnit()", () => {
  it("gives times in the unit that suits them, with three digits", () => {
    assertEquals(
      [0.31234, 12, 1500, 2_345_678, 2e9].map((ns) => withUnit(ns, "ns")),
      ["0.312 ns", "12 ns", "1.5 µs", "2.35 ms", "2 s"],
    );
  });

  it("leaves other units, and shows what is not known", () => {
    assertEquals([withUnit(160, "bytes"), withUnit(1, ""), withUnit(NaN, "ns")], [
      "160 bytes",
      "1",
      "–",
    ]);
  });
});
