/**
 * Histograms, the writing side: a block of bins per (thread, bucket). The owner adds in the shared bins, as nobody else stores there.
 *
 * Assumptions: an aligned 64-bit store does not tear (every 64-bit engine; tested).
 *
 * Guarantees: the count is the sum of the bins, so it never disagrees with them. Sum, least and greatest value may be ahead or behind by the
 * update in flight. After a clear all is set to nothing before the tag is stored.
 *
 * The rest of the protocol is in `cell_writer.ts`.
 *
 * @module
 */
import { cannot } from "../../base/errors.ts";
import { needing } from "../../memory/arena.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import {
  HISTOGRAM_BINS,
  HISTOGRAM_CLAMPED,
  HISTOGRAM_HIGH,
  HISTOGRAM_LOW,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUM,
  HISTOGRAM_TAG,
  histogramBlockBytes,
} from "./histogram_layout.ts";
import type { BinScale } from "./bin_scale.ts";
import { type CellWriter, NO_DOUBLES, NO_WORDS } from "../cell_writer.ts";
import { showWriters } from "../inspectable_writers.ts";
import type { HistogramWriter } from "../writer_types.ts";

// Not the imported ones, as V8 loads, checks and converts those at each use.
const SUM = HISTOGRAM_SUM;

/** The greatest count of one update. */
const MOST = Number.MAX_SAFE_INTEGER;

/** No index: the block was not looked for yet. */
const NOWHERE = -1;

/** One histogram in one thread. Owner thread only. */
export class SingleWriterHistogram implements HistogramWriter {
  static {
    showWriters<SingleWriterHistogram>(
      this.prototype,
      (writer) => writer.#own.home,
      (writer) => writer.#own.series,
    );
  }

  readonly #own: CellWriter;
  readonly #scale: BinScale;
  #lowest = 0.5;
  #highest = 0.5;
  #words: Int32Array = NO_WORDS;
  #epochIndex = 0;
  #controlIndex = 0;
  #control = 0;
  /** The epoch of the last update: 0 before. */
  #epoch = 0;
  /** Index of the cell's tag in `#words`. */
  #tag = NOWHERE;
  #doubles: Float64Array = NO_DOUBLES;
  /** Index of the block in `#words`. */
  #block = NOWHERE;
  /** Index of the first bin in `#doubles`. */
  #bins = NOWHERE;
  // What the block's head holds. Only this writer stores there.
  #low = 0;
  #high = 0;
  #sum = 0;
  #min = 0;
  #max = 0;

  constructor(own: CellWriter, scale: BinScale) {
    this.#own = own;
    this.#scale = scale;
    this.#lowest = scale.lowest;
    this.#highest = scale.highest;
    this.#words = own.words;
    this.#epochIndex = own.epochIndex;
    this.#controlIndex = own.controlIndex;
    this.#control = own.control;
  }

  record(value: number, count = 1): void {
    if (
      !(typeof value === "number" && value >= 0 && value < Infinity) ||
      !(typeof count === "number" && count > 0 && count <= MOST && count % 1 === 0) ||
      // `isCurrent()`, written out.
      this.#words[this.#epochIndex] !== this.#epoch ||
      this.#words[this.#controlIndex] !== this.#control
    ) {
      this.#recordSlowly(value, count);
      return;
    }
    this.#count(value, count);
  }

