/**
 * What threads cost each other: updates of one record in 1 to 2 x cores threads, and while a reader polls it.
 * `contention.ts [--json FILE] [--quick]`, under any runtime.
 *
 * The implementations take turns, so that whatever else the machine does meets all of them. With more threads than cores, each
 * thread gets less of a core, whatever it does: compare with the plain rows.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import process from "node:process";
import type { ImplementationName } from "./cases/all.ts";
import { type Crew, type Polling, type Round, startCrew } from "./crew.ts";
import { finish, median, readSettings, type Row } from "./results.ts";

const settings = readSettings();
const [warmUpMs, roundMs, rounds] = settings.quick ? [50, 50, 1] : [400, 250, 5];
const group = "record update";
const contenders: readonly ImplementationName[] = ["plain", "library", "mutex", "shared atomics"];
const rows: Row[] = [];

const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);

/** On a busy machine a writer may not run at all for a while. */
const finite = (value: number) => Number.isFinite(value) ? value : null;

/** Starts a crew of each contender, hands them to `measure`, and ends them. */
async function withCrews(
  names: readonly ImplementationName[],
  threads: number,
  measure: (crews: ReadonlyMap<ImplementationName, Crew>) => void,
): Promise<void> {
  const crews = new Map<ImplementationName, Crew>();
  for (const implementation of names) {
    const crew = await startCrew({ group, implementation, threads });
    crews.set(implementation, crew);
    crew.round(warmUpMs);
  }
  measure(crews);
  for (const crew of crews.values()) await crew.stop();
}

/** Rows of what each thread does, and of what all do, as their number grows. */
async function measureThreads(threads: number): Promise<void> {
  await withCrews(contenders, threads, (crews) => {
    const seen = new Map(contenders.map((name) => [name, [] as Round[]]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, crew] of crews) seen.get(name)!.push(crew.round(roundMs));
    }
    const unit = "M updates/s";
    for (const [name, outcomes] of seen) {
      const all = median(outcomes.map(({ rates }) => total(rates))) / 1e6;
      rows.push({ group: "contention, in all", name, at: { threads }, value: all, unit });
      const each = median(outcomes.flatMap(({ rates }) => rates)) / 1e6;
      rows.push({ group: "contention, per thread", name, at: { threads }, value: each, unit });
    }
  });
}

/** Rows of what a reader costs one writer, and of how often it has to read again. */
async function measureReader(): Promise<void> {
  const pollings: readonly Polling[] = ["no reader", "every ms", "without pause"];
  await withCrews(contenders.slice(1), 1, (crews) => {
    const seen = new Map<string, Round[]>();
    const of = (name: string, polling: Polling) => {
      const key = `${name}|${polling}`;
      if (!seen.has(key)) seen.set(key, []);
      return seen.get(key)!;
    };
    for (let round = 0; round < rounds; round++) {
      for (const polling of pollings) {
        for (const [name, crew] of crews) of(name, polling).push(crew.round(roundMs, polling));
      }
    }
    for (const name of crews.keys()) {
      const nsOf = (polling: Polling) =>
        1e9 / median(of(name, polling).map(({ rates }) => rates[0]));
      for (const polling of pollings) {
        const at = { reader: polling };
        const ns = nsOf(polling);
        rows.push({ group: "one writer, polled", name, at, value: finite(ns), unit: "ns" });
        if (polling === "no reader") continue;
        const slowdown = ns / nsOf("no reader");
        const value = finite(slowdown);
        rows.push({ group: "writer slowdown, polled", name, at, value, unit: "x" });
        // A mutex and bare cells do not read again.
        if (name !== "library") continue;
        const outcomes = of(name, polling);
        const retries = total(outcomes.map((each) => each.retries));
        const rate = finite(retries / total(outcomes.map((each) => each.reads)) * 1000);
        rows.push({ group: "retries of a read", name, at, value: rate, unit: "per 1000 reads" });
      }
    }
  });
}

/** Each number up to 8, then powers of two: a machine with many cores has only so many minutes. */
const most = availableParallelism() * 2;
for (let threads = 1; threads <= most; threads += threads < 8 ? 1 : threads) {
  await measureThreads(threads);
}
await measureReader();
finish(rows, settings);
process.exit(0);
