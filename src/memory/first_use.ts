/**
 * Which metrics are used, so that the cost of a snapshot does not grow with metrics that are
 * defined and never used.
 *
 * A metric is used from the first update of its implicit bucket, or from the creation of its first
 * bucket. The thread that does so sets the metric's note, then advances the number of first uses,
 * and only then publishes the update or the bucket. So a reader that finds the number unchanged
 * since it last looked at the notes has missed nothing that was published before it loaded the
 * number.
 *
 * @module
 */
import type { Arena } from "./arena.ts";
import { H_FIRST_USES } from "./layout.ts";

/**
 * Notes that a metric is used. Any thread, before it publishes its first update of the implicit
 * bucket, or the first bucket. A thread that is killed in here has published nothing.
 *
 * @param used Index in `i32` of the metric's note, `M_USED`.
 */
export function noteFirstUse(arena: Arena, used: number): void {
  const { i32 } = arena.views();
  // SeqCst, and in this order; pair with the loads in `firstUses` and `isUsed`, which come in the
  // opposite order. In another order, a reader could see the new number without the note, and would
  // never look again.
  Atomics.store(i32, used, 1);
  Atomics.add(i32, H_FIRST_USES, 1);
}

/** How often a metric may have been used for the first time, modulo 2^32. Any thread. */
export function firstUses(arena: Arena): number {
  return Atomics.load(arena.views().i32, H_FIRST_USES);
}

/** Whether a metric is used, by the index of its note. Any thread. */
export function isUsed(arena: Arena, used: number): boolean {
  return Atomics.load(arena.views().i32, used) !== 0;
}
