/**
 * What the metrics say of where they come from.
 *
 * @module
 */

/** The instrumentation scope: this library. The version is that of `deno.json`, as a test makes sure. */
export const SCOPE = Object.freeze({ name: "@x/thread-stats", version: "0.1.0" });
