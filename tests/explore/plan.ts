/**
 * Plans: which thread runs, and for how many of its accesses to shared memory. A plan is enough to
 * run a schedule again, as the threads do the same each time that they are scheduled the same.
 *
 * @module
 */

/** Runs a thread for so many accesses, or to its end; and then perhaps never again. */
export interface Decision {
  readonly thread: number;
  /** Left out: to the end. */
  readonly steps?: number;
  /** Whether the thread is killed before its next access. */
  readonly kill?: true;
}

/** A part of a schedule as it was run. */
export interface Segment {
  readonly thread: number;
  readonly steps: number;
  /** 0: the thread has done all it had to do; 1: it was interrupted; 2: it was killed. */
  readonly ending: 0 | 1 | 2;
}

/**
 * A plan as text: `0:12,1:3k,0` runs thread 0 for 12 accesses, 1 for 3 and kills it, and 0 to its
 * end.
 */
export function formatPlan(plan: readonly Decision[]): string {
  return plan.map(({ thread, steps, kill }) =>
    `${thread}${steps === undefined ? "" : `:${steps}`}${kill ? "k" : ""}`
  ).join(",");
}

/**
 * The way back.
 *
 * @throws {TypeError} When the text is no plan.
 */
export function parsePlan(text: string): Decision[] {
  return text.split(",").map((part) => {
    const match = /^(\d)(?::(\d+)(k)?)?$/.exec(part);
    if (match === null) {
      throw new TypeError(
        `Cannot replay a schedule: its parts must look like 0:12, 0:12k or 0, got "${part}"`,
      );
    }
    const [, thread, steps, kill] = match;
    return {
      thread: Number(thread),
      ...(steps !== undefined && { steps: Number(steps) }),
      ...(kill !== undefined && { kill: true as const }),
    };
  });
}

/** How often the plan takes a thread's turn away before it has ended. */
export function interruptionsOf(plan: readonly Decision[]): number {
  return plan.filter(({ steps }) => steps !== undefined).length;
}
