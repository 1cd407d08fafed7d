/**
 * One walk through the whole memory, and its bound: the cost of a snapshot is proportional to the
 * size of the memory.
 *
 * In intact memory no two parts share a byte, so together they are no larger than the memory. In
 * damaged or forged memory, any number of references may lead to the same part.
 *
 * Assumptions: a walk reads each part at most twice.
 *
 * Guarantees: a walk throws before it has read `TIMES` times the size of the memory.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { damaged } from "../memory/damage.ts";
import type { CellSegments } from "./cell_segments.ts";

/** Two reads of each part, and as much again for texts that are freed and rewritten meanwhile. */
const TIMES = 4;

/** One reader's walk. Any thread; each makes its own. */
export class Walk {
  /** The slots that have a thread block: no other has cells. */
  readonly slots: readonly number[];
  /**
   * Counts bytes before they are read.
   *
   * @throws {TypeError} When intact memory cannot have so many.
   */
  readonly spend: (bytes: number) => void;

  constructor(arena: Arena, cells: CellSegments) {
    let spent = 0;
    // The memory only grows. To ask for its length takes longer than the rest of a row.
    let limit = TIMES * arena.byteLength;
    this.spend = (bytes) => {
      spent += bytes;
      if (spent <= limit) return;
      limit = TIMES * arena.byteLength;
      if (spent > limit) throw damaged("more than one reference to a part");
    };
    this.slots = cells.slots();
  }
}
