/**
 * Counters, the writing side: a double per cell. The owner keeps the value in a private field and only stores it.
 *
 * Assumptions: an aligned 64-bit store does not tear (every 64-bit engine; tested).
 *
 * The protocol is in `cell_writer.ts`.
 *
 * @module
 */
import type { Series } from "../../buckets/label_trie.ts";
import { cannot } from "../../base/errors.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import { counterSegmentParts } from "./counter_layout.ts";
import { CellWriter, placeOf, type WriterContext } from "../cell_writer.ts";
import type { CounterWriter } from "../writer_types.ts";

/** One counter in one thread. Owner thread only. */
export class SingleWriterCounter extends CellWriter implements CounterWriter {
  declare private readonly cells: Float64Array;
  declare private readonly cell: number;
  /** What the cell holds. Only this writer stores there. */
  declare private total: number;

  /** `id` is a live bucket, in the life `series` if the metric has labels. */
  constructor(home: WriterContext, id: number, series?: Series) {
    const { segment, start, offset } = placeOf(home, id);
    const parts = counterSegmentParts(capacityOf(segment, home.table.shift));
    const views = home.thread.arena.views(start + parts.bytes);
    super(home, id, { words: views.i32, tag: wordIndex(start + parts.tags) + offset, series });
    this.cells = views.f64;
    this.cell = longIndex(start + parts.cells) + offset;
    this.total = 0;
  }

  add(n = 1): void {
    if (
      !(typeof n === "number" && n >= 0 && n < Infinity) ||
      // `isCurrent()`, written out.
      this.words[this.epochIndex] !== this.epoch ||
      this.words[this.controlIndex] !== this.control
    ) {
      this.addSlowly(n);
      return;
    }
    // Unordered; pairs with the load in `CounterAccumulator.merge`. Does not tear.
    this.cells[this.cell] = this.total += n;
  }

  /** The first add, one after a clear, or one that must be refused. */
  private addSlowly(n: number): void {
    const action = `add to ${this.home.table.name}`;
    const required = "the increment must be a finite number and not negative";
    if (typeof n !== "number") throw new TypeError(cannot(action, required, n));
    if (!(n >= 0 && n < Infinity)) throw new RangeError(cannot(action, required, n));
    const epoch = this.nextEpoch("add to");
    // The tag is the bucket's epoch only if this writer, or the slot's owner before it, has added in this epoch.
    if (this.epoch !== epoch) {
      this.total = this.words[this.tag] === epoch ? this.cells[this.cell] : 0;
    }
    this.cells[this.cell] = this.total += n;
    this.setTag(epoch);
  }
}

/** The counter for what goes to the overflow series: counts its updates. A class of its own, so that the others need not ask. */
export class OverflowCounter extends SingleWriterCounter {
  override add(n = 1): void {
    super.add(n);
    Atomics.add(this.home.thread.arena.views().u64, this.home.overflowed, 1n);
  }
}
