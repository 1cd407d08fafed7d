/**
 * What can be the name of a metric, a field or a label, and what it is called outside of the program.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";

/** The rule that all names follow: they become properties, and Prometheus allows no others without quotes. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Throws unless `name` can name a metric, a field or a label. */
export function assertName(verb: string, name: unknown): asserts name is string {
  if (typeof name === "string" && NAME.test(name) && name !== "__proto__") return;
  const rule = "a name is letters, digits and _, and no digit first";
  const legal = typeof name === "string" ? legalName(name) : "";
  throw new TypeError(cannot(verb, legal === "" ? rule : `${rule}, such as ${legal}`, name));
}

/** The legal name nearest to one that is not; empty when nothing of it can stay. */
function legalName(name: string): string {
  const kept = name.slice(0, 80).replace(/[^a-zA-Z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  return /^[0-9]/.test(kept) ? `_${kept}` : kept;
}

/**
 * A name as Prometheus writes it: `lastSeen` is `last_seen`, `HTTPRequests` is `http_requests`. A name in snake case stays as it is.
 */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
