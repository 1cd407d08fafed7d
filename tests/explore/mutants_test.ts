import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFileSync } from "node:fs";
import { applyMutant, mutants } from "./mutants.ts";

describe("applyMutant()", () => {
  it("finds the one place of each fault in the library", () => {
    const read = (file: string) =>
      readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8");
    for (const mutant of mutants) {
      for (const [file, text] of applyMutant(mutant, read)) {
        assert(text !== read(file), mutant.name);
      }
    }
  });

  it("makes several changes, in several files", () => {
    const texts: Record<string, string> = { "a.ts": "x a+b y", "b.ts": "z" };
    const edits = [
      { find: "a+b", replace: "$&" },
      { find: "x", replace: "w" },
      { find: "z", replace: "v", file: "b.ts" },
    ];
    const changed = applyMutant({ ...mutants[0], file: "a.ts", edits }, (file) => texts[file]);
    assertEquals([...changed], [["a.ts", "w $& y"], ["b.ts", "v"]]);
  });

  it("throws when a place is gone, or not the only one", () => {
    const mutant = { ...mutants[0], edits: [{ find: "a+b", replace: "" }] };
    for (const text of ["", "a+b, a+b"]) {
      assertThrows(() => applyMutant(mutant, () => text), RangeError, "once");
    }
  });
});

describe("mutants", () => {
  it("have names of their own, and histories that find them", () => {
    assertEquals(new Set(mutants.map(({ name }) => name)).size, mutants.length);
    assert(mutants.every(({ histories }) => histories.length > 0));
  });
});
