/**
 * A seat: a reserved slot whose giver can take it back.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { inspectable } from "../base/inspectable.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";
import { makeHandle, type ThreadStatsHandle } from "./handle.ts";
import type { SlotDirectory, Tenure } from "./slot_directory.ts";

/** Options of {@linkcode Seat.revoke}. */
export interface RevokeOptions {
  /**
   * Whether the caller knows that the thread has stopped: the slot can be used again at once. Signs that can be
   * trusted: `close` of a Bun web worker, `exit` of a `node:worker_threads` worker on Bun and Node. On Deno neither.
   *
   * @default {false}
   */
  stopped?: boolean;
}

const REVOKE_OPTIONS: OptionNames<RevokeOptions> = { stopped: true };

/** A slot reserved for a worker. Made by {@linkcode ThreadStats.reserveThread}; may be used in the thread that made it. */
export class Seat {
  /** The slot. */
  readonly slot: number;
  /** For the worker: attach with it, then `registerThread()`. */
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
  }

  /**
   * Fences the thread that has the seat: its writers throw from now on. What it committed stays. Its slot is used
   * again after a quarantine, or at once when the caller knows that the thread has stopped. Any thread; may be called again, to
   * say that the thread has stopped meanwhile.
   *
   * @param options What the caller knows.
   * @returns Whether the thread could write until now: false if it had left by itself, or was revoked before.
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
    const { stopped = false } = takeOptions("revoke the seat", options, REVOKE_OPTIONS);
    if (typeof stopped !== "boolean") {
      throw new TypeError(cannot("revoke the seat", "stopped must be a boolean", stopped));
    }
    return this.#slots.revoke(this.#tenure, stopped);
  }
}
