import { assertAlmostEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { growthExponent } from "../../bench/growth.ts";

const sizes = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
const points = (cost: (size: number) => number) => sizes.map((n) => [n, cost(n)] as const);

describe("growthExponent()", () => {
  it("is the exponent of a power", () => {
    for (const exponent of [0, 0.5, 1, 2]) {
      assertAlmostEquals(growthExponent(points((n) => 3 * n ** exponent)), exponent, 1e-12);
    }
  });

  it("takes no notice of what small sizes cost", () => {
    assertAlmostEquals(growthExponent(points((n) => n < 1000 ? 1e6 : 5 * n)), 1, 1e-12);
    assertAlmostEquals(growthExponent(points((n) => 20 + n)), 1, 0.01);
  });

  it("fits best where no power fits", () => {
    const noisy = growthExponent([[1, 1], [10, 2], [100, 100], [1000, 2000], [10_000, 10_000]]);
    assertAlmostEquals(noisy, 1, 1e-12);
  });
});
