/**
 * Web Locks as signs of life: held by a thread until it ends, in whichever way, and seen by all threads of the process.
 *
 * Assumptions: the runtime releases the locks of a thread that has ended. Node has them from 24.5 on; Bun has none.
 *
 * Guarantees: a lock that is held here keeps neither the thread nor the process alive. No request of this module waits for another thread:
 * all but the shared ones are made with `ifAvailable`, as Node does not wake a waiter when the holder dies.
 *
 * On Deno a held lock is a pending operation, which keeps a thread alive (web workers never end by themselves, so there it does no harm). What
 * is pending there is the wait for a theft of the lock, which begins after the lock was taken and the request's signal was looked at. A signal that
 * throws when it is looked at therefore leaves the lock taken and nothing pending. Should that change in a later version, the callback is
 * called and returns at once: then the lock is not held, which `hold` finds and tells, and nothing stays alive.
 *
 * @module
 */
import { host } from "./host.ts";

type Mode = "shared" | "exclusive";

interface LockOptions {
  mode?: Mode;
  ifAvailable?: boolean;
  signal?: AbortSignal;
}

interface Locks {
  request(
    name: string,
    options: LockOptions,
    callback: (lock: unknown) => unknown,
  ): Promise<unknown>;
  query(): Promise<{ held?: { name?: string; mode?: string }[] }>;
}

/** Web Locks, where they are those of this process: in browsers they belong to the origin. */
function processLocks(): Locks | undefined {
  const { runtime } = host();
  if (runtime !== "deno" && runtime !== "node") return undefined;
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

/** Whether there are locks. */
export function hasLocks(): boolean {
  return processLocks() !== undefined;
}

/** Whether {@linkcode probe} answers before it returns. */
export function probesAtOnce(): boolean {
  return host().runtime === "deno" && hasLocks();
}

/** Takes a lock until this thread ends. False when that cannot be done without keeping the thread alive. */
export async function hold(name: string, mode: Mode): Promise<boolean> {
  const locks = processLocks();
  if (locks === undefined) return false;
  const { runtime, thread } = host();
  if (runtime === "deno" && thread !== "web") return await holdUnnoticed(locks, name, mode);
  return await holdPending(locks, name, mode);
}

/** Whether threads of all kinds can hold a lock, so that one that nobody holds means that nobody is there. */
export async function isHeldByAll(key: string): Promise<boolean> {
  const locks = processLocks();
  if (locks === undefined) return false;
  return host().runtime === "node" || await holdUnnoticed(locks, key, "exclusive");
}

function holdPending(locks: Locks, name: string, mode: Mode): Promise<boolean> {
  return new Promise((resolve) => {
    const forLife = () => {
      resolve(true);
      return new Promise(() => {});
    };
    locks.request(name, { mode }, forLife).catch(() => resolve(false));
  });
}

async function holdUnnoticed(locks: Locks, name: string, mode: Mode): Promise<boolean> {
  // Another thread that probes the lock may be in the way for a moment.
  for (let attempt = 0; attempt < 5; attempt++) {
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
    if (!wasCalled && await isHeld(name)) return true;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return false;
}

/**
 * Calls `free` when nobody holds the lock: before it returns on Deno, later on Node. Asks for it in shared mode, so that threads who ask do not hinder
 * each other, or in exclusive mode, so that shared holders count.
 */
export function probe(name: string, mode: Mode, answer: (isFree: boolean) => void): void {
  const look = (lock: unknown) => answer(lock !== null);
  processLocks()?.request(name, { mode, ifAvailable: true }, look).catch(() => {});
}

/** Whether somebody holds the lock, in any mode. */
export async function isHeld(name: string): Promise<boolean> {
  const locks = processLocks();
  if (locks === undefined) return false;
  if (host().runtime === "deno") {
    const { held = [] } = await locks.query();
    return held.some((lock) => lock.name === name);
  }
  // Node's query() tells of this thread's locks only.
  return await new Promise((resolve) => probe(name, "exclusive", (isFree) => resolve(!isFree)));
}

/** Runs `work` while it has the lock; `undefined` when somebody else has it. */
export async function whileHolding<Result>(
  name: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  const options = { ifAvailable: true, mode: "exclusive" } as const;
  const result = await processLocks()!.request(
    name,
    options,
    (lock) => lock === null ? undefined : work(),
  );
  return result as Result | undefined;
}
