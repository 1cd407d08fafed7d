/**
 * Sums that stay numbers.
 *
 * Writers add without a look at the result: beyond the doubles their cells hold an infinity, which
 * no further finite addition turns into something that is no number. Readers take an infinite cell
 * for the greatest double, before they add it up: an infinity less another one is no number, and
 * JSON has neither.
 *
 * @module
 */

const MOST = Number.MAX_VALUE;

/** A sum, or the outermost double when it is beyond the doubles. */
export function saturate(sum: number): number {
  return sum > MOST ? MOST : sum < -MOST ? -MOST : sum;
}
