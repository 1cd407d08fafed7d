/**
 * One way through the whole memory, and that it ends: what a snapshot costs is bounded by the
 * memory's size.
 *
 * In memory that is intact no two parts share a byte, so all of them together are no larger than
 * it. In memory that is damaged, or that somebody has made on purpose, any number of references may
 * lead to one and the same part.
 *
 * Assumptions: each part is looked at once or twice in one way through.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { damaged } from "../memory/damage.ts";
import type { CellSegments } from "./cell_segments.ts";

/** Twice for the looks, and as much again for texts that come and go meanwhile. */
const TIMES = 4;

/** One reader's way through the memory. Any thread may have one. */
export class Walk {
  /** The slots that have cells, or had a thread that could have made some. */
  readonly slots: readonly number[];
  /**
   * Counts bytes that are about to be looked at.
   *
   * @throws {TypeError} When that is more than there can be.
   */
  readonly spend: (bytes: number) => void;

  constructor(arena: Arena, cells: CellSegments) {
    let spent = 0;
    this.spend = (bytes) => {
      spent += bytes;
      if (spent > TIMES * arena.byteLength) throw damaged("more than one reference to a part");
    };
    this.slots = cells.slots();
  }
}
