/**
 * How a counter segment stands in memory: the cells, doubles, then their tags. 12 bytes a bucket.
 *
 * @module
 */
import { roundUp } from "../../memory/layout.ts";

/** Byte offsets of the parts of a counter segment. */
export function counterSegmentParts(capacity: number): Record<"cells" | "tags" | "bytes", number> {
  return { cells: 0, tags: capacity * 8, bytes: roundUp(capacity * 12, 8) };
}
