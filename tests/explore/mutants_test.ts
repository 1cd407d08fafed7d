import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFileSync } from "node:fs";
import { applyMutant, mutants } from "./mutants.ts";

describe("applyMutant()", () => {
  it("finds the one place of each fault in the library", () => {
    for (const mutant of mutants) {
      const text = readFileSync(new URL(`../../src/${mutant.file}`, import.meta.url), "utf8");
      assert(applyMutant(mutant, text) !== text, mutant.name);
    }
  });

  it("throws when the place is gone, or not the only one", () => {
    const mutant = { ...mutants[0], edits: [{ find: "a+b", replace: "$&" }] };
    assertEquals(applyMutant(mutant, "x a+b y"), "x $& y");
    for (const text of ["", "a+b, a+b"]) {
      assertThrows(() => applyMutant(mutant, text), RangeError, "once");
    }
  });
});

describe("mutants", () => {
  it("have names of their own, and histories that find them", () => {
    assertEquals(new Set(mutants.map(({ name }) => name)).size, mutants.length);
    assert(mutants.every(({ histories }) => histories.length > 0));
  });
});
