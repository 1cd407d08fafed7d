/**
 * The instrumentation scope of all exported metrics.
 *
 * @module
 */

/** This library, with the version of `deno.json`; a test compares them. */
export const SCOPE = Object.freeze({ name: "@x/thread-stats", version: "0.1.0" });
