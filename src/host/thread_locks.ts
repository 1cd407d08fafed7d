/**
 * Locks as signs of life: a thread holds one until it ends, however it ends, and all threads of the
 * process can see whether it is held.
 *
 * @module
 */

/** An `exclusive` lock has one holder at a time, a `shared` one any number. */
export type LockMode = "shared" | "exclusive";

/** What the locks of all runtimes can do. Any thread may call all methods. */
export interface ThreadLocks {
  /** Whether {@linkcode ThreadLocks.probe} calls `answer` before it returns. */
  readonly probesAtOnce: boolean;
  /**
   * Takes a lock until this thread ends. Returns whether it did. It does not if that would keep the
   * thread alive.
   */
  hold(name: string, mode: LockMode): Promise<boolean>;
  /**
   * Whether threads of all kinds can hold a lock until they end. If so, a free lock proves that
   * nobody is there. Finds out by holding the lock `name` until this thread ends.
   */
  canAllHold(name: string): Promise<boolean>;
  /**
   * Reports whether a lock could be taken in this mode. Probes in shared mode do not disturb each
   * other.
   */
  probe(name: string, mode: LockMode, answer: (isFree: boolean) => void): void;
  /** Whether a thread holds the lock, in any mode. */
  isHeld(name: string): Promise<boolean>;
  /** Runs `work` while it holds the lock. Returns `undefined` if another thread holds it. */
  whileHolding<Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined>;
}
