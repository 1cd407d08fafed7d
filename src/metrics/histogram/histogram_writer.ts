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
import type { Series } from "../../buckets/label_trie.ts";
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
import { CellWriter, placeOf, type WriterContext } from "../cell_writer.ts";
import type { HistogramWriter } from "../writer_types.ts";

// Not the imported ones, as V8 loads, checks and converts those at each use.
const SUM = HISTOGRAM_SUM;

/** The greatest count of one update. */
const MOST = Number.MAX_SAFE_INTEGER;

/** No index: the block was not looked for yet. */
const NOWHERE = -1;

/** One histogram in one thread. Owner thread only. */
export class SingleWriterHistogram extends CellWriter implements HistogramWriter {
  declare private doubles: Float64Array;
  declare private readonly scale: BinScale;
  declare private readonly lowest: number;
  declare private readonly highest: number;
  /** Index of the block in `words`. */
  declare private block: number;
  /** Index of the first bin in `doubles`. */
  declare private bins: number;
  // What the block's head holds. Only this writer stores there.
  declare private low: number;
  declare private high: number;
  declare private sum: number;
  declare private min: number;
  declare private max: number;

  /** `id` is a live bucket, in the life `series` if the metric has labels. */
  constructor(home: WriterContext, scale: BinScale, id: number, series?: Series) {
    const views = home.thread.arena.views();
    super(home, id, { words: views.i32, tag: NOWHERE, series });
    this.doubles = views.f64;
    this.scale = scale;
    this.lowest = scale.lowest;
    this.highest = scale.highest;
    this.block = NOWHERE;
    this.bins = NOWHERE;
    this.low = 0;
    this.high = 0;
    this.sum = 0;
    this.min = 0;
    this.max = 0;
  }

  record(value: number, count = 1): void {
    if (
      !(typeof value === "number" && value >= 0 && value < Infinity) ||
      !(typeof count === "number" && count > 0 && count <= MOST && count % 1 === 0) ||
      // `isCurrent()`, written out.
      this.words[this.epochIndex] !== this.epoch ||
      this.words[this.controlIndex] !== this.control
    ) {
      this.recordSlowly(value, count);
      return;
    }
    this.count(value, count);
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

  private count(value: number, count: number): void {
    const { doubles, words, block } = this;
    const head = block >> 1;
    const bin = this.scale.indexOf(value);
    if (bin < this.low) words[block + HISTOGRAM_LOW] = this.low = bin;
    if (bin > this.high) words[block + HISTOGRAM_HIGH] = this.high = bin;
    // Unordered; all pair with the loads in `HistogramAccumulator.merge`. Do not tear.
    doubles[head + SUM] = this.sum += value * count;
    if (value < this.min) doubles[head + HISTOGRAM_MIN] = this.min = value;
    if (value > this.max) doubles[head + HISTOGRAM_MAX] = this.max = value;
    if (value < this.lowest || value > this.highest) doubles[head + HISTOGRAM_CLAMPED] += count;
    doubles[this.bins + bin] += count;
  }

  /** The first value, one after a clear, or one that must be refused. */
  private recordSlowly(value: number, count: number): void {
    const action = `record in ${this.home.table.name}`;
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
    const epoch = this.nextEpoch("record in");
    if (this.block === NOWHERE) needing(action, () => this.locate());
    if (this.epoch !== epoch) {
      // The tag is the bucket's epoch only if this writer, or the slot's owner before it, has recorded in this epoch.
      if (this.words[this.tag] === epoch) this.adopt();
      else this.reset();
    }
    this.count(value, count);
    this.setTag(epoch);
  }

  /** Finds the block, and makes it when there is none: not before the first value, as it is large. */
  private locate(): void {
    const { arena } = this.home.thread;
    const { start, offset } = placeOf(this.home, this.id);
    const reference = wordIndex(start) + offset;
    const bytes = histogramBlockBytes(this.scale.size);
    let block = Atomics.load(arena.views(start + (offset + 1) * 4).i32, reference) * 8;
    if (block === 0) {
      const made = arena.allocate(bytes);
      // SeqCst; pairs with the load in `HistogramAccumulator`: with the reference one sees the growth behind it. A compare-exchange, as a
      // fenced owner that sleeps in here must not replace its successor's block.
      block = Atomics.compareExchange(arena.views().i32, reference, 0, longIndex(made)) * 8 || made;
    }
    const views = arena.views(block + bytes);
    this.words = views.i32;
    this.doubles = views.f64;
    this.tag = wordIndex(block) + HISTOGRAM_TAG;
    this.block = wordIndex(block);
    this.bins = longIndex(block) + HISTOGRAM_BINS;
  }

  /** Goes on where the slot's last owner stopped. */
  private adopt(): void {
    const head = this.block >> 1;
    this.low = this.words[this.block + HISTOGRAM_LOW];
    this.high = this.words[this.block + HISTOGRAM_HIGH];
    this.sum = this.doubles[head + HISTOGRAM_SUM];
    this.min = this.doubles[head + HISTOGRAM_MIN];
    this.max = this.doubles[head + HISTOGRAM_MAX];
  }

  /** Starts from nothing. */
  private reset(): void {
    const head = this.block >> 1;
    this.words[this.block + HISTOGRAM_LOW] = this.low = this.scale.size;
    this.words[this.block + HISTOGRAM_HIGH] = this.high = -1;
    this.doubles[head + HISTOGRAM_SUM] = this.sum = 0;
    this.doubles[head + HISTOGRAM_MIN] = this.min = Infinity;
    this.doubles[head + HISTOGRAM_MAX] = this.max = -Infinity;
    this.doubles[head + HISTOGRAM_CLAMPED] = 0;
    for (let bin = 0; bin < this.scale.size; bin++) this.doubles[this.bins + bin] = 0;
  }
}

/** The histogram for what goes to the overflow series: counts its updates. */
export class OverflowHistogram extends SingleWriterHistogram {
  override record(value: number, count = 1): void {
    super.record(value, count);
    Atomics.add(this.home.thread.arena.views().u64, this.home.overflowed, 1n);
  }
}
