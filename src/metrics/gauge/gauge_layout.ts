/**
 * How a gauge segment stands in memory: the values, doubles, then their tags, then the tenures that set them. 16 bytes a bucket.
 *
 * @module
 */

/** Byte offsets of the parts of a gauge segment. */
export function gaugeSegmentParts(
  capacity: number,
): Record<"values" | "tags" | "tenures" | "bytes", number> {
  return { values: 0, tags: capacity * 8, tenures: capacity * 12, bytes: capacity * 16 };
}
