/**
 * How much time lies between two snapshots, whatever the wall clock was set to meanwhile.
 *
 * @module
 */
import { steady } from "../base/clock.ts";

/** What a snapshot says of its time. */
export interface Taken {
  /** When it was taken, in milliseconds since 1970. */
  readonly takenAt: number;
}

/**
 * A label that is off by less than so many milliseconds is right: both clocks are read one after
 * the other, and NTP slews.
 */
const TOLERANCE = 250;

/**
 * What the steady clock of this thread was at, by snapshot. Not a property: by a message it would
 * come to a thread with another clock, and a copy that is given another `takenAt` has another time.
 */
const readings = new WeakMap<object, number>();

/** Takes the time of a snapshot: label and reading. */
export function takeTime(): { takenAt: number; note: (snapshot: Taken) => void } {
  const takenAt = Date.now();
  const reading = steady();
  return { takenAt, note: (snapshot) => void readings.set(snapshot, reading) };
}

/**
 * Milliseconds from one snapshot to a later one, never negative. By the steady clock for snapshots
 * that this thread has taken. Others, that came by a message, have only their labels: where these
 * go back, no time has passed.
 */
export function elapsed(earlier: Taken, later: Taken): number {
  const from = readings.get(earlier);
  const to = readings.get(later);
  return Math.max(
    0,
    from === undefined || to === undefined ? later.takenAt - earlier.takenAt : to - from,
  );
}

/**
 * Whether the wall clock was set between two labels with so many milliseconds between them: forward
 * (1), back (-1), or not (0).
 */
export function setBetween(from: number, to: number, duration: number): -1 | 0 | 1 {
  const drift = to - from - duration;
  return drift > TOLERANCE ? 1 : drift < -TOLERANCE ? -1 : 0;
}
