/**
 * A seat: a slot that one thread reserves for a worker, and can revoke.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { harden } from "../base/harden.ts";
import { inspectable } from "../base/inspectable.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";
import { makeHandle, type ThreadStatsHandle } from "./handle.ts";
import type { Tenure } from "./control_word.ts";
import type { SlotDirectory } from "./slot_directory.ts";

/** Options of {@linkcode Seat.revoke}. */
export interface RevokeOptions {
  /**
   * Whether the caller knows that the thread has stopped, so that its slot can be used again at
   * once. Proofs are `close` of a web worker on Bun, and `exit` of a `node:worker_threads` worker
   * on Bun and Node. Deno gives no proof.
   *
   * @default {false}
   */
  stopped?: boolean;
}

const REVOKE_OPTIONS: OptionNames<RevokeOptions> = { stopped: true };

/**
 * A slot reserved for a worker. {@linkcode ThreadStats.reserveThread} makes it, and the thread that
 * called it uses it.
 */
export class Seat {
  /** Number of the slot. */
  readonly slot: number;
  /** The handle to send to the worker, which attaches to it and calls `registerThread()`. */
  readonly handle: ThreadStatsHandle;
  readonly #slots: SlotDirectory;
  readonly #tenure: Tenure;

  static {
    inspectable<Seat>(this.prototype, {
      type: "Seat",
      facts: (seat) => ({ ...seat.#slots.describe(seat.slot) }),
    });
  }

  /** Not for users. */
  constructor(slots: SlotDirectory, tenure: Tenure, handle: ThreadStatsHandle) {
    this.slot = tenure.slot;
    const { slot, control } = tenure;
    this.handle = makeHandle({ ...handle, seat: Object.freeze({ slot, control }) });
    this.#slots = slots;
    this.#tenure = tenure;
    harden(this);
  }

  /**
   * Fences the thread that has the seat: from now on its writers throw. Values that it committed
   * stay. The slot is used again after the quarantine, or at once if the caller knows that the
   * thread has stopped. Call it again with `stopped` when that becomes known later.
   *
   * @param options Whether the thread has stopped.
   * @returns Whether the seat was valid until now: false if its thread had unregistered, or the
   * seat was revoked before.
   * @throws {TypeError} When an option is unknown or has the wrong shape.
   *
   * @example A killed worker's slot is used again
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * const seat = stats.reserveThread("worker-1");
   * assertEquals(seat.revoke({ stopped: true }), true);
   * assertEquals(stats.reserveThread("worker-2").slot, seat.slot);
   * ```
   */
  revoke(options: RevokeOptions = {}): boolean {
    return this.#slots.revoke(this.#tenure, readStopped("revoke the seat", options));
  }
}

/** Checks the options of a revocation. */
export function readStopped(action: string, options: RevokeOptions): boolean {
  const { stopped = false } = takeOptions(action, options, REVOKE_OPTIONS);
  if (typeof stopped !== "boolean") {
    throw new TypeError(cannot(action, "stopped must be a boolean", stopped));
  }
  return stopped;
}
