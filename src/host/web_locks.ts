/**
 * Web Locks, on Deno and Node.
 *
 * Assumptions: the runtime releases the locks of a thread that has ended. Node has them from 24.5 on.
 *
 * Guarantees: a lock that is held here keeps neither the thread nor the process alive. No request of this module waits for another thread:
 * all are made with `ifAvailable`, as Node does not wake a waiter when the holder dies.
 *
 * On Deno a held lock is a pending operation, which keeps a thread alive (web workers never end by themselves, so there it does no harm). What
 * is pending there is the wait for a theft of the lock, which begins after the lock was taken and the request's signal was looked at. A signal that
 * throws when it is looked at therefore leaves the lock taken and nothing pending. Should that change in a later version, the callback is
 * called and returns at once: then the lock is not held, which `hold` finds and tells, and nothing stays alive.
 *
 * @module
 */
import { host } from "./host.ts";
import type { LockMode, ThreadLocks } from "./locks.ts";

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

/** How often a lock is tried that another thread may have for a moment, as it asks for it. */
const ATTEMPTS = 50;

/** The locks of Deno and Node, when they have them. */
export function webLocks(): ThreadLocks | undefined {
  const locks = (globalThis as { navigator?: { locks?: WebLocks } }).navigator?.locks;
  if (locks === undefined) return undefined;
  const { runtime, thread } = host();
  const isDeno = runtime === "deno";
  const probe: ThreadLocks["probe"] = (name, mode, answer) => {
    const look = (lock: unknown) => answer(lock !== null);
    locks.request(name, { mode, ifAvailable: true }, look).catch(() => {});
  };
  return {
    probesAtOnce: isDeno,
    probe,
    hold: (name, mode) =>
      isDeno && thread !== "web"
        ? holdUnnoticed(locks, name, mode)
        : holdPending(locks, name, mode),
    isHeldByAll: async (name) => !isDeno || await holdUnnoticed(locks, name, "exclusive"),
    // Node's query() tells of this thread's locks only.
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

async function holdUnnoticed(locks: WebLocks, name: string, mode: LockMode): Promise<boolean> {
  // When another thread has the lock, the callback is called later, and this attempt was in vain.
  for (let attempt = 0; attempt < ATTEMPTS / 5; attempt++) {
    const { signal } = new AbortController();
    Object.defineProperty(signal, "aborted", {
      get() {
        throw new Error("the lock is to be held without waiting for its theft");
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
