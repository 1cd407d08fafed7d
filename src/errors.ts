/** Errors of the library, and the one form that all their texts have. @module */

/**
 * Thrown by a writer whose thread may not write any more: it was unregistered, or
 * its seat was revoked because its worker was given up for dead.
 *
 * A worker that gets this error should end: whatever it goes on to count is refused.
 *
 * @example A thread that has left cannot count
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { counter, defineSchema, StaleThreadError, ThreadStats } from "@x/thread-stats";
 *
 * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
 * const thread = stats.registerThread("main");
 * thread.unregister();
 * assertThrows(() => thread.metrics.jobs.add(), StaleThreadError);
 * ```
 */
export class StaleThreadError extends Error {
  /** Always `"StaleThreadError"`. */
  override readonly name = "StaleThreadError";
}

/** The text of every error: "Cannot VERB THING: what is required, got WHAT". */
export function cannot(what: string, required: string, got: unknown): string {
  return `Cannot ${what}: ${required}, got ${describe(got)}`;
}

/** A value in an error text: short, and never throwing, whatever the value is. */
function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    case "bigint":
      return `${value}n`;
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "object": {
      if (value === null) return "null";
      if (value instanceof Got) return value.text;
      try {
        return JSON.stringify(value)?.slice(0, 80) ?? "an object";
      } catch {
        return "an object";
      }
    }
    default:
      return String(value);
  }
}

/** Words to stand after "got" as they are, without quotation marks. */
class Got {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Marks words that stand after "got" as they are. */
export function got(text: string): unknown {
  return new Got(text);
}
