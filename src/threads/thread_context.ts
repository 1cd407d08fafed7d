/**
 * The context that all writers of one registered thread share: its tenure of a slot, and access to
 * its cells.
 *
 * @module
 */
import { cannot, got, StaleThreadError } from "../base/errors.ts";
import type { Arena } from "../memory/arena.ts";
import { H_REFUSED_UPDATES } from "../memory/layout.ts";
import type { CellSegments } from "./cell_segments.ts";
import type { Tenure } from "./control_word.ts";
import type { SlotDirectory } from "./slot_directory.ts";

/** One tenure of a slot, as its owner sees it. Owner thread only, all methods. */
export class ThreadContext {
  /** Allocation and views. */
  readonly arena: Arena;
  /** The cells of all threads. */
  readonly cells: CellSegments;
  /** The tenure. */
  readonly tenure: Tenure;
  /**
   * Index in `i32` of the slot's control word: equal to `tenure.control` while the thread may
   * write.
   */
  readonly controlIndex: number;
  /** The slots of all threads. */
  readonly slots: SlotDirectory;

  constructor(arena: Arena, slots: SlotDirectory, cells: CellSegments, tenure: Tenure) {
    this.arena = arena;
    this.cells = cells;
    this.tenure = tenure;
    this.controlIndex = slots.controlIndex(tenure.slot);
    this.slots = slots;
  }

  /**
   * Checks that the thread may write. SeqCst; pairs with the changes of the control word in
   * `SlotDirectory`.
   *
   * @throws {StaleThreadError} When the tenure is over.
   */
  check(action: string): void {
    const { i32 } = this.arena.views();
    if (Atomics.load(i32, this.controlIndex) === this.tenure.control) return;
    Atomics.add(i32, H_REFUSED_UPDATES, 1);
    throw new StaleThreadError(
      cannot(action, "the thread must be registered", got(this.slots.reason(this.tenure))),
    );
  }

  /** Ends the tenure. False when it was over already. */
  retire(): boolean {
    return this.slots.retire(this.tenure);
  }
}
