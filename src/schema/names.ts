/**
 * What can be the name of a metric, a field or a label.
 *
 * @module
 */
import { cannot } from "../errors.ts";

/** The rule that all names follow: they become properties, and Prometheus allows no others without quotes. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Throws unless `name` can name a metric, a field or a label. */
export function assertName(verb: string, name: unknown): asserts name is string {
  if (typeof name !== "string" || !NAME.test(name) || name === "__proto__") {
    throw new TypeError(cannot(verb, "a name is letters, digits and _, and no digit first", name));
  }
}
