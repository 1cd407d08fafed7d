/**
 * Gauges, the writing side: a double per cell, and the tenure that set it. The owner keeps the value in a private field and only
 * stores it.
 *
 * Guarantees: a cell counts while its tag is the bucket's epoch and its tenure is the slot's present one, active. A new owner stores value,
 * tag and tenure in this order: who sees the tenure sees its value.
 *
 * The rest of the protocol is in `cell_writer.ts`.
 *
 * @module
 */
import type { Series } from "../../buckets/label_trie.ts";
import { cannot } from "../../base/errors.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import { gaugeSegmentParts } from "./gauge_layout.ts";
import { CellWriter, placeOf, type WriterContext } from "../cell_writer.ts";
import type { GaugeWriter } from "../writer_types.ts";

/** What a caller does to a gauge, as in the error's text. */
export const SET = "set";
export const ADD = "add to";
export const SUBTRACT = "subtract from";
const SCOPE = "open a scope of";

/** A gauge's part that does not depend on where the value stands. */
export abstract class GaugeCell extends CellWriter implements GaugeWriter {
  abstract set(value: number): void;
  abstract add(n?: number): void;
  abstract sub(n?: number): void;

  /** Takes back the 1 of a scope: what it belongs to is current. */
  protected abstract takeBack(): void;

  scope(): Disposable {
    // For the error's text: `add` would speak of itself.
    if (!this.isCurrent()) this.nextEpoch(SCOPE);
    this.add(1);
    const { epoch } = this;
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        // After a clear, or the end of the thread, there is nothing to take back. Not by `add`, which would look again and might
        // find a clear that came just now: it would begin the new epoch with -1.
        if (isOpen && this.epoch === epoch && this.isCurrent()) this.takeBack();
        isOpen = false;
      },
    };
  }

  /** Throws unless `value` can be set or added. */
  protected assertValue(value: unknown, verb: string): void {
    if (typeof value === "number" && value - value === 0) return;
    const action = `${verb} ${this.home.table.name}`;
    if (typeof value !== "number") {
      throw new TypeError(cannot(action, "the value must be a number", value));
    }
    throw new RangeError(cannot(action, "the value must be finite", value));
  }
}

/** One gauge in one thread, whose values add up, or the least or greatest counts. Owner thread only. */
export class SingleWriterGauge extends GaugeCell {
  declare private readonly cells: Float64Array;
  declare private readonly cell: number;
  declare private readonly tenure: number;
  /** What the cell holds. Only this writer stores there. */
  declare private value: number;

  /** `id` is a live bucket, in the life `series` if the metric has labels. */
  constructor(home: WriterContext, id: number, series?: Series) {
    const { segment, start, offset } = placeOf(home, id);
    const parts = gaugeSegmentParts(capacityOf(segment, home.table.shift));
    const views = home.thread.arena.views(start + parts.bytes);
    super(home, id, { words: views.i32, tag: wordIndex(start + parts.tags) + offset, series });
    this.cells = views.f64;
    this.cell = longIndex(start + parts.values) + offset;
    this.tenure = wordIndex(start + parts.tenures) + offset;
    this.value = 0;
  }

  set(value: number): void {
    if (
      !(typeof value === "number" && value - value === 0) ||
      // `isCurrent()`, written out.
      this.words[this.epochIndex] !== this.epoch ||
      this.words[this.controlIndex] !== this.control
    ) {
      this.setSlowly(value, SET);
      return;
    }
    // Unordered; pairs with the load in `GaugeAccumulator.merge`. Does not tear.
    this.cells[this.cell] = this.value = value;
  }

  add(n = 1): void {
    if (
      !(typeof n === "number" && n - n === 0) ||
      // `isCurrent()`, written out.
      this.words[this.epochIndex] !== this.epoch ||
      this.words[this.controlIndex] !== this.control
    ) {
      this.setSlowly(n, ADD);
      return;
    }
    this.cells[this.cell] = this.value += n;
  }

  sub(n = 1): void {
    if (
      !(typeof n === "number" && n - n === 0) ||
      // `isCurrent()`, written out.
      this.words[this.epochIndex] !== this.epoch ||
      this.words[this.controlIndex] !== this.control
    ) {
      this.setSlowly(n, SUBTRACT);
      return;
    }
    this.cells[this.cell] = this.value -= n;
  }

  protected override takeBack(): void {
    this.cells[this.cell] = this.value -= 1;
  }

  /** The first value, one after a clear, or one that must be refused. */
  private setSlowly(value: number, verb: typeof SET | typeof ADD | typeof SUBTRACT): void {
    this.assertValue(value, verb);
    const epoch = this.nextEpoch(verb);
    if (this.epoch !== epoch) this.value = 0;
    this.cells[this.cell] = this.value = verb === SET
      ? value
      : this.value + (verb === ADD ? value : -value);
    this.setTag(epoch);
    Atomics.store(this.words, this.tenure, this.home.thread.tenure.control);
  }
}

/** The gauge for what goes to the overflow series: counts its updates. */
export class OverflowGauge extends SingleWriterGauge {
  override set(value: number): void {
    super.set(value);
    Atomics.add(this.home.thread.arena.views().u64, this.home.overflowed, 1n);
  }

  override add(n = 1): void {
    super.add(n);
    Atomics.add(this.home.thread.arena.views().u64, this.home.overflowed, 1n);
  }

  override sub(n = 1): void {
    super.sub(n);
    Atomics.add(this.home.thread.arena.views().u64, this.home.overflowed, 1n);
  }

  protected override takeBack(): void {
    super.takeBack();
    Atomics.add(this.home.thread.arena.views().u64, this.home.overflowed, 1n);
  }
}
