/**
 * Hands the cases to `Deno.bench`, or to mitata under Bun and Node.
 *
 * An iteration is as many operations as make the tables readable, for their columns have no more digits: a million, a thousand
 * or one, so that their milliseconds are nanoseconds, microseconds or milliseconds of one operation. The title of each table says which.
 *
 * @module
 */

import { loadCase } from "./cases/all.ts";
import type { Circumstances, GroupName } from "./cases/case.ts";
import { baseline, groups } from "./cases/groups.ts";
import { loadPackage } from "./packages.ts";
import { type Pool, startPool } from "./pool.ts";
import { describe } from "./results.ts";

const units = new Map([[1_000_000, "ns"], [1000, "µs"], [1, "ms"]]);

interface Entry {
  readonly group: string;
  readonly name: string;
  readonly isBaseline: boolean;
  readonly isLong: boolean;
  readonly run: () => void | Promise<void>;
}

interface Mitata {
  group(name: string, body: () => void): void;
  summary(body: () => void): void;
  bench(name: string, fn: () => unknown): { baseline(yes: boolean): void };
  run(): Promise<unknown>;
}

/** Registers the groups, and runs them where that is not done by `deno bench`. */
export async function benchGroups(...names: readonly GroupName[]): Promise<void> {
  const pools: Pool[] = [];
  const byTitle = new Map<string, readonly Entry[]>();
  for (const group of names) {
    const { fields, perIteration } = groups[group];
    for (const { at, names } of fields) {
      const title = titleOf(group, at, perIteration);
      const entries: Entry[] = [];
      for (const implementation of names) {
        const made = await loadCase(group, implementation);
        const pool = await startPool(made, { implementation, group, at });
        pools.push(pool);
        entries.push({
          group: title,
          name: implementation,
          isBaseline: implementation === baseline && names.length > 1,
          isLong: perIteration === 1_000_000,
          run: await loopOf(pool, perIteration),
        });
      }
      byTitle.set(title, entries);
    }
  }

  if ("Deno" in globalThis) {
    for (const { name, group, isBaseline, isLong, run } of [...byTitle.values()].flat()) {
      // Deno would give half a second to each; a million updates take up to that.
      const times = isLong ? { warmup: 3, n: 10 } : {};
      Deno.bench({ name, group, baseline: isBaseline, ...times, fn: run });
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
  for (const pool of pools) pool.stop();
}

/** Deno and mitata wait for functions that are declared so, and not for others that return a promise. */
async function loopOf(pool: Pool, perIteration: number): Promise<Entry["run"]> {
  const running = pool.run(Math.min(1024, perIteration));
  if (running === undefined) return () => pool.run(perIteration);
  await running;
  return async () => await pool.run(perIteration);
}

function titleOf(group: GroupName, at: Circumstances, perIteration: number): string {
  const unit = units.get(perIteration);
  const scale = unit === "ms" ? "" : ` (1 ms: 1 ${unit} each)`;
  return [group, describe(at)].filter((part) => part !== "").join(", ") + scale;
}
