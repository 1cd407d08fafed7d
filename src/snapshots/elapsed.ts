/**
 * The time between two snapshots, independent of changes of the wall clock.
 *
 * @module
 */
import { steady } from "../base/clock.ts";

/** Something with a wall-clock timestamp: a snapshot. */
export interface Timestamped {
  /** When it was taken, in milliseconds since 1970. */
  readonly takenAt: number;
}

/**
 * Differences between wall clock and steady clock up to this many milliseconds are no change of
 * the wall clock: the two clocks are read one after the other, and NTP slews the wall clock.
 */
const TOLERANCE_MS = 250;

/**
 * This thread's steady clock when each snapshot was taken. The readings are no property of the
 * snapshot: a message would carry them to a thread with another steady clock, and a copy with
 * another `takenAt` would keep them.
 */
const readings = new WeakMap<object, number>();

/** Reads both clocks for a snapshot that is about to be taken; `assign` stores the steady one. */
export function readClocks(): { takenAt: number; assign: (snapshot: Timestamped) => void } {
  const takenAt = Date.now();
  const reading = steady();
  return { takenAt, assign: (snapshot) => void readings.set(snapshot, reading) };
}

/**
 * Milliseconds from one snapshot to a later one, never negative. If this thread took both, the
 * steady clock decides. Snapshots that came by message have only `takenAt`; where it decreases,
 * the result is 0.
 */
export function elapsed(earlier: Timestamped, later: Timestamped): number {
  const from = readings.get(earlier);
  const to = readings.get(later);
  return Math.max(
    0,
    from === undefined || to === undefined ? later.takenAt - earlier.takenAt : to - from,
  );
}

/**
 * Whether the wall clock was set forward (1), set back (-1) or not set (0) between two of its
 * readings, which lie `duration` milliseconds apart.
 */
export function wallClockStep(from: number, to: number, duration: number): -1 | 0 | 1 {
  const drift = to - from - duration;
  return drift > TOLERANCE_MS ? 1 : drift < -TOLERANCE_MS ? -1 : 0;
}
