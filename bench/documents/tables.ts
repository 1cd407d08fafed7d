/**
 * The tables of the documents, from what was collected.
 *
 * @module
 */

import type { ImplementationName } from "../cases/all.ts";
import type { Circumstances, GroupName } from "../cases/case.ts";
import { updateNames, useNames } from "../cases/groups.ts";
import { describe, format, median, type Results, type Row } from "../results.ts";
import { find, judge, type Target, targets } from "../targets.ts";
import { table } from "./markdown.ts";

/** What the ratios in the tables refer to. */
const reference: ImplementationName = "library";

const absent = "–";
const titles: Readonly<Record<string, string>> = { deno: "Deno", bun: "Bun", node: "Node" };

/** How the documents call a runtime. */
export function titleOf(runtime: string): string {
  return titles[runtime] ?? runtime;
}

/** "Deno 2.9.6" for each runtime. */
function columnsOf(results: Results): string[] {
  return Object.entries(results.runtimes)
    .map(([name, { version }]) => `${titleOf(name)} ${version}`);
}

function rowsOf(results: Results): (readonly Row[])[] {
  return Object.values(results.runtimes).map(({ rows }) => rows);
}

/** A figure with its unit; times in the unit that suits them. */
export function withUnit(value: number, unit: string): string {
  if (!Number.isFinite(value)) return absent;
  if (unit !== "ns") return unit === "" ? format(value) : `${format(value)} ${unit}`;
  if (value >= 1e9) return `${format(value / 1e9)} s`;
  if (value >= 1e6) return `${format(value / 1e6)} ms`;
  if (value >= 1e3) return `${format(value / 1e3)} µs`;
  return `${format(value)} ns`;
}

/** On what, with what, and when. */
export function environment(results: Results): string {
  const { processor, cores, system, takenAt, isQuick } = results;
  const machine = `${processor}, ${cores} cores, ${system}`;
  const line = `${columnsOf(results).join(", ")}, on ${machine}, ${takenAt.slice(0, 10)}.`;
  const warning = "**From a run with `--quick`: it shows that the suite works, and no more.**";
  return isQuick ? `${line} ${warning}` : line;
}

/** How far the rounds of one figure are apart: what a difference between two figures must exceed to mean something. */
export function noise(results: Results): string {
  const spreads = rowsOf(results).flat().flatMap(({ rounds = [] }) =>
    rounds.length > 1 ? [Math.max(...rounds) / Math.min(...rounds)] : []
  );
  if (spreads.length === 0) return "Each case was measured once.";
  const sorted = spreads.toSorted((a, b) => a - b);
  const [middle, most] = [median(sorted), sorted[Math.floor(sorted.length * 0.9)]];
  return `The slowest of the rounds took ${
    format(middle)
  } times as long as the fastest in the median case, and ` +
    `${format(most)} times in one of ten.`;
}

/** One table: who under which circumstances, and a column for each runtime with the figure and its ratio to the library's. */
export function groupTable(results: Results, group: string): string {
  const lines = new Map<string, Row>();
  for (const row of rowsOf(results).flat()) {
    if (row.group === group) lines.set(`${describe(row.at)}|${row.name}`, row);
  }
  const rows = [...lines.values()].map(({ name, at, unit }) => [
    describe(at),
    name,
    ...rowsOf(results).map((all) => {
      const value = find(all, group, { name, at });
      const ratio = value / find(all, group, { name: reference, at });
      const figure = withUnit(value, unit);
      return name === reference || !Number.isFinite(ratio)
        ? figure
        : `${figure} (${format(ratio)} ×)`;
    }),
  ]);
  const head = ["", "", ...columnsOf(results)];
  // A column that says nothing is left out.
  const kept = head.map((_, column) => column > 1 || rows.some((row) => row[column] !== ""));
  const keep = (cells: readonly string[]) => cells.filter((_, column) => kept[column]);
  return table(keep(head), rows.map(keep), kept[0] && kept[1] ? 2 : 1);
}

/** The tables of several groups, each under its name. */
export function groupTables(results: Results, groups: readonly string[]): string {
  return groups.filter((group) => rowsOf(results).flat().some((row) => row.group === group))
    .map((group) =>
      `### ${group[0].toUpperCase()}${group.slice(1)}\n\n${groupTable(results, group)}`
    )
    .join("\n\n");
}