  time(): Disposable {
    const start = performance.now();
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        if (isOpen) this.record(Math.max(0, performance.now() - start) / 1000);
        isOpen = false;
      },
    };
  }

  /** Counts a value that is valid, in a block that was located. */
  #count(value: number, count: number): void {
    const doubles = this.#doubles;
    const words = this.#words;
    const block = this.#block;
    const head = block >> 1;
    const bin = this.#scale.indexOf(value);
    if (bin < this.#low) words[block + HISTOGRAM_LOW] = this.#low = bin;
    if (bin > this.#high) words[block + HISTOGRAM_HIGH] = this.#high = bin;
    // Unordered; all pair with the loads in `HistogramAccumulator.merge`. Do not tear.
    doubles[head + SUM] = this.#sum += value * count;
    if (value < this.#min) doubles[head + HISTOGRAM_MIN] = this.#min = value;
    if (value > this.#max) doubles[head + HISTOGRAM_MAX] = this.#max = value;
    if (value < this.#lowest || value > this.#highest) doubles[head + HISTOGRAM_CLAMPED] += count;
    doubles[this.#bins + bin] += count;
  }

  /** The first value, one after a clear, or one that must be refused. */
  #recordSlowly(value: number, count: number): void {
    const own = this.#own;
    const action = `record in ${own.home.table.name}`;
    for (const [name, given] of Object.entries({ value, count })) {
      if (typeof given !== "number") {
        throw new TypeError(cannot(action, `the ${name} must be a number`, given));
      }
    }
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(
        cannot(action, "the value must be a finite number and not negative", value),
      );
    }
    if (!(Number.isSafeInteger(count) && count > 0)) {
      throw new RangeError(cannot(action, "the count must be a positive integer", count));
    }
    const epoch = own.nextEpoch("record in");
    if (this.#block === NOWHERE) needing(action, () => this.#locate());
    if (this.#epoch !== epoch) {
      // The tag is the bucket's epoch only if this writer, or the slot's owner before it, has recorded in this epoch.
      if (this.#words[this.#tag] === epoch) this.#adopt();
      else this.#reset();
    }
    this.#count(value, count);
    own.setTag(this.#words, this.#tag, epoch);
    this.#epoch = epoch;
  }

  /** Finds the block, and makes it when there is none: not before the first value, as it is large. */
  #locate(): void {
    const { arena } = this.#own.home.thread;
    const { start, offset } = this.#own.locate();
    const reference = wordIndex(start) + offset;
    const bytes = histogramBlockBytes(this.#scale.size);
    let block = Atomics.load(arena.views(start + (offset + 1) * 4).i32, reference) * 8;
    if (block === 0) {
      const made = arena.allocate(bytes);
      // SeqCst; pairs with the load in `HistogramAccumulator`: with the reference one sees the growth behind it. A compare-exchange, as a
      // fenced owner that sleeps in here must not replace its successor's block.
      block = Atomics.compareExchange(arena.views().i32, reference, 0, longIndex(made)) * 8 || made;
    }
    const views = arena.views(block + bytes);
    this.#words = views.i32;
    this.#doubles = views.f64;
    this.#tag = wordIndex(block) + HISTOGRAM_TAG;
    this.#block = wordIndex(block);
    this.#bins = longIndex(block) + HISTOGRAM_BINS;
  }

  /** Goes on where the slot's last owner stopped. */
  #adopt(): void {
    const head = this.#block >> 1;
    this.#low = this.#words[this.#block + HISTOGRAM_LOW];
    this.#high = this.#words[this.#block + HISTOGRAM_HIGH];
    this.#sum = this.#doubles[head + HISTOGRAM_SUM];
    this.#min = this.#doubles[head + HISTOGRAM_MIN];
    this.#max = this.#doubles[head + HISTOGRAM_MAX];
  }

  /** Starts from nothing. */
  #reset(): void {
    const head = this.#block >> 1;
    this.#words[this.#block + HISTOGRAM_LOW] = this.#low = this.#scale.size;
    this.#words[this.#block + HISTOGRAM_HIGH] = this.#high = -1;
    this.#doubles[head + HISTOGRAM_SUM] = this.#sum = 0;
    this.#doubles[head + HISTOGRAM_MIN] = this.#min = Infinity;
    this.#doubles[head + HISTOGRAM_MAX] = this.#max = -Infinity;
    this.#doubles[head + HISTOGRAM_CLAMPED] = 0;
    for (let bin = 0; bin < this.#scale.size; bin++) this.#doubles[this.#bins + bin] = 0;
  }
}

/** The histogram for what goes to the overflow series: counts its updates. */
export class OverflowHistogram extends SingleWriterHistogram {
  readonly #own: CellWriter;

  constructor(own: CellWriter, scale: BinScale) {
    super(own, scale);
    this.#own = own;
  }

  override record(value: number, count = 1): void {
    super.record(value, count);
    this.#own.countOverflow();
  }
}
