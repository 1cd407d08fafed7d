/**
 * Hands the cases to `Deno.bench`, or to mitata under Bun and Node.
 *
 * An iteration is a million updates in each thread: what the tables show as milliseconds are
 * nanoseconds per update and thread.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { baseline, groups, loadCase } from "./cases/all.ts";
import type { GroupName } from "./cases/case.ts";
import { loadPackage } from "./packages.ts";
import { startPool } from "./pool.ts";

/** Updates per iteration and thread. */
export const updatesPerIteration = 1_000_000;

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
export async function benchGroups(...names: readonly GroupName[]): Promise<void> {
  const byTitle = new Map<string, Entry[]>();
  const stops: (() => void)[] = [];
  const cores = Math.max(2, availableParallelism());
  for (const group of names) {
    const { alone, together } = groups[group];
    for (const [threads, implementations] of [[1, alone], [cores, together]] as const) {
      const entries: Entry[] = [];
      const title = `${group}, ${threads} thread${threads === 1 ? "" : "s"}`;
      for (const implementation of implementations) {
        const made = await loadCase(group, implementation);
        const pool = await startPool(made, { implementation, group, threads });
        stops.push(() => pool.stop());
        entries.push({
          group: title,
          name: implementation,
          isBaseline: implementation === baseline,
          run: () => pool.run(updatesPerIteration),
        });
      }
      if (entries.length > 0) byTitle.set(title, entries);
    }
  }

  console.log("1 ms in these tables is 1 ns per update and thread");
  if ("Deno" in globalThis) {
    for (const { name, group, isBaseline, run } of [...byTitle.values()].flat()) {
      Deno.bench({ name, group, baseline: isBaseline, warmup: 3, n: 10, fn: run });
    }
    return;
  }
  const { group, summary, bench, run } = loadPackage<Mitata>("mitata");
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
