/**
 * The clock that is never set: for all durations.
 *
 * @module
 */

/** Milliseconds since the program, or the page, began. */
export function elapsed(): number {
  return performance.now();
}
