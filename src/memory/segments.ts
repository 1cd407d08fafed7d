/**
 * Segments that double in size: 64, 128, 256, ... buckets, or a single bucket. Nothing moves when a
 * table grows, and one `Math.clz32` maps an id to its segment and its offset there. TBB's
 * `concurrent_vector` and Rust's `thread_local` use the same scheme.
 *
 * The code shifts and does not use `**`, which gives a double: JavaScriptCore would keep ids as
 * doubles, and an update would cost three times as much.
 *
 * @module
 */

/** `log2` of the first segment's size, for metrics with many buckets. */
export const MANY_SHIFT = 6;
/** The same for metrics with one implicit bucket. */
export const SINGLE_SHIFT = 0;

/** Number of the segment that holds `id`. */
export function segmentOf(id: number, shift: number): number {
  return 31 - Math.clz32(id + (1 << shift)) - shift;
}

/** First id of the segment numbered `segment`. */
export function firstId(segment: number, shift: number): number {
  return (1 << (segment + shift)) - (1 << shift);
}

/** Number of buckets in the segment numbered `segment`. */
export function capacityOf(segment: number, shift: number): number {
  return 1 << (segment + shift);
}
