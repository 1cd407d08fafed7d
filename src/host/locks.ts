/**
 * Locks as signs of life: held by a thread until it ends, in whichever way, and seen by all threads of the process.
 *
 * @module
 */
import { databaseLocks } from "./database_locks.ts";
import { host } from "./host.ts";
import { webLocks } from "./web_locks.ts";

/** `exclusive`: one holder at a time. */
export type LockMode = "shared" | "exclusive";

/** What the runtimes' locks have in common. */
export interface ThreadLocks {
  /** Whether {@linkcode ThreadLocks.probe} answers before it returns. */
  readonly probesAtOnce: boolean;
  /** Takes a lock until this thread ends. False when that cannot be done, or not without keeping the thread alive. */
  hold(name: string, mode: LockMode): Promise<boolean>;
  /** Whether threads of all kinds can hold a lock for life, so that one that nobody holds means that nobody is there. Takes the lock of that name. */
  isHeldByAll(name: string): Promise<boolean>;
  /** Tells whether a lock could be had in this mode. Those that ask in shared mode do not hinder each other. */
  probe(name: string, mode: LockMode, answer: (isFree: boolean) => void): void;
  /** Whether somebody holds the lock, in any mode. */
  isHeld(name: string): Promise<boolean>;
  /** Runs `work` while it has the lock; `undefined` when somebody else has it. */
  whileHolding<Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined>;
}

let found: { locks: ThreadLocks | undefined } | undefined;

/** The locks of this process's threads; `undefined` in Node before 24.5 and in browsers, whose locks belong to the origin. */
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
