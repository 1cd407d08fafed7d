/**
 * Segments that double in size: 64, 128, 256, ... buckets, or one single bucket. Nothing moves when a
 * table grows, and id -> (segment, offset) is one `Math.clz32`. As in TBB's `concurrent_vector` and Rust's `thread_local`.
 *
 * Shifts, not powers: `**` gives a double, and JavaScriptCore goes on with ids that are doubles, at three times the cost of an update.
 *
 * @module
 */

/** `log2` of the first segment's size, for metrics with many buckets. */
export const MANY_SHIFT = 6;
/** The same for metrics with one implicit bucket. */
export const SINGLE_SHIFT = 0;

/** Which segment holds `id`. */
export function segmentOf(id: number, shift: number): number {
  return 31 - Math.clz32(id + (1 << shift)) - shift;
}

/** The first id of segment `segment`. */
export function firstId(segment: number, shift: number): number {
  return (1 << (segment + shift)) - (1 << shift);
}

/** How many buckets segment `segment` holds. */
export function capacityOf(segment: number, shift: number): number {
  return 1 << (segment + shift);
}
