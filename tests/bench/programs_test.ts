import { assertAlmostEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { programCases } from "../../bench/programs/catalogue.ts";
import { fresh, type ProgramName, round } from "../../bench/programs/loop.ts";

/** Implementations without a package. */
const ours: readonly ProgramName[] = ["plain", "library", "mutex", "shared atomics"];

describe("programCases", () => {
  for (const { group, name, at, prepare } of programCases) {
    if (!ours.includes(name)) continue;
    it(`${group}: ${name} counts what it is given, ${Object.values(at)}`, async () => {
      const { run, total, perRound } = await prepare();
      run(round);
      run(round * 2);
      assertAlmostEquals(await total(), perRound * 3, 1e-6);
    });
  }
});

describe("fresh()", () => {
  it("makes another function of the same text", () => {
    const make = (step: number) => (n: number) => n + step;
    const again = fresh(make);
    assertStrictEquals(again(2)(40), 42);
    assertStrictEquals(again === make, false);
  });
});
