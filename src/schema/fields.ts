/**
 * The definition of a record's fields.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";

/** How a field of a record merges a change into its value, and threads' values into one. */
export type FieldOp = "sum" | "min" | "max" | "bitOr";

/** The definition of one field. Made by {@linkcode sum}, {@linkcode min}, {@linkcode max} and {@linkcode bitOr}. */
export interface FieldDefinition<Value extends number | bigint = number> {
  /** How values merge. */
  readonly op: FieldOp;
  /** `f64`: a double, integers exact to 2^53. `u64`: an integer modulo 2^64. `u32`: 32 bits. */
  readonly type: "f64" | "u64" | "u32";
  /** Never there; carries the type of the value that a read gives. */
  readonly value?: Value;
}

/**
 * A field that adds up: a double, or with `"u64"` an integer exact modulo 2^64, which reads as a
 * `bigint`. A sum beyond the doubles reads as the outermost one; the difference of two snapshots
 * takes that of integers as signed 64 bits, so they may fall.
 *
 * @param type `"f64"` or `"u64"`.
 * @returns The field's definition.
 *
 * @example Bytes beyond 2^53
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sum } from "@x/thread-stats";
 *
 * assertEquals(sum("u64").type, "u64");
 * ```
 */
export function sum(type?: "f64"): FieldDefinition<number>;
/**
 * A field that adds up an integer exact modulo 2^64, which reads as a `bigint`.
 *
 * @param type `"u64"`.
 * @returns The field's definition.
 */
export function sum(type: "u64"): FieldDefinition<bigint>;
export function sum(
  type: "f64" | "u64" = "f64",
): FieldDefinition<number> | FieldDefinition<bigint> {
  if (type !== "f64" && type !== "u64") {
    throw new TypeError(cannot("define a sum", 'the type must be "f64" or "u64"', type));
  }
  return Object.freeze({ op: "sum" as const, type });
}

/**
 * A field that keeps the least value; `Infinity` before any.
 *
 * @returns The field's definition.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { min } from "@x/thread-stats";
 *
 * assertEquals(min().op, "min");
 * ```
 */
export function min(): FieldDefinition<number> {
  return Object.freeze({ op: "min" as const, type: "f64" as const });
}

/**
 * A field that keeps the greatest value; `-Infinity` before any.
 *
 * @returns The field's definition.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { max } from "@x/thread-stats";
 *
 * assertEquals(max().op, "max");
 * ```
 */
export function max(): FieldDefinition<number> {
  return Object.freeze({ op: "max" as const, type: "f64" as const });
}

/**
 * A field of 32 bits that keeps every bit that was ever set; 0 before any. Reads as an unsigned number.
 *
 * @returns The field's definition.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bitOr } from "@x/thread-stats";
 *
 * assertEquals(bitOr().type, "u32");
 * ```
 */
export function bitOr(): FieldDefinition<number> {
  return Object.freeze({ op: "bitOr" as const, type: "u32" as const });
}

/** The types that each op works on. */
export const FIELD_TYPES: Record<string, readonly string[] | undefined> = Object.assign(
  Object.create(null),
  {
    sum: ["f64", "u64"],
    min: ["f64"],
    max: ["f64"],
    bitOr: ["u32"],
  },
);
