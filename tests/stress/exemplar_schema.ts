/**
 * What the stress test of exemplars and its workers share.
 *
 * @module
 */
import { counter, defineSchema, histogram, type ThreadStatsHandle } from "../../mod.ts";

/** A counter, and a histogram with three bins. */
export const schema = defineSchema({
  hits: counter(),
  size: histogram({ boundaries: [10, 20] }),
});

/** The labels of update `n` of a worker: no part of them goes with another update. */
export function labelsOf(worker: number, n: number): Record<string, string> {
  return { worker: `${worker}`, n: `${n}`, [`x${n % 7}`]: `${n % 10}`.repeat(n % 90) };
}

/** What a worker gets. */
export interface Start {
  readonly handle: ThreadStatsHandle;
  readonly progress: SharedArrayBuffer;
  /** This worker's word in `progress`. */
  readonly index: number;
}
