/**
 * How exemplars stand in memory. They are in the second column of a metric: a segment of references
 * to blocks, one block for each (thread, bucket) with an exemplar, and one cell for each place in
 * the bucket that had one. A counter has one place, a histogram has one for each bin, or for each
 * 32nd of its bins.
 *
 * ```text
 * segment   reference of each bucket's block i32[n]
 * block     of each place: reference of the cell i32 | version i32
 * cell      slot 0 | slot 1
 * slot      epoch i32 | number of labels i32 | value | time | stamp f64 | lengths u16[16] | text u16[128]
 * length    length of the name (high byte) | length of the value (low byte), in UTF-16 code units
 * ```
 *
 * @module
 */
import { roundUp } from "../../memory/layout.ts";

/** The most labels of an exemplar. */
export const MAX_EXEMPLAR_LABELS = 16;
/** The most UTF-16 code units of all names and values together. */
export const MAX_EXEMPLAR_UNITS = 128;
/** The most places of a histogram without boundaries. */
export const MAX_LOG_LINEAR_PLACES = 32;

// Words of a place in a block.
export const PLACE_CELL = 0;
export const PLACE_VERSION = 1;
export const PLACE_WORDS = 2;

// 32-bit words of a slot.
export const EXEMPLAR_EPOCH = 0;
export const EXEMPLAR_COUNT = 1;

// 8-byte words of a slot.
export const EXEMPLAR_VALUE = 1;
export const EXEMPLAR_TIME = 2;
export const EXEMPLAR_STAMP = 3;

/** UTF-16 code units of a slot. */
export const EXEMPLAR_LENGTHS = 16;
export const EXEMPLAR_TEXT = EXEMPLAR_LENGTHS + MAX_EXEMPLAR_LABELS;

/** The size in bytes of a slot. */
export const EXEMPLAR_SLOT_BYTES = (EXEMPLAR_TEXT + MAX_EXEMPLAR_UNITS) * 2;
/** The size in bytes of a cell. */
export const EXEMPLAR_CELL_BYTES = 2 * EXEMPLAR_SLOT_BYTES;

/** The size in bytes of a segment of `capacity` references. */
export function exemplarSegmentBytes(capacity: number): number {
  return roundUp(capacity * 4, 8);
}

/** The size in bytes of a block with `places` places. */
export function exemplarBlockBytes(places: number): number {
  return places * PLACE_WORDS * 4;
}
