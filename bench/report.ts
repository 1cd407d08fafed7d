/**
 * Prints the tables and targets of files that `collect.ts` wrote: `report.ts FILE...`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { sections } from "./documents/tables.ts";
import { format } from "./figures.ts";
import { merge, readSettings, type Row } from "./results.ts";
import { find } from "./targets.ts";

/**
 * The time of a private addition in two threads at once, divided by its time in one. The threads
 * share nothing, so that it is 1 on a quiet machine.
 */
function busyness(rows: readonly Row[]): number {
  const of = (threads: number) => find(rows, "counter add", { name: "plain", at: { threads } });
  return of(2) / of(1);
}

const { rest: paths } = readSettings();
if (paths.length === 0) {
  throw new TypeError("Cannot report: a FILE of collect.ts is required, got none");
}
const results = merge(paths.map((path) => JSON.parse(readFileSync(path, "utf8"))));
for (const [name, text] of sections(results)) {
  if (text !== "") console.log(`\n## ${name}\n\n${text}`);
}
for (const [name, { rows }] of Object.entries(results.runtimes)) {
  // Something else runs. Threads then rarely contend for a lock.
  const busy = busyness(rows);
  if (busy > 1.3) {
    console.log(
      `\n${name}: the cores were not free, as "plain" took ${
        format(busy)
      } times as long in two threads ` +
        "as in one. The figures of several threads mean little.",
    );
  }
}
