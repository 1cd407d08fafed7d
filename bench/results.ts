/**
 * The results of the benchmarks: what every part writes, how files of them are merged, and the
 * command line that all parts have.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import process from "node:process";
import { describe, format } from "./figures.ts";

/** One figure. */
export interface Row {
  /** The table that the row belongs in: its rows are compared. */
  readonly group: string;
  /** The implementation, or the thing that was measured. */
  readonly name: string;
  /** The circumstances: numbers of threads, slots, buckets. */
  readonly at: Readonly<Record<string, number | string>>;
  /** The figure, or `null` when there is none. JSON has no `NaN`. */
  readonly value: number | null;
  readonly unit: string;
  /** The figures of the rounds, when the value is their median. */
  readonly rounds?: readonly number[];
}

/** All figures of one runtime. */
export interface RuntimeResults {
  readonly version: string;
  readonly rows: readonly Row[];
}

/** All figures of one run. */
export interface Results {
  readonly takenAt: string;
  /** Whether it was a run with `--quick`, whose figures mean nothing. */
  readonly isQuick: boolean;
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  readonly runtimes: Readonly<Record<string, RuntimeResults>>;
}

/** The command line of a part. */
export interface Settings {
  /** The file for the rows. Standard output gets them as a table in any case. */
  readonly json: string | undefined;
  /**
   * Short runs and small sizes: they show that everything works, and their figures mean nothing.
   */
  readonly quick: boolean;
  /** All other arguments. */
  readonly rest: readonly string[];
}

/** Reads the command line. */
export function readSettings(args: readonly string[] = process.argv.slice(2)): Settings {
  let json: string | undefined;
  let quick = false;
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--json") json = args[++i];
    else if (args[i] === "--quick") quick = true;
    else rest.push(args[i]);
  }
  return { json, quick, rest };
}

/** Ends a part: prints its rows, and writes them to the file of the settings. */
export function finish(rows: readonly Row[], { json }: Settings): void {
  for (const { group, name, at, value, unit } of rows) {
    const figure = value === null ? "-" : format(value);
    console.log(
      `${group.padEnd(36)} ${name.padEnd(28)} ${describe(at).padEnd(34)} ${figure} ${unit}`,
    );
  }
  if (json !== undefined) writeFileSync(json, JSON.stringify(rows));
}

const keyOf = ({ group, name, at }: Row) => [group, name, describe(at)].join(", ");

/**
 * Merges the results of several runs: of several runtimes, or of several parts.
 *
 * @throws {RangeError} When there are none, when their machines or versions differ, or when two
 * have the same row.
 */
export function merge(all: readonly Results[]): Results {
  if (all.length === 0) throw new RangeError("Cannot merge: one file at least is required, got 0");
  const [first] = all;
  const runtimes: Record<string, RuntimeResults> = {};
  for (const results of all) {
    for (const key of ["processor", "cores", "system"] as const) {
      if (results[key] !== first[key]) {
        throw new RangeError(
          `Cannot merge: the ${key} ${first[key]} is required, got ${results[key]}`,
        );
      }
    }
    for (const [name, { version, rows }] of Object.entries(results.runtimes)) {
      const { version: known = version, rows: before = [] } = runtimes[name] ?? {};
      if (version !== known) {
        throw new RangeError(`Cannot merge: ${name} ${known} is required, got ${version}`);
      }
      const keys = new Set(before.map(keyOf));
      const twice = rows.find((row) => keys.has(keyOf(row)));
      if (twice !== undefined) {
        throw new RangeError(`Cannot merge: each row once is required, got ${keyOf(twice)} twice`);
      }
      runtimes[name] = { version, rows: [...before, ...rows] };
    }
  }
  const known = ["deno", "bun", "node"];
  const ordered = Object.entries(runtimes)
    .toSorted(([a], [b]) => known.indexOf(a) - known.indexOf(b));
  return {
    ...first,
    takenAt: all.map(({ takenAt }) => takenAt).toSorted().at(-1)!,
    isQuick: all.some(({ isQuick }) => isQuick),
    runtimes: Object.fromEntries(ordered),
  };
}

/** Writes results as JSON with a line for each row, so that a changed figure is a changed line. */
export function stringify({ runtimes, ...machine }: Results): string {
  const parts = Object.entries(runtimes).map(([name, { version, rows }]) => {
    const lines = rows.map((row) => JSON.stringify(row)).join(",\n");
    return `${JSON.stringify(name)}: {"version": ${
      JSON.stringify(version)
    }, "rows": [\n${lines}\n]}`;
  });
  const head = JSON.stringify(machine).slice(0, -1);
  return `${head}, "runtimes": {\n${parts.join(",\n")}\n}}\n`;
}
