/**
 * The clock that measures durations. The wall clock (`Date.now`) only labels: people and NTP set
 * it, by any amount, in either direction, at any moment.
 *
 * Guarantees: {@linkcode steady} never decreases, and setting the wall clock does not move it. Each
 * thread has a clock of its own: the difference between two readings of one thread is a duration.
 * Readings of two threads cannot be compared.
 *
 * Only Node has a steady clock that all threads share: there `performance.now()` counts from the
 * start of the process, on Deno and Bun from the start of the thread, as `process.hrtime()` does.
 * `performance.timeOrigin` would make the threads' readings comparable, but it comes from the wall
 * clock; and Deno asks for a permission for the system's uptime. So this library never compares
 * times that two threads have read, but for `threads/last_turns.ts`, which bounds their distance.
 *
 * On Linux and macOS the clock stands still while the machine is suspended: durations do not
 * include time in which the program could not run.
 *
 * @module
 */

/**
 * Ten minutes, in milliseconds. A fake timer that steps further sets the clock; a shorter step is
 * time that passes.
 */
const LONGEST_STEP = 600_000;
/**
 * For how many milliseconds a replaced `Date.now` is watched, to see whether it moves by itself.
 */
const WATCHED = 3;

const realDateNow = Date.now;
const realNow = performance.now;

let time = 0;
let last = performance.now();

/** Milliseconds since an arbitrary instant, which differs from thread to thread. */
export function steady(): number {
  const now = performance.now();
  // Fake timers may replace this clock too. When they put the real one back, it may go backwards.
  const passed = Math.max(0, now - last);
  last = now;
  if (Date.now !== realDateNow) return time += passedOnFakeTimer() ?? passed;
  isFakeTimer = false;
  return time += passed;
}

// Tests of programs use fake timers: they replace `Date.now`, mostly without `performance.now`, and
// advance it by hand. Time that a test advances so must pass here too. A replaced `Date.now` that
// advances by itself is a wall clock that the test has set, which must change nothing.

let replacement: (() => number) | undefined = undefined;
let isFakeTimer = false;
let lastReplaced = 0;

/** Milliseconds by which a test has advanced its fake timer; `undefined` without a fake timer. */
function passedOnFakeTimer(): number | undefined {
  const wasFakeTimer = isFakeTimer;
  if (Date.now !== replacement) {
    replacement = Date.now;
    isFakeTimer = performance.now === realNow && standsStill();
  }
  const now = Date.now();
  const step = now - lastReplaced;
  lastReplaced = now;
  if (!wasFakeTimer || !isFakeTimer) return undefined;
  return step > 0 && step <= LONGEST_STEP ? step : 0;
}

/** Whether `Date.now` does not advance while real time passes. */
function standsStill(): boolean {
  const wall = Date.now();
  const end = performance.now() + WATCHED;
  while (performance.now() < end) if (Date.now() !== wall) return false;
  // Again: the thread may have been suspended for all of that time.
  return Date.now() === wall;
}
