/**
 * Makes the charts and tables of the documents from `docs/performance.json`: `make.ts [FILE...]`.
 * Files that `collect.ts` wrote replace that one first.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { charts } from "./charts.ts";
import { draw } from "./draw.ts";
import { fillSections } from "./markdown.ts";
import { sections } from "./tables.ts";
import { merge, readSettings, type Results, stringify } from "../results.ts";

const root = new URL("../../", import.meta.url);
const source = new URL("docs/performance.json", root);

function readResults(path: string | URL): Results {
  return JSON.parse(readFileSync(path, "utf8"));
}

const { rest: paths } = readSettings();
if (paths.length > 0) writeFileSync(source, stringify(merge(paths.map(readResults))));
const results = readResults(source);
const made = sections(results);
for (const document of ["README.md", "docs/performance.md"]) {
  const path = new URL(document, root);
  writeFileSync(path, fillSections(readFileSync(path, "utf8"), made));
}
for (const chart of charts(results)) {
  writeFileSync(new URL(`docs/charts/${chart.name}.svg`, root), await draw(chart));
}
