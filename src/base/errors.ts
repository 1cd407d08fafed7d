/** Errors of the library, and the one form that all their texts have. @module */
import { describe, shorten } from "./describe.ts";

export { got } from "./describe.ts";

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
export function cannot(action: string, required: string, got: unknown): string {
  // Names of metrics and labels are as long as the program likes.
  return `Cannot ${shorten(action, 200)}: ${shorten(required, 400)}, got ${
    shorten(describe(got), 200)
  }`;
}
