/**
 * Counters, the writing side. A cell is a double. The owner keeps its value in a private field too,
 * and never loads the cell on the hot path.
 *
 * Assumptions: an aligned 64-bit store does not tear (true in every 64-bit engine; tested).
 *
 * The protocol is in `cell_writer.ts`.
 *
 * @module
 */
import { cannot } from "../../base/errors.ts";
import { type OptionNames, takeOptions } from "../../base/options.ts";
import { needing } from "../../memory/arena.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import { type CellWriter, NO_DOUBLES, NOWHERE } from "../cell_writer.ts";
import { checkExemplar } from "../exemplars/exemplar_labels.ts";
import { ExemplarWriter } from "../exemplars/exemplar_writer.ts";
import { showWriters } from "../inspectable_writers.ts";
import type { CounterAddOptions, CounterWriter } from "../writer_types.ts";
import { counterSegmentParts } from "./counter_layout.ts";

const ADD_OPTIONS: OptionNames<CounterAddOptions> = { exemplar: true };

/** The cell of a counter, and where it stands if it was located. */
interface FoundCell {
  readonly cellWriter: CellWriter;
  readonly cells: Float64Array;
  readonly cell: number;
}

/** The cell of the counter that is being made. */
let found: FoundCell;

/**
 * Finds the cell before the initializers of the counter's fields run: they store each field for the
 * first and only time. V8 takes a field of a known object for a constant only then, and `add()` of
 * one counter takes 3.3-3.5 ns in place of 3.7-4.1 (Node 24).
 */
class CellFinder {
  constructor(cellWriter: CellWriter) {
    found = {
      cellWriter,
      ...cellWriter.isLocatedAtOnce ? locate(cellWriter) : { cells: NO_DOUBLES, cell: NOWHERE },
    };
  }
}

/** Finds a cell, or makes it. */
function locate(cellWriter: CellWriter): Pick<FoundCell, "cells" | "cell"> {
  const { segment, start, offset } = cellWriter.locate();
  const { table, thread } = cellWriter.context;
  const parts = counterSegmentParts(capacityOf(segment, table.shift));
  const views = thread.arena.views(start + parts.bytes);
  cellWriter.placeTag(views.i32, wordIndex(start + parts.tags) + offset);
  return { cells: views.f64, cell: longIndex(start + parts.cells) + offset };
}

/** One counter in one thread. Owner thread only. */
export class SingleWriterCounter extends CellFinder implements CounterWriter {
  static {
    showWriters<SingleWriterCounter>(
      this.prototype,
      (writer) => writer.#cellWriter.context,
      (writer) => writer.#cellWriter.series,
    );
  }

  readonly #cellWriter: CellWriter = found.cellWriter;
  readonly #words: Int32Array = found.cellWriter.words;
  readonly #epochIndex: number = found.cellWriter.epochIndex;
  readonly #controlIndex: number = found.cellWriter.controlIndex;
  readonly #control: number = found.cellWriter.control;
  /** The epoch of the latest update; 0 before the first one. */
  #epoch = 0;
  #cells: Float64Array = found.cells;
  #cell: number = found.cell;
  /** The value of the cell. Only this writer stores to the cell. */
  #total = 0;
  #exemplars: ExemplarWriter | undefined = undefined;

  add(n = 1, options?: CounterAddOptions): void {
    if (
      !(typeof n === "number" && n >= 0 && n < Infinity) ||
      options !== undefined ||
      // `CellWriter.isCurrent()`, inlined by hand; see there.
      this.#words[this.#epochIndex] !== this.#epoch ||
      this.#words[this.#controlIndex] !== this.#control
    ) {
      if (options === undefined) this.#addSlowly(n);
      else this.#addWith(n, options);
      return;
    }
    // Unordered; pairs with the load in `CounterAccumulator.merge`. Does not tear.
    this.#cells[this.#cell] = this.#total += n;
  }

  /** The first addition, the first one after a clear, or one that must be refused. */
  #addSlowly(n: number): void {
    const action = this.#action;
    assertIncrement(action, n);
    const epoch = this.#cellWriter.nextEpoch("add to");
    if (this.#cellWriter.tag === NOWHERE) this.#locateNeeding(action);
    // An earlier owner of the slot may have added in this epoch. Then the total goes on from there.
    if (this.#epoch !== epoch) {
      this.#total = this.#cellWriter.hasTag(epoch) ? this.#cells[this.#cell] : 0;
    }
    this.#cells[this.#cell] = this.#total += n;
    this.#cellWriter.setTag(epoch);
    this.#epoch = epoch;
  }

  /** An addition with options. */
  #addWith(n: number, options: CounterAddOptions): void {
    const action = this.#action;
    const { exemplar } = takeOptions(action, options, ADD_OPTIONS);
    assertIncrement(action, n);
    if (exemplar === undefined) {
      this.#addSlowly(n);
      return;
    }
    const labels = checkExemplar(action, exemplar);
    const { context, id } = this.#cellWriter;
    const exemplars = this.#exemplars ??= new ExemplarWriter(context, id, 1);
    if (!exemplars.has(0)) {
      // A thread that may not write allocates nothing.
      this.#cellWriter.nextEpoch("add to");
      needing(action, () => exemplars.prepare(0));
    }
    this.#addSlowly(n);
    exemplars.write(0, labels, n, this.#epoch);
  }

  get #action(): string {
    return `add to ${this.#cellWriter.context.table.name}`;
  }

  #locateNeeding(action: string): void {
    const { cells, cell } = needing(action, () => locate(this.#cellWriter));
    this.#cells = cells;
    this.#cell = cell;
  }
}

/**
 * The counter of the overflow series, which also counts its updates. It is a class of its own so
 * that other counters have no branch for it. Owner thread only.
 */
export class OverflowCounter extends SingleWriterCounter {
  readonly #cellWriter: CellWriter;

  constructor(cellWriter: CellWriter) {
    super(cellWriter);
    this.#cellWriter = cellWriter;
  }

  override add(n = 1, options?: CounterAddOptions): void {
    super.add(n, options);
    this.#cellWriter.countOverflow();
  }
}

function assertIncrement(action: string, n: unknown): void {
  const required = "the increment must be a finite number and not negative";
  if (typeof n !== "number") throw new TypeError(cannot(action, required, n));
  if (!(n >= 0 && n < Infinity)) throw new RangeError(cannot(action, required, n));
}
