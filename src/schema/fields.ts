/**
 * Definitions of the fields of records.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";

/**
 * How a field merges a change into its value, and the values of all threads into one. Each op is
 * commutative and associative.
 */
export type FieldOp = "sum" | "min" | "max" | "bitOr";

/**
 * The definition of one field. Made by {@linkcode sum}, {@linkcode min}, {@linkcode max} and
 * {@linkcode bitOr}.
 */
export interface FieldDefinition<Value extends number | bigint = number> {
  /** How values merge. */
  readonly op: FieldOp;
  /** `f64`: a double, integers exact to 2^53. `u64`: an integer modulo 2^64. `u32`: 32 bits. */
  readonly type: "f64" | "u64" | "u32";
  /** Always absent. Tells the compiler the type of the value that a read returns. */
  readonly value?: Value;
}

/**
 * Defines a field that adds up doubles, or with `"u64"` integers modulo 2^64, which are read as
 * `bigint`.
 *
 * A sum of doubles saturates: it never reads as an infinity. The difference of two snapshots takes
 * the difference of `u64` sums as a signed 64-bit integer, so that a sum may also fall.
 *
 * @param type `"f64"` or `"u64"`.
 * @returns The field's definition.
 * @throws {TypeError} When the type is another one.
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
 * Defines a field that adds up integers modulo 2^64, which are read as `bigint`.
 *
 * @param type `"u64"`.
 * @returns The field's definition.
 * @throws {TypeError} When the type is another one.
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
 * Defines a field that keeps the smallest value. Reads as `Infinity` before the first one.
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
 * Defines a field that keeps the largest value. Reads as `-Infinity` before the first one.
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
 * Defines a field of 32 bits that keeps every bit that was ever set. Reads as an unsigned number, 0
 * before the first bit.
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

const TYPES: { readonly [Op in FieldOp]: readonly FieldDefinition["type"][] } = {
  sum: ["f64", "u64"],
  min: ["f64"],
  max: ["f64"],
  bitOr: ["u32"],
};

/** Whether an op exists and works on values of a type. */
export function isFieldDefinition(
  field: { readonly op?: unknown; readonly type?: unknown },
): field is FieldDefinition {
  const { op, type } = field;
  return typeof op === "string" && Object.hasOwn(TYPES, op) &&
    TYPES[op as FieldOp].some((known) => known === type);
}
