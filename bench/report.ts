/**
 * Prints what `collect.ts` measured: the tables of the documents, and the targets. `report.ts FILE...`; several files are taken
 * together.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { sections } from "./documents/tables.ts";
import { format } from "./figures.ts";
import { merge, readSettings, type Row } from "./results.ts";
import { find } from "./targets.ts";

/** How many times as long as alone private additions take in two threads; they do not disturb each other. */
function busyness(rows: readonly Row[]): number {
  const of = (threads: number) => find(rows, "counter add", { name: "plain", at: { threads } });
  return of(2) / of(1);
}

const { rest: paths } = readSettings();
if (paths.length === 0) throw new TypeError("Cannot report: a FILE of collect.ts is required");
const results = merge(paths.map((path) => JSON.parse(readFileSync(path, "utf8"))));
for (const [name, text] of sections(results)) {
  if (text !== "") console.log(`\n## ${name}\n\n${text}`);
}
for (const [name, { rows }] of Object.entries(results.runtimes)) {
  // Whatever they lose to a second thread, they lose to something else that runs, and threads then hardly meet at a lock.
  const busy = busyness(rows);
  if (busy > 1.3) {
    console.log(
      `\n${name}: the cores were not free, as "plain" took ${
        format(busy)
      } times as long in two threads ` +
        "as in one. The rows with several threads say little.",
    );
  }
}
