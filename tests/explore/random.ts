/**
 * Schedules at random, for what takes more preemptions than can be searched: a few interruptions at
 * places drawn from the whole length of the run, as in Burckhardt and others, "A randomized
 * scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010.
 *
 * @module
 */
import { Random } from "../support/random.ts";
import type { Rhythm } from "./history.ts";
import type { Decision } from "./plan.ts";

/** What random plans depend on. */
export interface RandomOptions {
  readonly threads: number;
  readonly kills: boolean;
  /** How many accesses a schedule has, about. */
  readonly steps: number;
}

/** The plan that belongs to a seed. */
export function randomPlan(seed: number, { threads, kills, steps }: RandomOptions): Decision[] {
  const random = new Random(seed);
  const count = 1 + random.below(8);
  // Half of them interrupt anywhere; the others stay close together, where one protocol step meets
  // another.
  const longest = 1 + random.below(random.fraction() < 0.5 ? steps : 24);
  const plan: Decision[] = [];
  let last = -1;
  for (let n = 0; n < count; n++) {
    const thread = (last < 0 ? random.below(threads) : last + 1 + random.below(threads - 1)) %
      threads;
    plan.push({ thread, steps: n === 0 ? random.below(steps) : 1 + random.below(longest) });
    last = thread;
  }
  if (kills && random.fraction() < 0.3) {
    const n = random.below(count);
    plan[n] = { ...plan[n], kill: true };
  }
  return plan;
}

/** A plan in which threads take turns in this rhythm. */
export function rhythmPlan(rhythm: Rhythm, rounds: number): Decision[] {
  return Array.from({ length: rounds }, () => [...rhythm]).flat();
}
