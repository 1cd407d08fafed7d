/**
 * What every part of the suite writes, and how a part is told what to do.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import process from "node:process";
import { describe, format } from "./figures.ts";

/** One figure. */
export interface Row {
  /** What is compared with what: rows of one group belong in one table. */
  readonly group: string;
  /** Who or what was measured. */
  readonly name: string;
  /** Under which circumstances: numbers of threads, slots, buckets. */
  readonly at: Readonly<Record<string, number | string>>;
  /** The figure; `null` when it could not be had, as JSON knows no `NaN`. */
  readonly value: number | null;
  readonly unit: string;
  /** What the value is the median of, where whole processes took turns. */
  readonly rounds?: readonly number[];
}

/** Everything that was measured under one runtime. */
export interface RuntimeResults {
  readonly version: string;
  readonly rows: readonly Row[];
}

/** A whole run of the suite. */
export interface Results {
  readonly takenAt: string;
  /** Whether it shows that the suite works, and no more. */
  readonly isQuick: boolean;
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  readonly runtimes: Readonly<Record<string, RuntimeResults>>;
}

/** What the command line of a part says. */
export interface Settings {
  /** Where the rows go; standard output gets them as a table in any case. */
  readonly json: string | undefined;
  /** Short runs and small sizes: to see that it works, not to believe it. */
  readonly quick: boolean;
  /** The arguments that are no options. */
  readonly rest: readonly string[];
}

/** Reads `--json FILE`, `--quick` and the rest. */
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

/** The end of a part: prints its rows and writes them if it was asked to. */
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
 * @throws {RangeError} When they are of different machines or versions, or have the same row twice.
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

/** The results as JSON with a line for each row: a change of one figure is a change of one line. */
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
