/**
 * Bounds of histograms in regular steps.
 *
 * @module
 */

/**
 * Bounds with equal distances.
 *
 * @param start The first bound.
 * @param width The distance.
 * @param count How many.
 * @returns The bounds.
 * @throws {Error} When `count` is less than 1.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { linearBuckets } from "@x/thread-stats/prom-client";
 *
 * assertEquals(linearBuckets(0, 50, 3), [0, 50, 100]);
 * ```
 */
export function linearBuckets(
  start: number,
  width: number,
  count: number,
): number[] {
  if (count < 1) throw new Error("Linear buckets needs a positive count");
  const bounds = new Array<number>(count);
  for (let n = 0; n < count; n++) bounds[n] = start + n * width;
  return bounds;
}

/**
 * Bounds with equal ratios.
 *
 * @param start The first bound; more than 0.
 * @param factor The ratio; more than 1.
 * @param count How many.
 * @returns The bounds.
 * @throws {Error} When an argument is out of range.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exponentialBuckets } from "@x/thread-stats/prom-client";
 *
 * assertEquals(exponentialBuckets(1, 2, 4), [1, 2, 4, 8]);
 * ```
 */
export function exponentialBuckets(
  start: number,
  factor: number,
  count: number,
): number[] {
  if (start <= 0) throw new Error("Exponential buckets needs a positive start");
  if (count < 1) throw new Error("Exponential buckets needs a positive count");
  if (factor <= 1) {
    throw new Error("Exponential buckets needs a factor greater than 1");
  }
  const bounds = new Array<number>(count);
  let bound = start;
  for (let n = 0; n < count; n++, bound *= factor) bounds[n] = bound;
  return bounds;
}
