/**
 * Hands the cases to `Deno.bench`, or to mitata under Bun and Node.
 *
 * An iteration is a million updates in each thread: what the tables show as milliseconds are
 * nanoseconds per update and thread.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import process from "node:process";
import { baseline, implementationNames } from "./cases/all.ts";
import type { GroupName } from "./cases/case.ts";
import { startPool } from "./pool.ts";

/** Updates per iteration and thread. */
export const updatesPerIteration = 1_000_000;

/** One thread, and as many as there are cores. */
export function threadCounts(): number[] {
  return [...new Set([1, Math.max(2, availableParallelism())])];
}

interface Entry {
  readonly group: string;
  readonly name: string;
  readonly isBaseline: boolean;
  readonly run: () => void;
}

interface Mitata {
  group(name: string, body: () => void): void;
  summary(body: () => void): void;
  bench(name: string, fn: () => void): { baseline(yes: boolean): void };
  run(): Promise<unknown>;
}

/** Registers the groups, and runs them where that is not done by `deno bench`. */
export async function benchGroups(groups: readonly GroupName[]): Promise<void> {
  const byTitle = new Map<string, Entry[]>();
  const stops: (() => void)[] = [];
  for (const group of groups) {
    for (const threads of threadCounts()) {
      const title = `${group}, ${threads} thread${threads === 1 ? "" : "s"}`;
      const entries: Entry[] = [];
      for (const name of implementationNames) {
        const pool = await startPool(name, group, threads);
        stops.push(() => pool.stop());
        entries.push({
          group: title,
          name,
          isBaseline: name === baseline,
          run: () => pool.run(updatesPerIteration),
        });
      }
      byTitle.set(title, entries);
    }
  }

  console.log("1 ms in these tables is 1 ns per update and thread");
  if ("Deno" in globalThis) {
    for (const { name, group, isBaseline, run } of [...byTitle.values()].flat()) {
      Deno.bench({ name, group, baseline: isBaseline, warmup: 3, n: 20, fn: run });
    }
    return;
  }
  const url = process.env.MITATA_URL;
  if (url === undefined) {
    throw new Error("Cannot run: MITATA_URL is required, start it as `deno task bench:node`");
  }
  const { group, summary, bench, run }: Mitata = await import(url);
  for (const [title, entries] of byTitle) {
    group(title, () => {
      summary(() => {
        for (const entry of entries) bench(entry.name, entry.run).baseline(entry.isBaseline);
      });
    });
  }
  await run();
  for (const stop of stops) stop();
}
