/** The library's errors, and the one form that their texts have. @module */
import "./requirements.ts";
import { describe, shorten } from "./describe.ts";

export { got } from "./describe.ts";

/**
 * Thrown by the writers of a thread that may no longer write: it was unregistered, or its seat was
 * revoked because its worker was presumed dead.
 *
 * A worker that gets this error should end: all of its further updates are refused too.
 *
 * @example A thread that was unregistered cannot count
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
  // The program chooses the names of metrics and labels, so they may be of any length.
  return `Cannot ${shorten(action, 200)}: ${shorten(required, 400)}, got ${
    shorten(describe(got), 200)
  }`;
}
