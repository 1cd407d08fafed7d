/**
 * What every part of the suite writes, and how a part is told what to do.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import process from "node:process";

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

/** Circumstances as text, which tells rows of one group and name apart: "8 slots, 1,000 buckets". */
export function describe(at: Readonly<Record<string, number | string | undefined>>): string {
  return Object.entries(at).map(([key, value = 0]) => {
    if (typeof value === "string") return `${key} ${value}`;
    return `${value.toLocaleString("en-US")} ${value === 1 ? key.replace(/s$/, "") : key}`;
  }).join(", ");
}

/** Three digits, or all before the point. */
export function format(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return Number(value.toPrecision(3)).toString();
}

/** The middle one. */
export function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1];
}
