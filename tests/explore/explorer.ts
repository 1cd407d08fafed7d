/**
 * Explores one history. First come random schedules, which show which words the threads share, then
 * all schedules with few preemptions.
 *
 * @module
 */
import type { History } from "./history.ts";
import { Machine, type Outcome } from "./machine.ts";
import { type Decision, formatPlan } from "./plan.ts";
import { randomPlan, rhythmPlan } from "./random.ts";
import { Search } from "./search.ts";
import { Sharing } from "./sharing.ts";

/** The bounds of an exploration. */
export interface ExploreOptions {
  /** Address of the module that exports the history among its `histories`. */
  readonly module: URL;
  /** How many preemptions are searched completely. */
  readonly preemptions: number;
  /** The number of random schedules. */
  readonly random: number;
  /** The first of their seeds. */
  readonly seed: number;
  /** How many milliseconds a schedule may take. */
  readonly patience?: number;
  /** Stop the search after so many schedules, and report that it is incomplete. */
  readonly limit?: number;
}

/** The result of an exploration. */
export interface Report {
  readonly history: string;
  readonly schedules: number;
  /** How many of them were random. */
  readonly random: number;
  /** The first of their seeds. */
  readonly seed: number;
  /** In how many a thread was killed. */
  readonly kills: number;
  /** Accesses to shared memory in all. */
  readonly steps: number;
  /** How many words two threads share. */
  readonly sharedWords: number;
  /** Whether all schedules with at most `preemptions` were run. */
  readonly isComplete: boolean;
  readonly preemptions: number;
  readonly failure?: Failure;
}

/** A schedule that went wrong. */
export interface Failure {
  readonly what: string;
  /** The argument of `--replay` that runs it again. */
  readonly replay: string;
  /** The seed, if it was random. */
  readonly seed?: number;
  readonly outcome: Outcome;
}

const ROUNDS = 200;

/** Explores a history until a schedule fails or all were tried. */
export async function explore(history: History, options: ExploreOptions): Promise<Report> {
  await using machine = await Machine.start(history, options.module, options.patience);
  const sharing = new Sharing();
  const { threads: { length: threads }, kills: withKills } = history;
  const { preemptions } = options;
  const counts = { schedules: 0, random: 0, kills: 0, steps: 0 };
  let failure: Failure | undefined;
  const run = (plan: readonly Decision[], seed?: number): Outcome => {
    const outcome = machine.run(plan);
    counts.schedules++;
    counts.steps += outcome.accesses.length;
    if (outcome.killed.length > 0) counts.kills++;
    if (outcome.failure !== undefined) {
      const replay = `${history.name}@${formatPlan(plan)}`;
      failure = { what: outcome.failure, replay, outcome, ...(seed !== undefined && { seed }) };
    }
    return outcome;
  };
  const report = (isComplete: boolean): Report => ({
    history: history.name,
    ...counts,
    seed: options.seed,
    sharedWords: sharing.words,
    isComplete,
    preemptions,
    ...(failure !== undefined && { failure }),
  });

  const first = run([]);
  const steps = Math.max(1, first.accesses.length);
  for (const rhythm of history.rhythms ?? []) {
    if (failure !== undefined) return report(false);
    run(rhythmPlan(rhythm, ROUNDS));
  }
  for (let n = 0; n < options.random && failure === undefined; n++) {
    const seed = options.seed + n;
    counts.random++;
    sharing.learn(run(randomPlan(seed, { threads, kills: withKills, steps }), seed).accesses);
  }
  const search = new Search({ threads, preemptions, kills: withKills, sharing });
  for (let n = 0; failure === undefined; n++) {
    if (n === options.limit) return report(false);
    const plan = search.next();
    if (plan === undefined) return report(true);
    search.learn(plan, run(plan));
  }
  return report(false);
}
