/**
 * Runs groups of cases and prints what one operation of each costs, in the same way under `deno bench`, Bun and Node.
 *
 * Nothing is handed to `Deno.bench`: it calls a function for each iteration, which costs more than an addition to a counter (4 ns beside 2), and a function
 * that does many at once would have the time of all of them in Deno's table.
 *
 * @module
 */

import process from "node:process";
import { type ImplementationName, loadCase } from "./cases/all.ts";
import type { Circumstances, GroupName } from "./cases/case.ts";
import { baseline, type Field, groups } from "./cases/groups.ts";
import { howToInstall, MissingPackageError } from "./packages.ts";
import { startPool } from "./pool.ts";
import { describe } from "./results.ts";
import { findTimer, type Timer, type Times } from "./timer.ts";

/** Milliseconds of calls before one is timed: the compilers have finished by then. */
const warmUpMs = 50;
/** Milliseconds of one call: long for any clock, and shorter than a time slice, so that other programs spoil few calls and no median. */
const sampleMs = 0.5;
/** The same with several threads: to wake them and to wait for the last takes some 0.1 ms. */
const threadsSampleMs = 20;
/** Nanoseconds of calls that are timed, and how many there are at least. */
const budget = { min_cpu_time: 150e6, min_samples: 5 };

const isDeno = "Deno" in globalThis;

/** Measures groups in the thread that runs the benchmark. */
export async function benchAlone(...names: readonly GroupName[]): Promise<void> {
  await benchFields(names, ({ at }) => !hasThreads(at));
}

/** Measures groups in several threads at once. */
export async function benchThreads(...names: readonly GroupName[]): Promise<void> {
  // Asked for, a person would be asked.
  if (isDeno && (await Deno.permissions.query({ name: "read" })).state !== "granted") {
    console.log(
      `Left out: ${
        names.join(", ")
      }, each in 2 threads at once, as threads need permission to read. ` +
        "`deno bench -A` runs all.",
    );
    return;
  }
  await benchFields(names, ({ at }) => hasThreads(at));
  // Workers that wait would keep Bun and Node alive.
  if (!isDeno) process.exit(0);
}

function hasThreads({ threads = 1 }: Circumstances): boolean {
  return threads > 1;
}

async function benchFields(
  names: readonly GroupName[],
  isWanted: (field: Field) => boolean,
): Promise<void> {
  const timer = await findTimer();
  console.log(`One operation each, timed by ${timer.name} under ${runtime()}\n`);
  const missing = new Set<string>(timer.missing);
  for (const group of names) {
    for (const { at, names } of groups[group].fields.filter(isWanted)) {
      console.log(
        row([[group, describe(at)].filter(Boolean).join(", "), "median", "least", "p75"]),
      );
      let floor: number | undefined;
      for (const name of names) {
        try {
          const times = await measure(timer.time, { group, name, at });
          if (name === baseline) floor = times.p50;
          const ratio = floor === undefined || name === baseline
            ? ""
            : `${digits(times.p50 / floor)} × ${baseline}`;
          console.log(
            row([`  ${name}`, ...[times.p50, times.min, times.p75].map(duration), ratio]),
          );
        } catch (error) {
          if (!(error instanceof MissingPackageError)) throw error;
          missing.add(error.packageName);
        }
      }
      console.log("");
    }
  }
  if (missing.size > 0) console.log(`Left out: ${[...missing].join(", ")} (${howToInstall})`);
}

/** Nanoseconds of one operation, after it was made sure that the implementation does what it is told. */
async function measure(
  time: Timer,
  { group, name, at }: { group: GroupName; name: ImplementationName; at: Circumstances },
): Promise<Times> {
  const { chunk } = groups[group];
  const pool = await startPool(await loadCase(group, name), { implementation: name, group, at });
  await pool.run(chunk);
  const [total, expected] = [await pool.total(), pool.expected(chunk, chunk)];
  // Shared atomic cells have 32 bits.
  if (total !== undefined && (total | 0) !== (expected | 0)) {
    throw new Error(`Cannot measure ${name}: it must have counted ${expected}, got ${total}`);
  }
  let operations = chunk;
  const wantedMs = hasThreads(at) ? threadsSampleMs : sampleMs;
  const end = performance.now() + warmUpMs + wantedMs * 10;
  while (performance.now() < end) {
    const start = performance.now();
    await pool.run(operations);
    const lasted = performance.now() - start;
    if (lasted < wantedMs / 2) operations *= 2;
    else if (lasted > wantedMs * 2 && operations > chunk) operations /= 2;
  }
  const { min, p50, p75 } = await time(() => pool.run(operations), budget);
  pool.stop();
  return { min: min / operations, p50: p50 / operations, p75: p75 / operations };
}

function runtime(): string {
  const { deno, bun, node } = process.versions;
  return deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : `Node ${node}`;
}

function row([name, ...cells]: readonly string[]): string {
  return [name.padEnd(48), ...cells.map((cell) => cell.padStart(10))].join(" ").trimEnd();
}

function duration(ns: number): string {
  const units = ["ns", "µs", "ms", "s"];
  let unit = 0;
  while (ns >= 999.5 && unit < units.length - 1) {
    ns /= 1000;
    unit++;
  }
  return `${digits(ns)} ${units[unit]}`;
}

/** Three digits, or all before the point. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
