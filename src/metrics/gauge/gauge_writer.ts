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
import { cannot } from "../../base/errors.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import { gaugeSegmentParts } from "./gauge_layout.ts";
import { type CellWriter, NO_DOUBLES, NO_WORDS } from "../cell_writer.ts";
import { showWriters } from "../inspectable_writers.ts";
import type { GaugeWriter } from "../writer_types.ts";

/** What a caller does to a gauge, as in the error's text. */
export const SET = "set";
export const ADD = "add to";
export const SUBTRACT = "subtract from";
const SCOPE = "open a scope of";

/** A gauge's part that does not depend on where the value stands. */
export abstract class GaugeCell implements GaugeWriter {
  static {
    showWriters<GaugeCell>(
      this.prototype,
      (writer) => writer.#own.home,
      (writer) => writer.#own.series,
    );
  }

  readonly #own: CellWriter;
  readonly #takeBack: () => void;

  /** `takeBack` takes back the 1 of a scope: what it belongs to is current. */
  constructor(own: CellWriter, takeBack: () => void) {
    this.#own = own;
    this.#takeBack = takeBack;
  }

  abstract set(value: number): void;
  abstract add(n?: number): void;
  abstract sub(n?: number): void;

  scope(): Disposable {
    // For the error's text: `add` would speak of itself.
    if (!this.#own.isCurrent()) this.#own.nextEpoch(SCOPE);
    this.add(1);
    const own = this.#own;
    const { epoch } = own;
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        // After a clear, or the end of the thread, there is nothing to take back. Not by `add`, which would look again and might
        // find a clear that came just now: it would begin the new epoch with -1.
        if (isOpen && own.epoch === epoch && own.isCurrent()) this.#takeBack();
        isOpen = false;
      },
    };
  }
}

/** Throws unless `value` can be set or added. */
export function assertGauge({ home }: CellWriter, value: unknown, verb: string): void {
  if (typeof value === "number" && value - value === 0) return;
  const action = `${verb} ${home.table.name}`;
  if (typeof value !== "number") {
    throw new TypeError(cannot(action, "the value must be a number", value));
  }
  throw new RangeError(cannot(action, "the value must be finite", value));
}

/** One gauge in one thread, whose values add up, or the least or greatest counts. Owner thread only. */
export class SingleWriterGauge extends GaugeCell {
  readonly #own: CellWriter;
  #words: Int32Array = NO_WORDS;
  #epochIndex = 0;
  #controlIndex = 0;
  #control = 0;
  /** The epoch of the last update: 0 before. */
  #epoch = 0;
  /** Index of the cell's tag in `#words`. */
  #tag = 0;
  /** Index of the cell's tenure in `#words`. */
  #tenure = 0;
  #cells: Float64Array = NO_DOUBLES;
  #cell = 0;
  /** What the cell holds. Only this writer stores there. */
  #value = 0;

  constructor(own: CellWriter) {
    super(own, () => {
      this.#cells[this.#cell] = this.#value -= 1;
      if (own.isOverflow) own.countOverflow();
    });
    const { segment, start, offset } = own.locate();
    const { table, thread } = own.home;
    const parts = gaugeSegmentParts(capacityOf(segment, table.shift));
    const views = thread.arena.views(start + parts.bytes);
    this.#own = own;
    this.#words = views.i32;
    this.#epochIndex = own.epochIndex;
    this.#controlIndex = own.controlIndex;
    this.#control = own.control;
    this.#tag = wordIndex(start + parts.tags) + offset;
    this.#tenure = wordIndex(start + parts.tenures) + offset;
    this.#cells = views.f64;
    this.#cell = longIndex(start + parts.values) + offset;
  }

  set(value: number): void {
    if (
      !(typeof value === "number" && value - value === 0) ||
      // `isCurrent()`, written out.
      this.#words[this.#epochIndex] !== this.#epoch ||
      this.#words[this.#controlIndex] !== this.#control
    ) {
      this.#setSlowly(value, SET);
      return;
    }
    // Unordered; pairs with the load in `GaugeAccumulator.merge`. Does not tear.
    this.#cells[this.#cell] = this.#value = value;
  }

  add(n = 1): void {
    if (
      !(typeof n === "number" && n - n === 0) ||
      // `isCurrent()`, written out.
      this.#words[this.#epochIndex] !== this.#epoch ||
      this.#words[this.#controlIndex] !== this.#control
    ) {
      this.#setSlowly(n, ADD);
      return;
    }
    this.#cells[this.#cell] = this.#value += n;
  }

  sub(n = 1): void {
    if (
      !(typeof n === "number" && n - n === 0) ||
      // `isCurrent()`, written out.
      this.#words[this.#epochIndex] !== this.#epoch ||
      this.#words[this.#controlIndex] !== this.#control
    ) {
      this.#setSlowly(n, SUBTRACT);
      return;
    }
    this.#cells[this.#cell] = this.#value -= n;
  }

  /** The first value, one after a clear, or one that must be refused. */
  #setSlowly(value: number, verb: typeof SET | typeof ADD | typeof SUBTRACT): void {
    assertGauge(this.#own, value, verb);
    const epoch = this.#own.nextEpoch(verb);
    if (this.#epoch !== epoch) this.#value = 0;
    this.#cells[this.#cell] = this.#value = verb === SET
      ? value
      : this.#value + (verb === ADD ? value : -value);
    this.#own.setTag(this.#words, this.#tag, epoch);
    this.#epoch = epoch;
    Atomics.store(this.#words, this.#tenure, this.#own.control);
  }
}

/** The gauge for what goes to the overflow series: counts its updates. */
export class OverflowGauge extends SingleWriterGauge {
  readonly #own: CellWriter;

  constructor(own: CellWriter) {
    super(own);
    this.#own = own;
  }

  override set(value: number): void {
    super.set(value);
    this.#own.countOverflow();
  }

  override add(n = 1): void {
    super.add(n);
    this.#own.countOverflow();
  }

  override sub(n = 1): void {
    super.sub(n);
    this.#own.countOverflow();
  }
}
