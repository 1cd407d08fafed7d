/**
 * The tables of the documents, from the results.
 *
 * @module
 */

import { type ImplementationName, updateNames, useNames } from "../cases/catalogue.ts";
import { absent, describe, format, median, withUnit } from "../figures.ts";
import type { Results, Row } from "../results.ts";
import { entries, programTargets } from "../program_targets.ts";
import { programGroup, programGroups } from "../programs/catalogue.ts";
import { find, judge, type Target, targets } from "../targets.ts";
import { table } from "./markdown.ts";

/** The implementation that the ratios in the tables refer to. */
const reference: ImplementationName = "library";

const titles: Readonly<Record<string, string>> = { deno: "Deno", bun: "Bun", node: "Node" };

/** The name of a runtime in the documents. */
export function titleOf(runtime: string): string {
  return titles[runtime] ?? runtime;
}

/** The head of the column of each runtime: "Deno 2.9.6". */
function columnsOf(results: Results): string[] {
  return Object.entries(results.runtimes)
    .map(([name, { version }]) => `${titleOf(name)} ${version}`);
}

function rowsOf(results: Results): (readonly Row[])[] {
  return Object.values(results.runtimes).map(({ rows }) => rows);
}

/** The runtimes, the machine and the date. */
export function environment(results: Results): string {
  const { processor, cores, system, takenAt, isQuick } = results;
  const machine = `${processor}, ${cores} cores, ${system}`;
  const line = `${columnsOf(results).join(", ")}, on ${machine}, ${takenAt.slice(0, 10)}.`;
  const warning = "**From a run with `--quick`: it shows that the suite works, and no more.**";
  return isQuick ? `${line} ${warning}` : line;
}

/** How much the rounds of a figure differ. A smaller difference of two figures means nothing. */
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

/**
 * The table of a group. A row has the circumstances, the implementation, and for each runtime the
 * figure with its ratio to the figure of the library.
 */
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
  // Leaves out empty columns.
  const kept = head.map((_, column) => column > 1 || rows.some((row) => row[column] !== ""));
  const keep = (cells: readonly string[]) => cells.filter((_, column) => kept[column]);
  return table(keep(head), rows.map(keep), kept[0] && kept[1] ? 2 : 1);
}

/** The tables of several groups, each with its heading. */
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

/** All targets, with the figures of each runtime. */
export function targetTable(results: Results): string {
  const rows = targets.map((target) => [
    target.name,
    `${target.isLeast ? "≥" : "≤"} ${target.limit}`,
    ...rowsOf(results).map((all) => verdictOf(target, all)),
  ]);
  return table(["case", "target", ...columnsOf(results)], rows);
}

/** The targets for real programs: in each cell the figure, the limit of the runtime, the verdict. */
export function programTargetTable(results: Results): string {
  const columns = Object.entries(results.runtimes).map(([name, { rows }]) =>
    programTargets(name).map((target) => {
      if (target === undefined) return "";
      const sign = target.isLeast ? "≥" : "≤";
      return `${verdictOf(target, rows)} (${sign} ${target.limit})`;
    })
  );
  const rows = entries.map((entry, n) => [entry.case, ...columns.map((cells) => cells[n])]);
  return table(["case", ...columnsOf(results)], rows);
}

/**
 * What one update costs in a program, for the reader who knows nothing of engines. The figures are
 * those of the process that runs all kinds.
 */
export function programSummary(results: Results): string {
  const beside = "all kinds";
  const names = ["library", "plain", "mutex", "prom-client"];
  const lines: readonly (readonly [title: string, operation: string, at: Row["at"]])[] = [
    ["add to a counter", "counter add", { numbers: "whole", writers: 1 }],
    ["add to four counters in turn", "counter add", { numbers: "whole", writers: 4 }],
    ["add to a kept labelled counter", "labelled add, child kept", {
      numbers: "whole",
      writers: 1,
    }],
    ["find 3 labels of 8 series, and add", "labels lookup and add", { of: "8 series" }],
    ["find the same 3 labels, and add", "labels lookup and add", { of: "the same series" }],
    ["record a duration in a histogram", "histogram record", { writers: 1 }],
    ["change 4 fields of a record", "record update", { buckets: 4 }],
    ["the same in a burst of 32", "record burst of 32", { buckets: 4 }],
  ];
  const runtimes = Object.keys(results.runtimes).map(titleOf).join(" / ");
  return table(
    [`ns in a program, ${runtimes}`, "this library", "plain, private", "lock", "prom-client"],
    lines.map(([title, operation, at]) =>
      summaryRow(results, { title, group: programGroup(operation), at: { ...at, beside }, names })
    ),
  );
}

/** A row of the summary. Each cell has the figures of all runtimes for one implementation. */
function summaryRow(
  results: Results,
  { title, group, at, names }: {
    title: string;
    group: string;
    at: Row["at"];
    names: readonly string[];
  },
): string[] {
  const scale = group.startsWith("scrape") ? 1e6 : 1;
  const cells = names.map((name) => {
    const values = rowsOf(results).map((rows) => find(rows, group, { name, at }) / scale);
    return values.every(Number.isNaN)
      ? absent
      : values.map((value) => Number.isNaN(value) ? absent : format(value)).join(" / ");
  });
  return [title, ...cells];
}

/** The most important rows, for the README. */
export function summary(results: Results): string {
  const runtimes = Object.keys(results.runtimes).map(titleOf).join(" / ");
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
  return [environment(results), programSummary(results), scrapes].join("\n\n");
}

const moreScale = [
  "snapshot, more metrics",
  "lookup, more labels",
  "plain, more metrics",
];

const startGroups = [
  "start, import",
  "start, create",
  "start, attach",
  "start, register",
  "size, gzipped",
];

/** All sections of the documents, by name. */
export function sections(results: Results): Map<string, string> {
  const scale = ["slots", "buckets"].flatMap((growing) =>
    ["read", "snapshot", "plain", "memory"].map((action) => `${action}, more ${growing}`)
  );
  return new Map([
    ["environment", `${environment(results)} ${noise(results)}`],
    ["targets", targetTable(results)],
    ["program-targets", programTargetTable(results)],
    ["program-summary", programSummary(results)],
    ["programs", groupTables(results, programGroups)],
    [
      "web-server",
      groupTables(results, [
        "web server, requests per second",
        "web server, processor time per request",
      ]),
    ],
    ["start", groupTables(results, startGroups)],
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
    ["scale", groupTables(results, ["growth exponent", ...scale, ...moreScale])],
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
