import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { merge, stringify } from "../../bench/results.ts";
import { results, row } from "./made_results.ts";

const a = row("g", "a", 1);
const b = row("g", "b", 2);

describe("merge()", () => {
  it("takes runtimes and parts of them together, in the order of the reports", () => {
    const { runtimes } = merge([
      results({ node: [a] }),
      results({ deno: [a] }),
      results({ node: [b] }),
    ]);
    assertEquals(Object.entries(runtimes), [
      ["deno", { version: "1.2.3", rows: [a] }],
      ["node", { version: "1.2.3", rows: [a, b] }],
    ]);
  });

  it("keeps the last date, and the doubt", () => {
    const later = { ...results({}), takenAt: "2026-06-01T00:00:00.000Z", isQuick: true };
    const { takenAt, isQuick } = merge([later, results({})]);
    assertStrictEquals(takenAt, later.takenAt);
    assertStrictEquals(isQuick, true);
  });

  it("refuses what does not belong together", () => {
    const other = { ...results({ deno: [b] }), processor: "Difference engine" };
    assertThrows(() => merge([results({ deno: [a] }), other]), RangeError, "Abacus is required");
    const newer = { ...results({}), runtimes: { deno: { version: "2.0.0", rows: [b] } } };
    assertThrows(
      () => merge([results({ deno: [a] }), newer]),
      RangeError,
      "deno 1.2.3 is required",
    );
    const twice = [results({ deno: [a] }), results({ deno: [a] })];
    assertThrows(() => merge(twice), RangeError, "each row once is required");
    assertThrows(() => merge([]), RangeError, "one file at least is required");
  });
});

describe("stringify()", () => {
  it("is JSON with a line for each row", () => {
    const made = results({ deno: [a, b], bun: [] });
    const text = stringify(made);
    assertEquals(JSON.parse(text), made);
    assertEquals(text.split("\n").filter((line) => line.startsWith('{"group"')).length, 2);
  });
});
