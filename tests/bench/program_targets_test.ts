import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { entries, programTargets, type TargetEntry } from "../../bench/program_targets.ts";
import { programCases } from "../../bench/programs/catalogue.ts";
import { find } from "../../bench/targets.ts";
import { row } from "./made_results.ts";

const entry = (more: Partial<TargetEntry>): TargetEntry => ({
  ...{ case: "c", limits: { bun: 2 }, row: { group: "g", at: { of: "8" } } },
  ...more,
});
const rows = [
  row("g", "library", 6, { of: "1" }),
  row("g", "library", 12, { of: "8", beside: "nothing" }),
  row("g", "plain", 4, { of: "8" }),
];

function figure(more: Partial<TargetEntry>, runtime = "bun"): number | undefined {
  return programTargets(runtime, [entry(more)])[0]?.measure(rows);
}

describe("programTargets()", () => {
  it("take the row of the library under the circumstances", () => {
    assertStrictEquals(figure({}), 12);
    assertStrictEquals(figure({ per: 4 }), 3);
    assertStrictEquals(figure({ row: { group: "h" } }), NaN);
  });

  it("divide by another implementation, or the other way around, and by what was before", () => {
    assertStrictEquals(figure({ over: "plain" }), 3);
    assertStrictEquals(figure({ under: "plain" }), 1 / 3);
    assertStrictEquals(figure({ over: "plain", before: { bun: 6 } }), 0.5);
    assertStrictEquals(figure({ over: "plain", before: { deno: 6 } }), NaN);
    assertStrictEquals(figure({ distanceFrom: 12.5 }), 0.5);
  });

  it("have the limit of the runtime, and nothing for a runtime without one", () => {
    assertStrictEquals(programTargets("bun", [entry({})])[0]?.limit, 2);
    assertEquals(programTargets("node", [entry({})]), [undefined]);
  });
});

describe("targets.json", () => {
  it("names each case once, with a limit for each runtime", () => {
    assertStrictEquals(new Set(entries.map((entry) => entry.case)).size, entries.length);
    for (const { limits } of entries) {
      assertEquals(Object.keys(limits), ["deno", "bun", "node"]);
    }
  });

  it("asks of programs for rows that they have", () => {
    const measured = programCases.map(({ group, name, at }) =>
      row(group, name, 1, { ...at, beside: "all kinds" })
    );
    for (const { row: { group, at }, over } of entries) {
      if (!group.endsWith("in a program")) continue;
      for (const name of ["library", over!]) {
        assert(!Number.isNaN(find(measured, group, { name, at })), `${name}, ${group}`);
      }
    }
  });
});
