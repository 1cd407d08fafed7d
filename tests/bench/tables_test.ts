import { assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  environment,
  groupTable,
  noise,
  programTargetTable,
  sections,
  summary,
  targetTable,
} from "../../bench/documents/tables.ts";
import { results, row } from "./made_results.ts";

describe("environment()", () => {
  it("names versions, machine and date", () => {
    assertStrictEquals(
      environment(results({ deno: [], bun: [] })),
      "Deno 1.2.3, Bun 1.2.3, on Abacus, 2 cores, plan9 4 mips, 2026-05-04.",
    );
  });

  it("warns of figures that mean nothing", () => {
    assertStringIncludes(environment({ ...results({}), isQuick: true }), "--quick");
  });
});

describe("noise()", () => {
  it("compares the rounds of each figure", () => {
    const rows = [[10, 11, 12], [5, 5, 5], [2, 3, 3]].map((rounds, i) => ({
      ...row("g", `case ${i}`, 1),
      rounds,
    }));
    const text = noise(results({ deno: rows }));
    assertStringIncludes(text, "1.2 times as long as the fastest in the median case");
    assertStringIncludes(text, "and 1.5 times in one of ten");
  });
});

describe("groupTable()", () => {
  it("has a column for each runtime, and ratios to the library under the same circumstances", () => {
    const made = results({
      deno: [
        row("g", "library", 2, { threads: 1 }),
        row("g", "mutex", 20, { threads: 1 }),
        row("g", "mutex", 300, { threads: 2 }),
        row("h", "mutex", 4),
      ],
      bun: [row("g", "mutex", null, { threads: 1 }), row("g", "library", 3, { threads: 2 })],
    });
    assertEquals(groupTable(made, "g").split("\n"), [
      "|           |         |   Deno 1.2.3 | Bun 1.2.3 |",
      "| --------- | ------- | -----------: | --------: |",
      "| 1 thread  | library |         2 ns |         – |",
      "| 1 thread  | mutex   | 20 ns (10 ×) |         – |",
      "| 2 threads | mutex   |       300 ns |         – |",
      "| 2 threads | library |            – |      3 ns |",
    ]);
  });

  it("leaves out circumstances that no row has", () => {
    assertEquals(groupTable(results({ bun: [row("g", "it", 1)] }), "g").split("\n"), [
      "|     | Bun 1.2.3 |",
      "| --- | --------: |",
      "| it  |      1 ns |",
    ]);
  });
});

describe("targetTable()", () => {
  it("says of each target and runtime whether it was met, and by how much not", () => {
    const add = (ns: number) => [
      row("counter add", "library", ns, { threads: 1 }),
      row("counter add", "plain", 2, { threads: 1 }),
    ];
    const text = targetTable(results({ deno: add(2), bun: add(4), node: add(9) }));
    const cells = text.split("\n")[2].split("|").map((cell) => cell.trim());
    assertEquals(cells.slice(1, -1), [
      "counter add / plain `+=`",
      "≤ 1.5",
      "1, met",
      "2, missed by 33.3 %",
      "4.5, missed by 3 ×",
    ]);
    assertStringIncludes(text, "| labels lookup / prom-client ");
  });
});

describe("programTargetTable()", () => {
  it("has the limit of each runtime, and says whether it was met", () => {
    const at = { numbers: "whole", writers: 1, beside: "all kinds" };
    const group = "counter add, in a program";
    const add = (ns: number) => [row(group, "library", ns, at), row(group, "plain", 2, at)];
    const text = programTargetTable(results({ deno: add(2), bun: add(2.5), node: add(9) }));
    const cells = text.split("\n")[2].split("|").map((cell) => cell.trim());
    assertEquals(cells.slice(1, -1), [
      "counter add, whole numbers / plain",
      "1, met (≤ 1)",
      "1.25, met (≤ 1.25)",
      "4.5, missed by 3.6 × (≤ 1.25)",
    ]);
  });
});

describe("summary()", () => {
  it("has the figures in a program, those of all runtimes in one cell", () => {
    const at = { numbers: "whole", writers: 1, beside: "all kinds" };
    const add = (ns: number) => [
      row("counter add", "library", 1, { threads: 1 }),
      row("counter add, in a program", "library", ns, at),
    ];
    const scrape = [row("scrape, idle workers", "postMessage", 2_500_000, { workers: 8 })];
    const text = summary(results({ deno: add(2.25), bun: [], node: [...add(3), ...scrape] }));
    assertStringIncludes(text, "| ns in a program, Deno / Bun / Node ");
    assertStringIncludes(text, " 2.25 / – / 3 |");
    assertStringIncludes(text, " – / – / 2.5 |");
  });
});

describe("sections()", () => {
  it("are all there, without a row as well", () => {
    for (const made of [results({}), results({ deno: [] })]) {
      const names = [...sections(made).keys()];
      assertEquals(names.toSorted(), [
        ...["contention", "counts", "environment", "exposition", "program-summary"],
        ...["program-targets", "programs", "scale", "scrape", "start", "summary"],
        ...["targets", "updates", "uses", "web-server"],
      ]);
    }
  });
});
