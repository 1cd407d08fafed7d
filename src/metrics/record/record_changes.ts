/**
 * Which values a record's fields take, and what is said of the others.
 *
 * @module
 */
import { describe, shorten } from "../../base/describe.ts";
import { cannot, got } from "../../base/errors.ts";
import type { FieldPlace } from "./record_layout.ts";

/** Whether a value can be merged into a field. */
export function isValid(op: string, type: string, value: unknown): boolean {
  if (type === "u64") return typeof value === "bigint" || Number.isSafeInteger(value);
  if (typeof value !== "number") return false;
  if (type === "u32") return (value | 0) === value || value >>> 0 === value;
  return op === "sum" ? Number.isFinite(value) : !Number.isNaN(value);
}

/** Whether all values can be merged; `undefined` is left out. */
export function areValid(fields: readonly FieldPlace[], given: readonly unknown[]): boolean {
  return fields.every(({ op, type }, n) => given[n] === undefined || isValid(op, type, given[n]));
}

/** Throws what is wrong with the first value that is not valid; returns when there is none. */
export function rejectFirst(
  action: string,
  fields: readonly FieldPlace[],
  given: readonly unknown[],
): void {
  for (const [n, { name, op, type }] of fields.entries()) {
    const value = given[n];
    if (value !== undefined && !isValid(op, type, value)) reject(action, name, type, value);
  }
}

/**
 * Whether a change without values is one of other fields, or nothing that has fields: it would be
 * counted as a change of none. One that has no properties at all changes nothing, as does one whose
 * fields are `undefined`.
 */
export function isOfUnknown(fields: readonly FieldPlace[], delta: object): boolean {
  if (fields.some(({ name }) => name in delta)) return false;
  return !isPlain(delta) || Object.keys(delta).length > 0;
}

/** Throws when a change {@linkcode isOfUnknown} fields. */
export function rejectUnknown(action: string, fields: readonly FieldPlace[], delta: object): void {
  if (!isOfUnknown(fields, delta)) return;
  const names = fields.map(({ name }) => name).join(", ");
  const given = isPlain(delta)
    ? got(`the unknown field ${describe(shorten(Object.keys(delta)[0]))}`)
    : delta;
  throw new TypeError(cannot(action, `the fields are ${names}`, given));
}

/** Whether an object is a plain one of whichever realm: its prototype inherits from nothing. */
function isPlain(delta: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(delta);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws what is wrong with a value. */
export function reject(action: string, field: string, type: string, value: unknown): never {
  if (field === "") throw new TypeError(cannot(action, "the change must be an object", value));
  if (type === "u64") {
    const text = cannot(action, `${field} must be a bigint or a safe integer`, value);
    throw typeof value === "number" ? new RangeError(text) : new TypeError(text);
  }
  if (typeof value !== "number") {
    throw new TypeError(cannot(action, `${field} must be a number`, value));
  }
  throw new RangeError(
    cannot(
      action,
      type === "u32"
        ? `${field} must be an integer of 32 bits`
        : `${field} must be a finite number`,
      value,
    ),
  );
}
