/**
 * Gauges, the writing side. A cell is a double and the tenure that set it. The owner keeps its
 * value in a private field too, and never loads the cell.
 *
 * Guarantees: a cell counts while its tag is the bucket's epoch and its tenure is the present
 * tenure of the slot, and that tenure is active. A new owner stores value, tag and tenure, in this
 * order. So a reader that sees the tenure also sees the value that this tenure has set.
 *
 * The rest of the protocol is in `cell_writer.ts`.
 *
 * @module
 */
import { cannot } from "../../base/errors.ts";
import { needing } from "../../memory/arena.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import { gaugeSegmentParts } from "./gauge_layout.ts";
import { type CellWriter, NO_DOUBLES, NO_WORDS, NOWHERE } from "../cell_writer.ts";
import { showWriters } from "../inspectable_writers.ts";
import type { GaugeWriter } from "../writer_types.ts";

// What a caller does to a gauge, for error texts.
export const SET = "set";
export const ADD = "add to";
export const SUBTRACT = "subtract from";
const SCOPE = "open a scope of";

/** The part of a gauge that does not depend on how its value is stored. Owner thread only. */
export abstract class BaseGauge implements GaugeWriter {
  static {
    showWriters<BaseGauge>(
      this.prototype,
      (writer) => writer.#cellWriter.context,
      (writer) => writer.#cellWriter.series,
    );
  }

  readonly #cellWriter: CellWriter;
  readonly #endScope: () => void;

  /** `endScope` subtracts the 1 of a scope. It is called only if the cell is current. */
  constructor(cellWriter: CellWriter, endScope: () => void) {
    this.#cellWriter = cellWriter;
    this.#endScope = endScope;
  }

  abstract set(value: number): void;
  abstract add(n?: number): void;
  abstract sub(n?: number): void;

  scope(): Disposable {
    // Before `add`, whose error texts say "add to".
    if (!this.#cellWriter.isCurrent()) this.#cellWriter.nextEpoch(SCOPE);
    this.add(1);
    const cellWriter = this.#cellWriter;
    const { epoch } = cellWriter;
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        // After a clear or the end of the thread there is nothing to subtract. This does not call
        // `sub`, which compares the epoch once more: if a clear came just now, `sub` would begin
        // the new epoch with -1.
        if (isOpen && cellWriter.epoch === epoch && cellWriter.isCurrent()) this.#endScope();
        isOpen = false;
      },
    };
  }
}

/** Throws unless `value` is a finite number. */
export function assertGauge({ context }: CellWriter, value: unknown, verb: string): void {
  if (typeof value === "number" && value - value === 0) return;
  const action = `${verb} ${context.table.name}`;
  if (typeof value !== "number") {
    throw new TypeError(cannot(action, "the value must be a number", value));
  }
  throw new RangeError(cannot(action, "the value must be finite", value));
}

/** One gauge in one thread whose threads' values merge by sum, min or max. Owner thread only. */
export class SingleWriterGauge extends BaseGauge {
  readonly #cellWriter: CellWriter;
  #words: Int32Array = NO_WORDS;
  #epochIndex = 0;
  #controlIndex = 0;
  #control = 0;
  /** The epoch of the latest update; 0 before the first one. */
  #epoch = 0;
  /** Index of the cell's tenure in the `tagWords` of the `CellWriter`. */
  #tenure = NOWHERE;
  #cells: Float64Array = NO_DOUBLES;
  #cell = NOWHERE;
  /** The value of the cell. Only this writer stores to the cell. */
  #value = 0;

  constructor(cellWriter: CellWriter) {
    super(cellWriter, () => {
      this.#cells[this.#cell] = this.#value -= 1;
      if (cellWriter.isOverflow) cellWriter.countOverflow();
    });
    this.#cellWriter = cellWriter;
    this.#words = cellWriter.words;
    this.#epochIndex = cellWriter.epochIndex;
    this.#controlIndex = cellWriter.controlIndex;
    this.#control = cellWriter.control;
    if (cellWriter.isLocatedAtOnce) this.#locate();
  }

  set(value: number): void {
    if (
      !(typeof value === "number" && value - value === 0) ||
      // `CellWriter.isCurrent()`, inlined by hand; see there.
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
      // `CellWriter.isCurrent()`, inlined by hand; see there.
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
      // `CellWriter.isCurrent()`, inlined by hand; see there.
      this.#words[this.#epochIndex] !== this.#epoch ||
      this.#words[this.#controlIndex] !== this.#control
    ) {
      this.#setSlowly(n, SUBTRACT);
      return;
    }
    this.#cells[this.#cell] = this.#value -= n;
  }

  /** The first update, the first one after a clear, or one that must be refused. */
  #setSlowly(value: number, verb: typeof SET | typeof ADD | typeof SUBTRACT): void {
    assertGauge(this.#cellWriter, value, verb);
    const epoch = this.#cellWriter.nextEpoch(verb);
    if (this.#cellWriter.tag === NOWHERE) {
      needing(`${verb} ${this.#cellWriter.context.table.name}`, () => this.#locate());
    }
    if (this.#epoch !== epoch) this.#value = 0;
    this.#cells[this.#cell] = this.#value = verb === SET
      ? value
      : this.#value + (verb === ADD ? value : -value);
    this.#cellWriter.setTag(epoch);
    this.#epoch = epoch;
    // SeqCst, after value and tag; pairs with the load of the tenure in `GaugeAccumulator.merge`.
    Atomics.store(this.#cellWriter.tagWords, this.#tenure, this.#cellWriter.control);
  }

  /** Finds the cell, or makes it. */
  #locate(): void {
    const { table, thread } = this.#cellWriter.context;
    const { segment, start, offset } = this.#cellWriter.locate();
    const parts = gaugeSegmentParts(capacityOf(segment, table.shift));
    const views = thread.arena.views(start + parts.bytes);
    this.#cells = views.f64;
    this.#cell = longIndex(start + parts.values) + offset;
    this.#tenure = wordIndex(start + parts.tenures) + offset;
    this.#cellWriter.placeTag(views.i32, wordIndex(start + parts.tags) + offset);
  }
}

/** The gauge of the overflow series, which also counts its updates. Owner thread only. */
export class OverflowGauge extends SingleWriterGauge {
  readonly #cellWriter: CellWriter;

  constructor(cellWriter: CellWriter) {
    super(cellWriter);
    this.#cellWriter = cellWriter;
  }

  override set(value: number): void {
    super.set(value);
    this.#cellWriter.countOverflow();
  }

  override add(n = 1): void {
    super.add(n);
    this.#cellWriter.countOverflow();
  }

  override sub(n = 1): void {
    super.sub(n);
    this.#cellWriter.countOverflow();
  }
}
