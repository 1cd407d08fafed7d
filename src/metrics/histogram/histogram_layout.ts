/**
 * How a histogram stands in memory: a segment of references, and for each (thread, bucket) that was ever used one block, for a
 * histogram is much larger than what most threads count in most buckets.
 *
 * ```text
 * block    tag | lowest used bin | highest used bin | - | sum | min | max | clamped | bins ...
 * ```
 *
 * @module
 */
import { roundUp } from "../../memory/layout.ts";

// 32-bit words of a block.
export const HISTOGRAM_TAG = 0;
export const HISTOGRAM_LOW = 1;
export const HISTOGRAM_HIGH = 2;

// 8-byte words of a block.
export const HISTOGRAM_SUM = 2;
export const HISTOGRAM_MIN = 3;
export const HISTOGRAM_MAX = 4;
export const HISTOGRAM_CLAMPED = 5;
export const HISTOGRAM_BINS = 6;

/** Bytes of a block with so many bins. */
export function histogramBlockBytes(bins: number): number {
  return (HISTOGRAM_BINS + bins) * 8;
}

/** Bytes of a segment of references. */
export function histogramSegmentBytes(capacity: number): number {
  return roundUp(capacity * 4, 8);
}
