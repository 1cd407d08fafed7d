/**
 * Which values a record's fields take, and what is said of the others.
 *
 * @module
 */
import { cannot } from "../errors.ts";
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
  metric: string,
  fields: readonly FieldPlace[],
  given: readonly unknown[],
): void {
  for (const [n, { name, op, type }] of fields.entries()) {
    const value = given[n];
    if (value !== undefined && !isValid(op, type, value)) reject(metric, name, type, value);
  }
}

/** Throws what is wrong with a value. */
export function reject(metric: string, field: string, type: string, value: unknown): never {
  if (field === "") {
    throw new TypeError(cannot(`update ${metric}`, "the change must be an object", value));
  }
  const what = `update ${metric}`;
  if (type === "u64") {
    const text = cannot(what, `${field} must be a bigint or a safe integer`, value);
    throw typeof value === "number" ? new RangeError(text) : new TypeError(text);
  }
  if (typeof value !== "number") {
    throw new TypeError(cannot(what, `${field} must be a number`, value));
  }
  throw new RangeError(
    cannot(
      what,
      type === "u32"
        ? `${field} must be an integer of 32 bits`
        : `${field} must be a finite number`,
      value,
    ),
  );
}