function verdictOf(target: Target, rows: readonly Row[]): string {
  const { value, isMet, miss } = judge(target, rows);
  if (Number.isNaN(value)) return absent;
  if (isMet) return `${format(value)}, met`;
  const distance = miss < 2 ? `${format((miss - 1) * 100)} %` : `${format(miss)} ×`;
  return `${format(value)}, missed by ${distance}`;
}

/** All targets, with what was measured. */
export function targetTable(results: Results): string {
  const rows = targets.map((target) => [
    target.name,
    `${target.isLeast ? "≥" : "≤"} ${target.limit}`,
    ...rowsOf(results).map((all) => verdictOf(target, all)),
  ]);
  return table(["case", "target", ...columnsOf(results)], rows);
}

/** One line of what the library costs beside others, whose cells have a figure for each runtime. */
function summaryRow(
  results: Results,
  { title, group, at, names }: {
    title: string;
    group: string;
    at: Circumstances;
    names: readonly string[];
  },
): string[] {
  const scale = group.startsWith("scrape") ? 1e6 : 1;
  const cells = names.map((name) => {
    const values = rowsOf(results).map((rows) =>
      find(rows, group, { name, at: at as Row["at"] }) / scale
    );
    return values.every(Number.isNaN)
      ? absent
      : values.map((value) => Number.isNaN(value) ? absent : format(value)).join(" / ");
  });
  return [title, ...cells];
}

const decisive: readonly (readonly [title: string, GroupName, threads: number])[] = [
  ["counter add", "counter add", 1],
  ["counter add, 2 threads at once", "counter add", 2],
  ["labelled add, child kept", "labelled add, bound child", 1],
  ["labelled add, looked up by 3 labels", "labelled add, fresh lookup", 1],
  ["record of 4 fields, update", "record update", 1],
  ["record of 4 fields, 2 threads at once", "record update", 2],
  ["record of 4 fields, in a burst of 32", "record burst of 32", 1],
  ["histogram record", "histogram record", 1],
];

/** The few rows that decide, for the README. */
export function summary(results: Results): string {
  const names = ["library", "plain", "mutex", "prom-client"];
  const runtimes = Object.keys(results.runtimes).map(titleOf).join(" / ");
  const updates = table(
    [`ns per update, ${runtimes}`, "this library", "plain, private", "mutex", "prom-client"],
    decisive.map(([title, group, threads]) =>
      summaryRow(results, { title, group, at: { threads }, names })
    ),
  );
  const scrapes = table(
    [`ms to collect, ${runtimes}`, "this library", "postMessage", "@prometheus-io/client"],
    ["idle workers", "one busy for 2 s", "all busy for 2 s"].map((when) =>
      summaryRow(results, {
        title: `8 workers × 10,000 counters, ${when}`,
        group: `scrape, ${when}`,
        at: {},
        names: ["library", "postMessage", "@prometheus-io/client"],
      })
    ),
  );
  return [environment(results), updates, scrapes].join("\n\n");
}

/** All sections that the documents may ask for. */
export function sections(results: Results): Map<string, string> {
  const scale = ["slots", "buckets"].flatMap((growing) =>
    ["read", "snapshot", "memory"].map((action) => `${action}, more ${growing}`)
  );
  return new Map([
    ["environment", `${environment(results)} ${noise(results)}`],
    ["targets", targetTable(results)],
    ["updates", groupTables(results, updateNames)],
    ["uses", groupTables(results, useNames)],
    [
      "contention",
      groupTables(results, [
        "contention, in all",
        "contention, per thread",
        "one writer, polled",
        "writer slowdown, polled",
        "retries of a read",
      ]),
    ],
    ["scale", groupTables(results, ["growth exponent", ...scale])],
    [
      "counts",
      groupTables(results, [
        "atomic operations",
        "memory, per slot and counter",
        "memory, per slot and record",
        "memory, per bucket, for all slots",
        "memory, 1 GiB reserved and unused",
        "heap, per record read",
      ]),
    ],
    [
      "scrape",
      groupTables(results, [
        "scrape, idle workers",
        "scrape, one busy for 2 s",
        "scrape, all busy for 2 s",
      ]),
    ],
    ["exposition", groupTables(results, ["exposition, time", "exposition, memory"])],
    ["summary", summary(results)],
  ]);
}
