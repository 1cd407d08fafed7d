/**
 * Counters, the writing side: a double per cell. The owner keeps the value in a private field and only stores it.
 *
 * Assumptions: an aligned 64-bit store does not tear (every 64-bit engine; tested).
 *
 * The protocol is in `cell_writer.ts`.
 *
 * @module
 */
import { cannot } from "../../base/errors.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import { counterSegmentParts } from "./counter_layout.ts";
import { type CellWriter, NO_DOUBLES, NO_WORDS } from "../cell_writer.ts";
import { showWriters } from "../inspectable_writers.ts";
import type { CounterWriter } from "../writer_types.ts";

/** One counter in one thread. Owner thread only. */
export class SingleWriterCounter implements CounterWriter {
  static {
    showWriters<SingleWriterCounter>(
      this.prototype,
      (writer) => writer.#own.home,
      (writer) => writer.#own.series,
    );
  }

  readonly #own: CellWriter;
  #words: Int32Array = NO_WORDS;
  #epochIndex = 0;
  #controlIndex = 0;
  #control = 0;
  /** The epoch of the last update: 0 before. */
  #epoch = 0;
  /** Index of the cell's tag in `#words`. */
  #tag = 0;
  #cells: Float64Array = NO_DOUBLES;
  #cell = 0;
  /** What the cell holds. Only this writer stores there. */
  #total = 0;

  constructor(own: CellWriter) {
    const { segment, start, offset } = own.locate();
    const { table, thread } = own.home;
    const parts = counterSegmentParts(capacityOf(segment, table.shift));
    const views = thread.arena.views(start + parts.bytes);
    this.#own = own;
    this.#words = views.i32;
    this.#epochIndex = own.epochIndex;
    this.#controlIndex = own.controlIndex;
    this.#control = own.control;
    this.#tag = wordIndex(start + parts.tags) + offset;
    this.#cells = views.f64;
    this.#cell = longIndex(start + parts.cells) + offset;
  }

  add(n = 1): void {
    if (
      !(typeof n === "number" && n >= 0 && n < Infinity) ||
      // `isCurrent()`, written out.
      this.#words[this.#epochIndex] !== this.#epoch ||
      this.#words[this.#controlIndex] !== this.#control
    ) {
      this.#addSlowly(n);
      return;
    }
    // Unordered; pairs with the load in `CounterAccumulator.merge`. Does not tear.
    this.#cells[this.#cell] = this.#total += n;
  }

  /** The first add, one after a clear, or one that must be refused. */
  #addSlowly(n: number): void {
    const action = `add to ${this.#own.home.table.name}`;
    const required = "the increment must be a finite number and not negative";
    if (typeof n !== "number") throw new TypeError(cannot(action, required, n));
    if (!(n >= 0 && n < Infinity)) throw new RangeError(cannot(action, required, n));
    const epoch = this.#own.nextEpoch("add to");
    // The tag is the bucket's epoch only if this writer, or the slot's owner before it, has added in this epoch.
    if (this.#epoch !== epoch) {
      this.#total = this.#words[this.#tag] === epoch ? this.#cells[this.#cell] : 0;
    }
    this.#cells[this.#cell] = this.#total += n;
    this.#own.setTag(this.#words, this.#tag, epoch);
    this.#epoch = epoch;
  }
}

/** The counter for what goes to the overflow series: counts its updates. A class of its own, so that the others need not ask. */
export class OverflowCounter extends SingleWriterCounter {
  readonly #own: CellWriter;

  constructor(own: CellWriter) {
    super(own);
    this.#own = own;
  }

  override add(n = 1): void {
    super.add(n);
    this.#own.countOverflow();
  }
}
