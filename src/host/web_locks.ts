/**
 * Locks on Deno and Node: Web Locks.
 *
 * Assumptions: the runtime releases a thread's locks when the thread has ended. Node has Web Locks
 * from 24.5 on.
 *
 * Guarantees: a lock that is held here keeps neither the thread nor the process alive. No request
 * of this module waits for another thread. All use `ifAvailable`, because Node does not wake a
 * waiting request when the holder dies.
 *
 * How a lock is held on Deno. There a held lock is a pending operation, which keeps a thread alive.
 * Web workers never end by themselves, so for them this does no harm. Other threads use that the
 * pending operation is the wait for another request to steal the lock: Deno takes the lock, then
 * reads `aborted` of the request's signal, then starts to wait. If `aborted` throws, the lock is
 * held and nothing is pending. If a later version of Deno works differently, it calls the request's
 * callback, which returns at once. Then the lock is not held, which `hold` notices and reports, and
 * nothing keeps the thread alive.
 *
 * @module
 */
import { host } from "./host.ts";
import type { LockMode, ThreadLocks } from "./thread_locks.ts";

interface LockOptions {
  mode?: LockMode;
  ifAvailable?: boolean;
  signal?: AbortSignal;
}

interface WebLocks {
  request(
    name: string,
    options: LockOptions,
    callback: (lock: unknown) => unknown,
  ): Promise<unknown>;
  query(): Promise<{ held?: { name?: string; mode?: string }[] }>;
}

/** How often a request is repeated: another thread's probe may hold the lock for a moment. */
const ATTEMPTS = 50;

/** Web Locks; `undefined` where there are none. */
export function webLocks(): ThreadLocks | undefined {
  const locks = (globalThis as { navigator?: { locks?: WebLocks } }).navigator?.locks;
  if (locks === undefined) return undefined;
  const { runtime, thread } = host();
  const isDeno = runtime === "deno";
  const probe: ThreadLocks["probe"] = (name, mode, answer) => {
    const report = (lock: unknown) => answer(lock !== null);
    locks.request(name, { mode, ifAvailable: true }, report).catch(() => {});
  };
  return {
    probesAtOnce: isDeno,
    probe,
    hold: (name, mode) =>
      isDeno && thread !== "web"
        ? holdWithoutPending(locks, name, mode)
        : holdPending(locks, name, mode),
    canAllHold: async (name) => !isDeno || await holdWithoutPending(locks, name, "exclusive"),
    // On Node query() lists only the locks of this thread.
    isHeld: (name) =>
      isDeno
        ? isListed(locks, name)
        : new Promise((resolve) => probe(name, "exclusive", (isFree) => resolve(!isFree))),
    async whileHolding<Result>(name: string, work: () => Promise<Result>) {
      const run = (lock: unknown) => lock === null ? undefined : work();
      const options = { ifAvailable: true, mode: "exclusive" } as const;
      return await locks.request(name, options, run) as Result | undefined;
    },
  };
}

async function isListed(locks: WebLocks, name: string): Promise<boolean> {
  const { held = [] } = await locks.query();
  return held.some((lock) => lock.name === name);
}

/** Holds a lock by a callback that never settles. */
async function holdPending(locks: WebLocks, name: string, mode: LockMode): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const isHeld = await new Promise((resolve) => {
      const forLife = (lock: unknown) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise(() => {});
      };
      locks.request(name, { mode, ifAvailable: true }, forLife).catch(() => resolve(false));
    });
    if (isHeld) return true;
    await pause();
  }
  return false;
}

/** Holds a lock on Deno with no pending operation: see the top of this file. */
async function holdWithoutPending(
  locks: WebLocks,
  name: string,
  mode: LockMode,
): Promise<boolean> {
  // If another thread holds the lock, Deno calls the callback later, and this attempt has failed.
  for (let attempt = 0; attempt < ATTEMPTS / 5; attempt++) {
    const { signal } = new AbortController();
    Object.defineProperty(signal, "aborted", {
      get() {
        throw new Error("the lock is held without waiting for another request to steal it");
      },
    });
    let wasCalled = false;
    await locks.request(name, { mode, signal }, () => {
      wasCalled = true;
    }).catch(() => {});
    if (!wasCalled && await isListed(locks, name)) return true;
    await pause();
  }
  return false;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
