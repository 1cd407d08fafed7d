/**
 * How a record stands in memory.
 *
 * ```text
 * segment   rescue slot | version of each bucket | two slots of each bucket
 * slot      doubles | 64-bit integers | epoch        8 bytes each
 * version   number of commits (31 bits) | WAITING (1 bit)
 * ```
 *
 * @module
 */
import { RESCUE_HEADER_BYTES, roundUp } from "../../memory/layout.ts";
import type { FieldOp } from "../../schema/fields.ts";
import type { RecordFields } from "../../schema/record.ts";
import type { VersionedCells } from "../cell_parts.ts";

/** The bit of a version by which readers ask for a copy in the rescue slot. */
export const WAITING = 1;

/** A field and its place. */
export interface FieldPlace {
  /** The name of the field. */
  readonly name: string;
  /** How its values merge. */
  readonly op: FieldOp;
  /**
   * In memory `f64` and `u32` fields are doubles. `u64` fields are two 32-bit halves, the lower one
   * first.
   */
  readonly type: "f64" | "u64" | "u32";
  /** The number of its word within a slot. */
  readonly word: number;
}

/** The places of all fields of a record. */
export interface RecordLayout {
  /** The fields, in the order of the schema. */
  readonly fields: readonly FieldPlace[];
  /** How many words are doubles. They come first. */
  readonly doubles: number;
  /** The number of words of a slot: the fields and the epoch. */
  readonly stride: number;
}

/** Places the fields. */
export function layoutOf(fields: RecordFields): RecordLayout {
  const entries = Object.entries(fields);
  const doubles = entries.filter(([, field]) => field.type !== "u64").length;
  let double = 0;
  let integer = doubles;
  return {
    fields: entries.map(([name, { op, type }]) => ({
      name,
      op,
      type,
      word: type === "u64" ? integer++ : double++,
    })),
    doubles,
    stride: entries.length + 1,
  };
}

/** Byte offsets of the parts of a record segment. */
export function recordSegmentParts(
  layout: RecordLayout,
  capacity: number,
): Record<"rescue" | "versions" | "slots" | "bytes", number> {
  const versions = RESCUE_HEADER_BYTES + layout.stride * 8;
  const slots = roundUp(versions + capacity * 4, 8);
  return { rescue: 0, versions, slots, bytes: slots + capacity * 2 * layout.stride * 8 };
}

/** The same for those who copy a segment. */
export function recordCellParts(layout: RecordLayout, capacity: number): VersionedCells {
  const { versions, slots } = recordSegmentParts(layout, capacity);
  return { form: "versioned", versions, slots, slotBytes: layout.stride * 8 };
}

/** The value of a field into which nothing was merged. */
export function identityOf(op: FieldOp): number {
  return op === "min" ? Infinity : op === "max" ? -Infinity : 0;
}
