import { assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readdirSync, readFileSync } from "node:fs";
import { charts } from "../../bench/documents/charts.ts";
import { faint, fingerprint, ink } from "../../bench/documents/draw.ts";
import { fillSections } from "../../bench/documents/markdown.ts";
import { sections } from "../../bench/documents/tables.ts";
import { type Results, stringify } from "../../bench/results.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const results: Results = JSON.parse(read("docs/performance.json"));

describe("documents", () => {
  it("have the tables that docs/performance.json gives: deno task bench:docs makes them", () => {
    const made = sections(results);
    for (const path of ["README.md", "docs/performance.md"]) {
      assertStrictEquals(fillSections(read(path), made), read(path), path);
    }
  });

  it("ask for every section, and once", () => {
    const all = [read("README.md"), read("docs/performance.md")].join("\n");
    const asked = [...all.matchAll(/^<!-- bench:(\S+) -->$/gm)].map(([, name]) => name);
    assertEquals(asked.toSorted(), [...sections(results).keys()].toSorted());
  });

  it("have charts that were drawn from docs/performance.json, and show each", () => {
    const made = charts(results);
    const files = readdirSync(new URL("docs/charts/", root));
    assertEquals(files.toSorted(), made.map(({ name }) => `${name}.svg`).toSorted());
    for (const chart of made) {
      assertStringIncludes(read(`docs/charts/${chart.name}.svg`), fingerprint(chart));
      assertStringIncludes(read("docs/performance.md"), `](charts/${chart.name}.svg)`);
    }
  });

  it("have charts for light and dark pages: no ground of their own, a twin for each dark ink", () => {
    for (const { name } of charts(results)) {
      const svg = read(`docs/charts/${name}.svg`);
      assertStrictEquals(svg.includes("<rect"), false, name);
      const style = /@media \(prefers-color-scheme:dark\)\{(.*?)\}<\/style>/.exec(svg)?.[1] ?? "";
      for (const color of [ink, faint]) assertStringIncludes(style, `[fill="${color}"]`);
      // Vega's own colours would have no twin.
      assertEquals(svg.match(/(?:fill|stroke)="(?:#000|#888|#ddd|black|white)"/g), null, name);
    }
  });

  it("are made from JSON as the command writes it", () => {
    assertStrictEquals(stringify(results), read("docs/performance.json"));
  });
});
