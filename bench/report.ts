/**
 * Prints what `collect.ts` measured: a table for each group, and the targets. `report.ts FILE...`; several files are taken
 * together.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { format, readSettings, type Results, type Row } from "./results.ts";
import { targets } from "./targets.ts";

/** What the ratios refer to, in the tables that have it. */
const reference = "library";

/** Reads the files. The rows of one runtime may be spread over several. */
function load(paths: readonly string[]): { machine: string; byRuntime: Map<string, Row[]> } {
  const byRuntime = new Map<string, Row[]>();
  let machine = "";
  for (const path of paths) {
    const results: Results = JSON.parse(readFileSync(path, "utf8"));
    const { processor, cores, system, takenAt } = results;
    machine = `${processor}, ${cores} cores, ${system}, ${takenAt.slice(0, 10)}`;
    for (const [name, { version, rows }] of Object.entries(results.runtimes)) {
      const title = `${name} ${version}`;
      byRuntime.set(title, [...(byRuntime.get(title) ?? []), ...rows]);
    }
  }
  return { machine, byRuntime };
}

/** The circumstances as text, which tells rows of one name apart. */
function circumstances(at: Row["at"]): string {
  return Object.entries(at).map(([key, value]) => `${key} ${value.toLocaleString("en-US")}`)
    .join(", ");
}

function printGroup(group: string, byRuntime: ReadonlyMap<string, Row[]>): void {
  const lines = new Map<string, { name: string; at: Row["at"] }>();
  let unit = "";
  let hasReference = false;
  for (const rows of byRuntime.values()) {
    for (const row of rows.filter((each) => each.group === group)) {
      lines.set(`${row.name}|${circumstances(row.at)}`, row);
      unit = row.unit;
      hasReference ||= row.name === reference;
    }
  }
  const isComparison = hasReference &&
    new Set([...lines.values()].map(({ name }) => name)).size > 1;
  const ratios = isComparison ? `, and the ratio to "${reference}"` : "";
  console.log(`\n${group}${unit === "" ? "" : ` (${unit})`}${ratios}`);
  const width = isComparison ? 20 : 16;
  console.log(
    " ".repeat(60) + [...byRuntime.keys()].map((title) => title.padStart(width)).join(""),
  );
  for (const { name, at } of lines.values()) {
    let line = name.padEnd(30) + circumstances(at).padEnd(30);
    for (const rows of byRuntime.values()) {
      const find = (wanted: string) =>
        rows.find((row) =>
          row.group === group && row.name === wanted && circumstances(row.at) === circumstances(at)
        )?.value ?? NaN;
      const value = find(name);
      const figure = Number.isNaN(value) ? "-" : format(value);
      const ratio = value / find(reference);
      const addition = isComparison && !Number.isNaN(ratio) ? ` ×${format(ratio)}` : "";
      line += (figure + addition).padStart(width);
    }
    console.log(line);
  }
}

function printTargets(byRuntime: ReadonlyMap<string, Row[]>): void {
  console.log("\nTargets");
  console.log(" ".repeat(72) + [...byRuntime.keys()].map((title) => title.padStart(20)).join(""));
  for (const { name, limit, isLeast = false, measure } of targets) {
    let line = `${name}: ${isLeast ? "at least" : "at most"} ${limit}`.padEnd(72);
    for (const rows of byRuntime.values()) {
      const value = measure(rows);
      const isMet = isLeast ? value >= limit : value <= limit;
      const verdict = Number.isNaN(value) ? "-" : `${format(value)} ${isMet ? "met" : "MISSED"}`;
      line += verdict.padStart(20);
    }
    console.log(line);
  }
}

/** How many times as long as alone private additions take in several threads; they do not disturb each other. */
function busyness(rows: readonly Row[]): number {
  const plain = rows.filter(({ group, name }) => group === "counter add" && name === "plain");
  const [alone, together] = plain.toSorted((a, b) => Number(a.at.threads) - Number(b.at.threads));
  return (together?.value ?? NaN) / (alone?.value ?? NaN);
}

const { rest: paths } = readSettings();
if (paths.length === 0) throw new TypeError("Cannot report: a FILE of collect.ts is required");
const { machine, byRuntime } = load(paths);
console.log(machine);
const groups = new Set([...byRuntime.values()].flat().map(({ group }) => group));
for (const group of groups) printGroup(group, byRuntime);
printTargets(byRuntime);
for (const [title, rows] of byRuntime) {
  // Whatever they lose to a second thread, they lose to something else that runs, and threads then hardly meet at a lock.
  const busy = busyness(rows);
  if (busy > 1.3) {
    console.log(
      `\n${title}: the cores were not free, as "plain" took ${
        format(busy)
      } times as long in several threads ` +
        "as in one. The rows with several threads say little.",
    );
  }
}
