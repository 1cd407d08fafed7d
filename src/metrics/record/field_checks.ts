/**
 * Which values the fields of a record accept, and the errors for all others.
 *
 * @module
 */
import { describe, shorten } from "../../base/describe.ts";
import { cannot, got } from "../../base/errors.ts";
import { type FieldPlace, identityOf } from "./record_layout.ts";

/** Whether a value can be merged into a field. */
export function isValid(op: string, type: string, value: unknown): boolean {
  if (type === "u64") return typeof value === "bigint" || Number.isSafeInteger(value);
  if (typeof value !== "number") return false;
  if (type === "u32") return (value | 0) === value || value >>> 0 === value;
  return op === "sum" ? Number.isFinite(value) : !Number.isNaN(value);
}

/** Whether a change is an object. */
export function isObject(delta: unknown): delta is object {
  return typeof delta === "object" && delta !== null;
}

/** Whether all values can be merged. A field that was left out has its op's identity. */
export function areValid(fields: readonly FieldPlace[], given: readonly unknown[]): boolean {
  return fields.every(({ op, type }, n) => isValid(op, type, given[n]));
}

/** Throws for the first value that is not valid. Returns if all are. */
export function rejectFirst(
  action: string,
  fields: readonly FieldPlace[],
  given: readonly unknown[],
): void {
  for (const [n, { name, op, type }] of fields.entries()) {
    const value = given[n];
    if (!isValid(op, type, value)) reject(action, name, type, value);
  }
}

/**
 * Whether a change must be refused: it has only unknown fields, or no fields and is no plain
 * object. A plain object without properties is a change of nothing, and so is one whose fields are
 * all `undefined`. Such a change has the identities as values.
 */
export function isOfUnknown(
  fields: readonly FieldPlace[],
  delta: object,
  values: readonly unknown[],
): boolean {
  if (fields.some(({ op }, n) => values[n] !== identityOf(op))) return false;
  if (fields.some(({ name }) => name in delta)) return false;
  return !isPlainObject(delta) || Object.keys(delta).length > 0;
}

/** Throws for a change that {@linkcode isOfUnknown} fields. */
export function rejectUnknown(action: string, fields: readonly FieldPlace[], delta: object): never {
  const names = fields.map(({ name }) => name).join(", ");
  const given = isPlainObject(delta)
    ? got(`the unknown field ${describe(shorten(Object.keys(delta)[0]))}`)
    : delta;
  throw new TypeError(cannot(action, `the fields are ${names}`, given));
}

/** Whether an object is plain, in any realm: its prototype has no prototype. */
function isPlainObject(delta: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(delta);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws for a value that is not valid. The field `""` stands for the change itself. */
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
