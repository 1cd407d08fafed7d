/**
 * The seam for threads that tell when their event loop turned last: for how long each has been
 * blocked, by slot, in milliseconds.
 *
 * The library does not measure that yet, so nobody is known to be blocked. What measures it needs
 * to be read here, and nowhere else.
 *
 * @module
 */
import type { SnapshotData } from "../snapshots/snapshot_data.ts";

/** For how long each thread's event loop has not turned, where that is longer than it should be. */
export function blockedThreads(_snapshot: SnapshotData): ReadonlyMap<number, number> {
  return new Map();
}
