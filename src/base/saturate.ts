/**
 * Sums that stay finite numbers.
 *
 * Writers add without checking the result, so a cell may overflow to an infinity. Later finite
 * increments leave it infinite, and never turn it into `NaN`. Readers replace an infinite cell by
 * the largest double of its sign before they add up cells: infinities of opposite sign add up to
 * `NaN`, and JSON can represent neither.
 *
 * @module
 */

const LARGEST = Number.MAX_VALUE;

/** The sum, limited to the range of finite doubles. */
export function saturate(sum: number): number {
  return sum > LARGEST ? LARGEST : sum < -LARGEST ? -LARGEST : sum;
}
