/**
 * Rules for the names of metrics, fields and labels, and their form in Prometheus.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";

/** All names match this: they become properties, and Prometheus allows no others without quotes. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Throws unless `name` is legal for a metric, a field or a label. */
export function assertName(action: string, name: unknown): asserts name is string {
  if (typeof name === "string" && NAME.test(name) && name !== "__proto__") return;
  const rule = "names consist of letters, digits and _, and do not begin with a digit";
  const legal = typeof name === "string" ? legalName(name) : "";
  throw new TypeError(cannot(action, legal === "" ? rule : `${rule}, such as ${legal}`, name));
}

/** A legal name that resembles an illegal one; empty when the name has no legal character. */
function legalName(name: string): string {
  const kept = name.slice(0, 80).replace(/[^a-zA-Z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  return /^[0-9]/.test(kept) ? `_${kept}` : kept;
}

/**
 * A name in snake case, as Prometheus has it: `lastSeen` becomes `last_seen`, `HTTPRequests`
 * becomes `http_requests`. A name in snake case does not change.
 */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/**
 * Whether a value can be an exact name outside: any text but the empty one that is well-formed
 * Unicode. Prometheus takes all of these, in quotes where it must; but its parser stops at U+0000.
 */
export function isExactName(name: unknown): name is string {
  return typeof name === "string" && name !== "" && name.isWellFormed() && !name.includes("\0");
}

/** Throws unless a value can be an exact name outside. */
export function assertExactName(
  action: string,
  what: string,
  name: unknown,
): asserts name is string {
  if (isExactName(name)) return;
  const required = `${what} must be well-formed Unicode, not empty and without U+0000`;
  throw new TypeError(cannot(action, required, name));
}
