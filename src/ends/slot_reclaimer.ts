/**
 * Frees the slots of threads that have ended.
 *
 * Assumptions: where a sign of a thread's end is called a proof, the thread has stopped
 * (`docs/threads.md` says which signs are proofs, in which runtime).
 *
 * Guarantees: with a proof the slot can be used again at once. Without one its tenure is fenced at
 * once, which hides its gauges and makes its writers throw, and the slot can be used again after
 * the quarantine. A later owner of the slot is never affected, because a tenure names its
 * generation.
 *
 * Progress: wait-free, bounded by the number of slots. Repeated and concurrent calls do no harm. If
 * a thread is killed in here, the next sign frees the remaining slots.
 *
 * @module
 */
import { host } from "../host/host.ts";
import { threadLocks } from "../host/locks.ts";
import type { StopProofs } from "../host/thread_state.ts";
import type { Arena } from "../memory/arena.ts";
import { H_SWEPT } from "../memory/layout.ts";
import type { Tenure } from "../threads/control_word.ts";
import type { SlotDirectory } from "../threads/slot_directory.ts";
import { readOwner, type ThreadIdentity } from "../threads/slot_owner.ts";

/** Seconds between two sweeps of the other threads' locks, and of slots in quarantine. */
export const SWEEP_SECONDS = 5;

/** Frees slots of one memory. */
export class SlotReclaimer {
  readonly #arena: Arena;
  readonly #slots: SlotDirectory;
  readonly #process: number;

  /** `process` is the number of this process in the memory. */
  constructor(arena: Arena, slots: SlotDirectory, process: number) {
    this.#arena = arena;
    this.#slots = slots;
    this.#process = process;
  }

  /** Frees the slots of another process, which has ended. Any thread. */
  processEnded(process: number): void {
    for (const [tenure, owner] of this.#owners()) {
      if (owner.process === process) this.#slots.revoke(tenure, true);
    }
  }

  /** Frees the slots of a thread of this process, and of the threads below it. Any thread. */
  threadEnded(thread: number, { stopped, childrenStopped }: StopProofs): void {
    for (const [tenure, owner] of this.#owners()) {
      if (owner.process !== this.#process) continue;
      if (owner.thread === thread) this.#slots.revoke(tenure, stopped);
      else if (owner.ancestors.includes(thread)) this.#slots.revoke(tenure, childrenStopped);
    }
    this.endQuarantines();
  }

  /**
   * Ends the quarantines that this thread has seen pass. Threads that come and go see too little of
   * a quarantine to end it, so the threads that stay call this. Any thread.
   */
  endQuarantines(): void {
    this.#slots.endQuarantines();
  }

  /**
   * Frees the slots of threads that once held a lock until their end, and no longer hold it. Any
   * thread.
   *
   * @param ownLife The name of the calling thread's lock.
   */
  sweep(ownLife: bigint): void {
    for (const [tenure, owner] of this.#owners()) {
      if (owner.life === 0n || owner.life === ownLife || owner.process !== this.#process) continue;
      // For a slot in quarantine only a proof makes a difference, and there may be many such slots.
      if (!isProof(owner) && this.#slots.activeControl(tenure.slot) < 0) continue;
      threadLocks()?.probe(lifeLock(owner.life), "shared", (isFree) => {
        if (isFree) this.#slots.revoke(tenure, isProof(owner));
      });
    }
  }

  /**
   * Whether it is this thread's turn to sweep: one thread every few seconds is enough. Any thread.
   *
   * Times by the wall clock, the only one that all threads share: setting it back makes a sweep
   * due, and setting it forward makes one due early. Neither does harm.
   */
  isSweepDue(): boolean {
    const { i32 } = this.#arena.views();
    const last = Atomics.load(i32, H_SWEPT);
    const now = Math.floor(Date.now() / 1000) | 0;
    // Negative when the clock was set back.
    const passed = (now - last) | 0;
    if (passed >= 0 && passed < SWEEP_SECONDS - 1) return false;
    // SeqCst, and pairs with itself: of several threads that find a sweep due, one gets the turn.
    return Atomics.compareExchange(i32, H_SWEPT, last, now) === last;
  }

  *#owners(): Generator<[Tenure, ThreadIdentity]> {
    const { used } = this.#slots;
    for (let slot = 0; slot < used; slot++) {
      const tenure = this.#slots.tenureOf(slot);
      const owner = tenure && readOwner(this.#arena, this.#slots, tenure);
      if (tenure !== undefined && owner !== undefined) yield [tenure, owner];
    }
  }
}

/** The name of the lock that a thread holds until it ends. */
export function lifeLock(life: bigint): string {
  return `@x/thread-stats life ${life}`;
}

/**
 * Whether a free lock proves that its holder has stopped. A web worker on Deno, or a thread of
 * `deno serve`, has stopped when its lock is released; these have no `threadId`. The lock of a
 * `node:worker_threads` thread may be released while the thread still finishes an update.
 */
function isProof({ thread }: ThreadIdentity): boolean {
  return host().runtime === "deno" && thread === 0;
}
