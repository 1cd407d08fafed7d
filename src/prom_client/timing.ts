/**
 * The clock of timers.
 *
 * @module
 */

/** Starts to measure. The returned function tells the seconds since. */
export function startClock(): () => number {
  const start = performance.now();
  return () => Math.max(0, performance.now() - start) / 1000;
}
