/**
 * What comes of a sign that a thread has ended: its slots are given back.
 *
 * Assumptions: a sign that is called a proof is one (`docs/threads.md` says which is, in which runtime).
 *
 * Guarantees: with a proof the slot can be used again at once. Without one its tenure is fenced at once, so that its gauges are gone and its
 * writers throw, and the slot can be used again after the quarantine. A slot's later owner is never touched, as a tenure names its generation.
 *
 * Progress: wait-free, bounded by the number of slots. May be done twice, and by several threads at once. A thread that is killed
 * in here leaves the rest to the next sign.
 *
 * @module
 */
import { host } from "../host/host.ts";
import { threadLocks } from "../host/locks.ts";
import type { Arena } from "../memory/arena.ts";
import { H_SWEPT } from "../memory/layout.ts";
import type { SlotDirectory, Tenure } from "../threads/slot_directory.ts";
import { readOwner, type ThreadIdentity } from "../threads/slot_owner.ts";

/** Seconds between two looks at other threads' locks, and at slots in quarantine. */
export const SWEEP_SECONDS = 5;

/** Which of the threads that an end concerns have certainly stopped. */
export interface Signs {
  /** The thread itself. */
  readonly stopped: boolean;
  /** The threads that it had made. */
  readonly childrenStopped: boolean;
}

/** The slots of a memory, for giving them back. Any thread. */
export class SlotEnds {
  readonly #arena: Arena;
  readonly #slots: SlotDirectory;

  constructor(arena: Arena, slots: SlotDirectory) {
    this.#arena = arena;
    this.#slots = slots;
  }

  /** Gives back the slots of a thread of this process, and of the threads below it. */
  threadEnded(thread: number, { stopped, childrenStopped }: Signs): void {
    const { processId } = host();
    for (const [tenure, owner] of this.#owners()) {
      if (owner.process !== processId) continue;
      if (owner.thread === thread) this.#slots.revoke(tenure, stopped);
      else if (owner.ancestors.includes(thread)) this.#slots.revoke(tenure, childrenStopped);
    }
    this.letRest();
  }

  /**
   * Ends the quarantines that this thread has seen pass. The threads that come and go cannot do it, as they see too little of one; those that stay must.
   */
  letRest(): void {
    this.#slots.letRest();
  }

  /** Gives back the slots of threads that held a lock for life and do not hold it now. `own` is this thread's lock. */
  sweep(own: bigint): void {
    const { processId } = host();
    for (const [tenure, owner] of this.#owners()) {
      if (owner.life === 0n || owner.life === own || owner.process !== processId) continue;
      // Of one in quarantine only a proof is news; there may be many of them.
      if (!isProof(owner) && this.#slots.activeControl(tenure.slot) < 0) continue;
      threadLocks()?.probe(lifeLock(owner.life), "shared", (isFree) => {
        if (isFree) this.#slots.revoke(tenure, isProof(owner));
      });
    }
  }

  /** Whether it is this thread's turn to sweep: one thread in some seconds is enough. */
  isSweepDue(): boolean {
    const { i32 } = this.#arena.views();
    const last = Atomics.load(i32, H_SWEPT);
    const now = Math.floor(Date.now() / 1000) | 0;
    // A clock that was set back makes the difference negative; then it is due.
    const passed = (now - last) | 0;
    if (passed >= 0 && passed < SWEEP_SECONDS - 1) return false;
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

/** Name of the lock that a thread holds for life. */
export function lifeLock(life: bigint): string {
  return `@x/thread-stats life ${life}`;
}

/**
 * Whether a free lock proves that the thread has stopped. On Deno a web worker's is freed when it has; that of a thread of `node:worker_threads`, which
 * has a number, may be freed while it still finishes an update.
 */
function isProof({ thread }: ThreadIdentity): boolean {
  return host().runtime === "deno" && thread === 0;
}
