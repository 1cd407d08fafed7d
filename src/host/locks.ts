/**
 * Chooses this runtime's implementation of the threads' locks.
 *
 * @module
 */
import { databaseLocks } from "./database_locks.ts";
import { host } from "./host.ts";
import type { ThreadLocks } from "./thread_locks.ts";
import { webLocks } from "./web_locks.ts";

let found: { locks: ThreadLocks | undefined } | undefined;

/**
 * The locks that the threads of this process share. `undefined` in Node before 24.5, which has
 * none, and in browsers, where all pages of an origin share them.
 */
export function threadLocks(): ThreadLocks | undefined {
  found ??= { locks: findLocks() };
  return found.locks;
}

function findLocks(): ThreadLocks | undefined {
  switch (host().runtime) {
    case "deno":
    case "node":
      return webLocks();
    case "bun":
      return databaseLocks();
    default:
      return undefined;
  }
}
