/**
 * What all writers of one registered thread share: its tenure of a slot, and the way to its cells.
 *
 * @module
 */
import { cannot, got, StaleThreadError } from "../base/errors.ts";
import type { Arena } from "../memory/arena.ts";
import { H_REFUSED_UPDATES } from "../memory/layout.ts";
import type { CellSegments } from "./cell_segments.ts";
import type { SlotDirectory, Tenure } from "./slot_directory.ts";

/** One tenure of a slot, as its owner sees it. Owner thread only. */
export class ThreadContext {
  /** Allocation and views. */
  readonly arena: Arena;
  /** The cells of all threads. */
  readonly cells: CellSegments;
  /** The tenure. */
  readonly tenure: Tenure;
  /** Index in `i32` of the slot's control word, which is `tenure.control` as long as the thread may write. */
  readonly controlIndex: number;
  readonly #slots: SlotDirectory;

  constructor(arena: Arena, slots: SlotDirectory, cells: CellSegments, tenure: Tenure) {
    this.arena = arena;
    this.cells = cells;
    this.tenure = tenure;
    this.controlIndex = slots.controlIndex(tenure.slot);
    this.#slots = slots;
  }

  /**
   * Goes on only if the thread may write. Pairs with the changes of the control word in `SlotDirectory`.
   *
   * @throws {StaleThreadError} When the tenure is over.
   */
  check(action: string): void {
    const { i32 } = this.arena.views();
    if (Atomics.load(i32, this.controlIndex) === this.tenure.control) return;
    Atomics.add(i32, H_REFUSED_UPDATES, 1);
    throw new StaleThreadError(
      cannot(action, "the thread must be registered", got(this.#slots.reason(this.tenure))),
    );
  }

  /** Gives the slot up. False if it was over already. */
  retire(): boolean {
    return this.#slots.retire(this.tenure);
  }
}
