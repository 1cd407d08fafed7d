/**
 * How a record's fields stand in memory: the doubles first, then the 64-bit integers, each one 8-byte word.
 *
 * @module
 */
import type { FieldOp } from "../../schema/fields.ts";
import type { RecordFields } from "../../schema/record.ts";
import { RESCUE_HEADER_BYTES, roundUp } from "../../memory/layout.ts";

/** A field and its place. */
export interface FieldPlace {
  /** The field's name. */
  readonly name: string;
  /** How its values merge. */
  readonly op: FieldOp;
  /** `f64` and `u32` fields are doubles in memory, `u64` fields two 32-bit halves, the lower one first. */
  readonly type: "f64" | "u64" | "u32";
  /** The word within a slot. */
  readonly word: number;
}

/** The places of all fields of a record. */
export interface RecordLayout {
  /** In the order of the schema. */
  readonly fields: readonly FieldPlace[];
  /** How many words are doubles; they come first. */
  readonly doubles: number;
  /** Words of a slot: the fields and the epoch tag. */
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

/** The value of a field that nothing was merged into. */
export function identityOf(op: FieldOp): number {
  return op === "min" ? Infinity : op === "max" ? -Infinity : 0;
}
