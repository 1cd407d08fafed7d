import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Random, withSeeds } from "./random.ts";

/** The first numbers of a seed. */
function numbersOf(seed: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: 5 }, () => random.below(2 ** 32));
}

describe("Random", () => {
  it("gives the numbers of mulberry32, the same for the same seed", () => {
    // The first numbers of the published algorithm for the seed 1.
    assertEquals(numbersOf(1).slice(0, 3), [2693262067, 11749833, 2265367787]);
    assertEquals(numbersOf(7), numbersOf(7));
    assertNotEquals(numbersOf(7), numbersOf(8));
  });

  it("below() gives every integer below its limit and no other", () => {
    const random = new Random(3);
    const seen = new Set(Array.from({ length: 200 }, () => random.below(6)));
    assertEquals([...seen].sort(), [0, 1, 2, 3, 4, 5]);
  });

  it("pick() gives items of the list", () => {
    const random = new Random(3);
    const seen = new Set(Array.from({ length: 50 }, () => random.pick(["a", "b"])));
    assertEquals([...seen].sort(), ["a", "b"]);
  });
});

describe("withSeeds()", () => {
  it("runs the test with one generator for each seed, and names the seed that failed", () => {
    let runs = 0;
    withSeeds(3, (random) => {
      runs++;
      assert(random.fraction() < 1);
    });
    assertEquals(runs, 3);
    let seed = 0;
    const failing = () => {
      if (++seed === 2) throw new Error("no");
    };
    assertThrows(() => withSeeds(3, failing), Error, "failed with seed 2: no");
  });
});
