/**
 * Which schedules are run systematically: all with few preemptions, as in CHESS (Musuvathi and
 * Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", PLDI
 * 2007).
 *
 * A plan's children differ from it after its last decision only, and each plan is the child of one
 * other: so nothing is run twice. A thread is interrupted only before an access that another
 * thread's could conflict with, and before its operations begin; every other place gives a schedule
 * that differs from one of these in the order of independent accesses alone. It is killed only
 * before it writes.
 *
 * @module
 */
import { type Access, FINISH, KILL, PREEMPT } from "./control.ts";
import type { Outcome } from "./machine.ts";
import { type Decision, interruptionsOf } from "./plan.ts";
import { conflict, type Sharing } from "./sharing.ts";

/** What is searched. */
export interface SearchOptions {
  readonly threads: number;
  /** The most preemptions and kills of a schedule. */
  readonly preemptions: number;
  /** Whether a thread is killed; at most one in a schedule. */
  readonly kills: boolean;
  /** What is known of the words that threads share. */
  readonly sharing: Sharing;
}

type Plan = readonly Decision[];

/** The plans that are still to be run, those with the fewest interruptions first. */
export class Search {
  readonly #options: SearchOptions;
  readonly #levels: Plan[][];
  /** How much was known of shared words when the search began. */
  #known = 0;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#levels = Array.from({ length: options.preemptions + 1 }, () => []);
    this.#begin();
  }

  /** The next plan to run; `undefined` when all were. */
  next(): Plan | undefined {
    for (const [level, plans] of this.#levels.entries()) {
      const plan = plans.pop();
      if (plan !== undefined) return plan;
      // What was passed over as not shared may be: again from the beginning, before the next level
      // multiplies it.
      if (level < this.#levels.length - 1 && this.#options.sharing.size > this.#known) {
        this.#begin();
        return this.#levels[0].pop();
      }
    }
    return undefined;
  }

  /** Notes what running a plan has shown: the places in which its children differ. */
  learn(plan: Plan, outcome: Outcome): void {
    this.#options.sharing.learn(outcome.accesses);
    const { segments } = outcome;
    let start = 0;
    let ended = 0;
    for (const [n, segment] of segments.entries()) {
      const done = segments.slice(0, n).map(decisionOf);
      const others = this.#others(ended | 1 << segment.thread);
      if (n >= plan.length) {
        // The last thread has ended by itself, and it was nobody's decision who came next.
        for (const other of others) this.#add([...done, { thread: other }]);
      }
      if (n >= plan.length - 1) this.#interrupt({ outcome, done, n, start, others });
      start += segment.steps;
      if (segment.ending !== PREEMPT) ended |= 1 << segment.thread;
    }
  }

  #begin(): void {
    this.#known = this.#options.sharing.size;
    for (const plans of this.#levels) plans.length = 0;
    for (const thread of this.#others(0)) this.#add([{ thread }]);
  }

  #others(without: number): number[] {
    const all = Array.from({ length: this.#options.threads }, (_, thread) => thread);
    return all.filter((thread) => (without & 1 << thread) === 0);
  }

  #add(plan: Plan): void {
    this.#levels[interruptionsOf(plan)]?.push(plan);
  }

  /** Adds the plans that interrupt segment `n` of a schedule. */
  #interrupt(
    { outcome: { accesses, segments, killed }, done, n, start, others }: {
      outcome: Outcome;
      done: Decision[];
      n: number;
      start: number;
      others: number[];
    },
  ): void {
    const { sharing, kills } = this.#options;
    if (interruptionsOf(done) === this.#levels.length - 1) return;
    const { thread, steps } = segments[n];
    const before = segments[n - 1];
    const asleep = before?.ending === PREEMPT ? before.thread : -1;
    const pending = pendingOf(asleep, accesses, start);
    let hasMet = pending === undefined || pending.isFirst;
    for (let step = 0; step < steps; step++) {
      const access = accesses[start + step];
      if (step > 0) {
        if (access.isFirst || sharing.isShared(access)) {
          for (const other of others) {
            // Back to the one that was interrupted, and nothing has happened that concerns it: it
            // could as well have gone on.
            if (other === asleep && !hasMet && !access.isFirst) continue;
            this.#add([...done, { thread, steps: step }, { thread: other }]);
          }
        }
        if (kills && killed.length === 0 && access.isWrite) {
          const kill = { thread, steps: step, kill: true } as const;
          if (others.length === 0) this.#add([...done, kill]);
          for (const other of others) this.#add([...done, kill, { thread: other }]);
        }
      }
      hasMet ||= conflict(access, pending!);
    }
  }
}

function decisionOf({ thread, steps, ending }: Outcome["segments"][number]): Decision {
  if (ending === FINISH) return { thread };
  return ending === KILL ? { thread, steps, kill: true } : { thread, steps };
}

/** The access before which a thread sleeps from `start` on. */
function pendingOf(thread: number, accesses: readonly Access[], start: number): Access | undefined {
  for (let step = start; step < accesses.length; step++) {
    if (accesses[step].thread === thread) return accesses[step];
  }
  return undefined;
}
