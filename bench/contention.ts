/**
 * The cost of threads to each other: updates of one record in 1 to 2 x cores threads, and updates
 * in one thread while a reader polls the record.
 * `contention.ts [--json FILE] [--quick]`, under any runtime.
 *
 * The implementations take turns, so that other work of the machine disturbs all of them. With more
 * threads than cores each thread gets a part of a core only: compare with the plain rows.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import process from "node:process";
import type { Reader } from "./cases/case.ts";
import { type ImplementationName, loadCase } from "./cases/catalogue.ts";
import { median } from "./figures.ts";
import { type Crew, sleep, startCrew } from "./pool.ts";
import { finish, readSettings, type Row } from "./results.ts";

const settings = readSettings();
const [warmUpMs, roundMs, rounds] = settings.quick ? [50, 50, 1] : [400, 250, 5];
const group = "record update";
const contenders: readonly ImplementationName[] = ["plain", "library", "mutex", "shared atomics"];
const rows: Row[] = [];

const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);

/** No figure when it is infinite: on a busy machine a writer may not run at all for a while. */
const finite = (value: number) => Number.isFinite(value) ? value : null;

/** How the main thread reads during a round. */
type Polling = "no reader" | "every ms" | "without pause";

/** The figures of one round. */
interface Round {
  /** Updates per second of each thread. */
  readonly rates: readonly number[];
  readonly reads: number;
  readonly retries: number;
}

/** The threads of one contender, and what reads their record. */
interface Contender {
  readonly crew: Crew;
  readonly reader: Reader | undefined;
}

/** Lets all threads of a contender update for so long. */
function runRound({ crew, reader }: Contender, ms: number, polling?: Polling): Round {
  // Between rounds, as this is a read too, and writers could make it a retried one.
  const retriesBefore = reader?.retries() ?? 0;
  let reads = 0;
  const rates = crew.rates(() => {
    if (polling === undefined || polling === "no reader") return sleep(ms);
    const end = performance.now() + ms;
    while (performance.now() < end) {
      reader?.read();
      reads++;
      if (polling === "every ms") sleep(1);
    }
  });
  return { rates, reads, retries: (reader?.retries() ?? 0) - retriesBefore };
}

/** Starts the threads of each contender, hands them to `measure`, and ends them. */
async function withContenders(
  names: readonly ImplementationName[],
  threads: number,
  measure: (started: ReadonlyMap<ImplementationName, Contender>) => void,
): Promise<void> {
  const started = new Map<ImplementationName, Contender>();
  for (const implementation of names) {
    const made = await loadCase(group, implementation);
    const shared = made.share({ threads });
    const crew = await startCrew(shared, { group, implementation, threads });
    const contender = { crew, reader: made.reader?.(shared) };
    started.set(implementation, contender);
    runRound(contender, warmUpMs);
  }
  measure(started);
  for (const { crew } of started.values()) await crew.stop();
}

/** Adds the updates per second of so many threads, of each and of all. */
async function measureThreads(threads: number): Promise<void> {
  await withContenders(contenders, threads, (started) => {
    const seen = new Map(contenders.map((name) => [name, [] as Round[]]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, contender] of started) {
        seen.get(name)!.push(runRound(contender, roundMs));
      }
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

/** Adds the cost of a reader to one writer, and the number of its retries. */
async function measureReader(): Promise<void> {
  const pollings: readonly Polling[] = ["no reader", "every ms", "without pause"];
  await withContenders(contenders.slice(1), 1, (started) => {
    const seen = new Map<string, Round[]>();
    const of = (name: string, polling: Polling) => {
      const key = `${name}|${polling}`;
      if (!seen.has(key)) seen.set(key, []);
      return seen.get(key)!;
    };
    for (let round = 0; round < rounds; round++) {
      for (const polling of pollings) {
        for (const [name, contender] of started) {
          of(name, polling).push(runRound(contender, roundMs, polling));
        }
      }
    }
    for (const name of started.keys()) {
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
        // A mutex and shared cells have no retries.
        if (name !== "library") continue;
        const outcomes = of(name, polling);
        const retries = total(outcomes.map((each) => each.retries));
        const rate = finite(retries / total(outcomes.map((each) => each.reads)) * 1000);
        rows.push({ group: "retries of a read", name, at, value: rate, unit: "per 1000 reads" });
      }
    }
  });
}

/** Each number up to 8, then powers of two, so that many cores do not take many minutes. */
const most = availableParallelism() * 2;
for (let threads = 1; threads <= most; threads += threads < 8 ? 1 : threads) {
  await measureThreads(threads);
}
await measureReader();
finish(rows, settings);
process.exit(0);
