/**
 * The clock that measures. The wall clock (`Date.now`) only labels: people and NTP set it, by any
 * amount, in either direction, at any moment.
 *
 * Guarantees: {@linkcode steady} never falls, and setting the wall clock does not move it. It is
 * private to its thread: the difference of two readings of one thread is a duration, readings of
 * two threads have nothing to do with each other.
 *
 * No runtime but Node has one steady clock for all threads. `process.hrtime()` counts from the
 * start of the thread on Deno and Bun, as `performance.now()` does everywhere;
 * `performance.timeOrigin`, which would make these comparable, comes from the wall clock; and Deno
 * wants a permission for the system's uptime. So nothing here compares times that two threads have
 * read.
 *
 * A suspended machine's clock stands still on Linux and macOS: what the program could not do does
 * not count.
 *
 * @module
 */

/**
 * A longer step of a clock that is moved by hand is a setting of the clock, not time that passes:
 * ten minutes.
 */
const LONGEST_STEP = 600_000;
/** For how many milliseconds a replaced `Date.now` is watched. */
const WATCHED = 3;

const realDateNow = Date.now;
const realNow = performance.now;

let time = 0;
let last = performance.now();

/** Milliseconds since an instant that is this thread's own. */
export function steady(): number {
  const now = performance.now();
  // Fake timers may replace this clock too, and put it back: then it falls.
  const passed = Math.max(0, now - last);
  last = now;
  if (Date.now !== realDateNow) return time += passedByHand() ?? passed;
  isByHand = false;
  return time += passed;
}

// Tests of programs replace `Date.now` and move it by hand (fake timers), most of them without
// `performance.now`. Time that a test lets pass so has to pass here too. A replaced clock that runs
// by itself is the wall clock, set by the test: that must change nothing.

let fake: (() => number) | undefined = undefined;
let isByHand = false;
let lastFake = 0;

/**
 * What has passed on a clock that stands still but for the test that moves it; `undefined` when it
 * is not such a one.
 */
function passedByHand(): number | undefined {
  const wasByHand = isByHand;
  if (Date.now !== fake) {
    fake = Date.now;
    isByHand = performance.now === realNow && standsStill();
  }
  const now = Date.now();
  const step = now - lastFake;
  lastFake = now;
  if (!wasByHand || !isByHand) return undefined;
  return step > 0 && step <= LONGEST_STEP ? step : 0;
}

function standsStill(): boolean {
  const wall = Date.now();
  const end = performance.now() + WATCHED;
  while (performance.now() < end) if (Date.now() !== wall) return false;
  return true;
}
