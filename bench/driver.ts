/**
 * Runs groups of cases and prints what one operation of each costs, in the same way under
 * `deno bench`, Bun and Node.
 *
 * Registers nothing with `Deno.bench`: that calls a function for each iteration, which alone costs
 * 4 ns where an addition to a counter costs 2. A function with a loop inside would have the time of
 * the whole loop in Deno's table.
 *
 * @module
 */

import process from "node:process";
import type { Circumstances, GroupName } from "./cases/case.ts";
import { baseline, type Comparison, groups } from "./cases/catalogue.ts";
import { describe, format, withUnit } from "./figures.ts";
import { howToInstall, MissingPackageError } from "./packages.ts";
import { findTimer, timeCase } from "./timer.ts";

/** Shorter than in `measure.ts`: somebody waits. */
const timing = { warmUpMs: 60, budgetMs: 150, leastSamples: 5 };

/** Measures groups and prints a table for each comparison. */
export async function bench(...names: readonly GroupName[]): Promise<void> {
  const timer = await findTimer();
  console.log(`One operation each, timed by ${timer.name} under ${runtime()}\n`);
  const missing = new Set(timer.missing);
  const canStartThreads = await mayStartThreads();
  const withoutThreads = new Set<GroupName>();
  for (const group of names) {
    for (const comparison of groups[group].comparisons) {
      if (canStartThreads || !hasThreads(comparison.at)) await compare(group, comparison, missing);
      else withoutThreads.add(group);
    }
  }
  if (missing.size > 0) console.log(`Left out: ${[...missing].join(", ")} (${howToInstall})`);
  if (withoutThreads.size > 0) {
    console.log(
      `Left out: ${[...withoutThreads].join(", ")}, each in 2 threads at once, as threads need ` +
        "permission to read. `deno bench -A` runs all.",
    );
  }
}

/** Whether workers can be started. Deno reads their modules, and without a permission would ask. */
async function mayStartThreads(): Promise<boolean> {
  if (!("Deno" in globalThis)) return true;
  return (await Deno.permissions.query({ name: "read" })).state === "granted";
}

function hasThreads({ threads = 1 }: Circumstances): boolean {
  return threads > 1;
}

/** Prints the table of one comparison. Adds the packages that could not be loaded to `missing`. */
async function compare(
  group: GroupName,
  { at, names }: Comparison,
  missing: Set<string>,
): Promise<void> {
  console.log(row([[group, describe(at)].filter(Boolean).join(", "), "median", "least", "p75"]));
  let reference: number | undefined;
  for (const implementation of names) {
    try {
      const { min, p50, p75 } = await timeCase({ group, implementation, at }, timing);
      const ratio = reference === undefined ? "" : `${format(p50 / reference)} × ${baseline}`;
      if (implementation === baseline) reference = p50;
      const figures = [p50, min, p75].map((ns) => withUnit(ns, "ns"));
      console.log(row([`  ${implementation}`, ...figures, ratio]));
    } catch (error) {
      if (!(error instanceof MissingPackageError)) throw error;
      missing.add(error.packageName);
    }
  }
  console.log("");
}

function runtime(): string {
  const { deno, bun, node } = process.versions;
  return deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : `Node ${node}`;
}

function row([name, ...cells]: readonly string[]): string {
  return [name.padEnd(48), ...cells.map((cell) => cell.padStart(10))].join(" ").trimEnd();
}
