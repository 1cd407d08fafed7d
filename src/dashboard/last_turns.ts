/**
 * For how long the event loops of observed threads have not turned.
 *
 * @module
 */
import type { SnapshotData } from "../snapshots/snapshot_data.ts";

/**
 * For how many milliseconds the event loop of each observed thread is overdue, by slot; 0 while it
 * turns in time. Threads that nobody observes are not in it.
 *
 * @param isAwaking Whether the program was suspended, as far as the caller can tell: then no thread
 * has had the time to turn.
 */
export function blockedThreads(
  { self }: SnapshotData,
  { isAwaking = false }: { readonly isAwaking?: boolean } = {},
): ReadonlyMap<number, number> {
  return new Map(
    (self.turns ?? []).map(({ slot, blockedSeconds }) => [
      slot,
      isAwaking ? 0 : blockedSeconds * 1000,
    ]),
  );
}
