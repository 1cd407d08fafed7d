/**
 * Histograms, the writing side: one block of bins for each (thread, bucket). The owner adds to the
 * shared bins in place, because nobody else stores to them.
 *
 * Assumptions: an aligned 64-bit store does not tear (true in every 64-bit engine; tested).
 *
 * Guarantees: the count always equals the sum of the bins, because a reader computes it from them.
 * Sum, min and max may differ from the bins by the update in flight. After a clear the block is
 * emptied before the tag is stored.
 *
 * The rest of the protocol is in `cell_writer.ts`.
 *
 * @module
 */
import { cannot } from "../../base/errors.ts";
import { type OptionNames, takeOptions } from "../../base/options.ts";
import { needing } from "../../memory/arena.ts";
import { isPlain } from "../../base/shapes.ts";
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
import { type CellWriter, NO_DOUBLES, NO_WORDS, NOWHERE } from "../cell_writer.ts";
import { checkExemplar } from "../exemplars/exemplar_labels.ts";
import { ExemplarWriter } from "../exemplars/exemplar_writer.ts";
import { showWriters } from "../inspectable_writers.ts";
import type { HistogramRecordOptions, HistogramWriter } from "../writer_types.ts";
import { exemplarPlaceOf, exemplarPlacesOf } from "./exemplar_places.ts";
import {
  type DurationRecorder,
  startTimer,
  timeCall,
  type Timed,
  type Timer,
  unitOfTime,
} from "./timer.ts";

const RECORD_OPTIONS: OptionNames<HistogramRecordOptions> = { count: true, exemplar: true };

// A copy in this module: V8 loads, checks and converts an imported constant at each use.
const SUM = HISTOGRAM_SUM;

/** The greatest `count` of one update. */
const MOST = Number.MAX_SAFE_INTEGER;

/** One histogram in one thread. Owner thread only. */
export class SingleWriterHistogram implements HistogramWriter {
  static {
    showWriters<SingleWriterHistogram>(
      this.prototype,
      (writer) => writer.#cellWriter.context,
      (writer) => writer.#cellWriter.series,
    );
  }

  readonly #cellWriter: CellWriter;
  readonly #scale: BinScale;
  readonly #unit: string;
  #words: Int32Array = NO_WORDS;
  #epochIndex = 0;
  #controlIndex = 0;
  #control = 0;
  /** The epoch of the latest update; 0 before the first one. */
  #epoch = 0;
  #doubles: Float64Array = NO_DOUBLES;
  /** Index of the block in `#words`. */
  #block = NOWHERE;
  /** Index of the first bin in `#doubles`. */
  #bins = NOWHERE;
  /**
   * From here to `#most`, a value changes nothing in the head but the sum: it is in the range of
   * the scale, and neither the least nor the greatest one so far. `NaN`, the infinities and
   * negative values are not in between either. So one test of both replaces seven, which matters in
   * Bun: with them `record()` was too large to be inlined, and took 11.8 ns in place of 6.7.
   */
  #least = Infinity;
  /** The greatest value that changes nothing but the sum; below `#least` while there is none. */
  #most = -Infinity;
  // The values in the head of the block. Only this writer stores to the block.
  #low = 0;
  #high = 0;
  #sum = 0;
  #min = 0;
  #max = 0;
  #exemplars: ExemplarWriter | undefined = undefined;

  constructor(cellWriter: CellWriter, scale: BinScale, unit: string) {
    this.#cellWriter = cellWriter;
    this.#scale = scale;
    this.#unit = unit;
    this.#words = cellWriter.words;
    this.#epochIndex = cellWriter.epochIndex;
    this.#controlIndex = cellWriter.controlIndex;
    this.#control = cellWriter.control;
  }

  record(value: number, count: number | HistogramRecordOptions = 1): void {
    if (
      !(typeof value === "number" && value >= this.#least && value <= this.#most) ||
      count !== 1 ||
      // `CellWriter.isCurrent()`, inlined by hand; see there.
      this.#words[this.#epochIndex] !== this.#epoch ||
      this.#words[this.#controlIndex] !== this.#control
    ) {
      this.#recordRarely(value, count);
      return;
    }
    const doubles = this.#doubles;
    // Unordered; both stores pair with the loads in `HistogramAccumulator.merge`. Neither tears.
    doubles[(this.#block >> 1) + SUM] = this.#sum += value;
    const scale = this.#scale;
    scale.input[0] = value;
    doubles[this.#bins + scale.indexOfInput()] += 1;
  }

  startTimer(): Timer {
    return startTimer(this.#recorder());
  }

  time(): Timer;
  time<Result>(call: () => Result): Timed<Result>;
  time(call?: () => unknown): unknown {
    const recorder = this.#recorder();
    if (call === undefined) return startTimer(recorder);
    if (typeof call === "function") return timeCall(recorder, call);
    const action = `time ${this.#cellWriter.context.table.name}`;
    throw new TypeError(cannot(action, "a function is required", call));
  }

  #recorder(): DurationRecorder {
    const unit = unitOfTime(this.#cellWriter.context.table.name, this.#unit);
    return { unit, record: (duration) => this.record(duration) };
  }

  /** A value that is not counted on the fast path: it changes the head, or is counted slowly. */
  #recordRarely(value: number, count: number | HistogramRecordOptions): void {
    if (
      !(typeof value === "number" && value >= 0 && value < Infinity) ||
      !(typeof count === "number" && count > 0 && count <= MOST && count % 1 === 0) ||
      this.#epoch === 0 || !this.#cellWriter.isCurrent()
    ) {
      this.#recordSlowly(value, count);
      return;
    }
    this.#count(value, count);
  }

  /** Counts a valid value. The block was located. */
  #count(value: number, count: number): void {
    const doubles = this.#doubles;
    const words = this.#words;
    const block = this.#block;
    const head = block >> 1;
    const bin = this.#scale.indexOf(value);
    if (bin < this.#low) words[block + HISTOGRAM_LOW] = this.#low = bin;
    if (bin > this.#high) words[block + HISTOGRAM_HIGH] = this.#high = bin;
    // Unordered; all stores pair with the loads in `HistogramAccumulator.merge`. None tears.
    doubles[head + SUM] = this.#sum += value * count;
    if (value < this.#min) doubles[head + HISTOGRAM_MIN] = this.#min = value;
    if (value > this.#max) doubles[head + HISTOGRAM_MAX] = this.#max = value;
    const { lowest, highest } = this.#scale;
    if (value < lowest || value > highest) doubles[head + HISTOGRAM_CLAMPED] += count;
    doubles[this.#bins + bin] += count;
    this.#limit();
  }

  /** Computes the range of the values that change nothing but the sum. */
  #limit(): void {
    this.#least = Math.max(this.#min, this.#scale.lowest);
    this.#most = Math.min(this.#max, this.#scale.highest);
  }

  /** The first value, the first one after a clear, one with options, or one to be refused. */
  #recordSlowly(value: number, count: number | HistogramRecordOptions): void {
    const cellWriter = this.#cellWriter;
    const action = `record in ${cellWriter.context.table.name}`;
    if (isPlain(count)) {
      this.#recordWith(action, value, count);
      return;
    }
    assertRecord(action, value, count);
    const epoch = cellWriter.nextEpoch("record in");
    if (this.#block === NOWHERE) needing(action, () => this.#locate());
    if (this.#epoch !== epoch) {
      // The tag equals the epoch only if this writer or an earlier owner of the slot has recorded
      // in this epoch.
      if (cellWriter.hasTag(epoch)) this.#loadHead();
      else this.#reset();
    }
    this.#count(value, count);
    cellWriter.setTag(epoch);
    this.#epoch = epoch;
  }

  /** A value with options. */
  #recordWith(action: string, value: number, options: HistogramRecordOptions): void {
    const { count = 1, exemplar } = takeOptions(action, options, RECORD_OPTIONS);
    assertRecord(action, value, count);
    if (exemplar === undefined) {
      this.#recordSlowly(value, count);
      return;
    }
    const labels = checkExemplar(action, exemplar);
    const { context, id } = this.#cellWriter;
    const scale = this.#scale;
    const exemplars = this.#exemplars ??= new ExemplarWriter(context, id, exemplarPlacesOf(scale));
    const place = exemplarPlaceOf(scale, scale.indexOf(value));
    if (!exemplars.has(place)) {
      // A thread that may not write allocates nothing.
      this.#cellWriter.nextEpoch("record in");
      needing(action, () => exemplars.prepare(place));
    }
    this.#recordSlowly(value, count);
    exemplars.write(place, labels, value, this.#epoch);
  }

  /** Finds the block, or makes it. Only the first value needs it, and it has a few KB. */
  #locate(): void {
    const { arena } = this.#cellWriter.context.thread;
    const { start, offset } = this.#cellWriter.locate();
    const reference = wordIndex(start) + offset;
    const bytes = histogramBlockBytes(this.#scale.size);
    let block = Atomics.load(arena.views(start + (offset + 1) * 4).i32, reference) * 8;
    if (block === 0) {
      const made = arena.allocate(bytes);
      // SeqCst; pairs with the load in `HistogramAccumulator.#block`: whoever sees the reference
      // also sees that the memory has grown to hold the block. A compare-exchange, because a
      // revoked owner may be suspended here and must not replace the block of its successor.
      block = Atomics.compareExchange(arena.views().i32, reference, 0, longIndex(made)) * 8 || made;
    }
    const views = arena.views(block + bytes);
    this.#words = views.i32;
    this.#doubles = views.f64;
    this.#cellWriter.placeTag(views.i32, wordIndex(block) + HISTOGRAM_TAG);
    this.#block = wordIndex(block);
    this.#bins = longIndex(block) + HISTOGRAM_BINS;
  }

  /** Loads the head of the block, which an earlier owner of the slot has left. */
  #loadHead(): void {
    const head = this.#block >> 1;
    this.#low = this.#words[this.#block + HISTOGRAM_LOW];
    this.#high = this.#words[this.#block + HISTOGRAM_HIGH];
    this.#sum = this.#doubles[head + HISTOGRAM_SUM];
    this.#min = this.#doubles[head + HISTOGRAM_MIN];
    this.#max = this.#doubles[head + HISTOGRAM_MAX];
    this.#limit();
  }

  /** Empties the block. */
  #reset(): void {
    const head = this.#block >> 1;
    this.#words[this.#block + HISTOGRAM_LOW] = this.#low = this.#scale.size;
    this.#words[this.#block + HISTOGRAM_HIGH] = this.#high = -1;
    this.#doubles[head + HISTOGRAM_SUM] = this.#sum = 0;
    this.#doubles[head + HISTOGRAM_MIN] = this.#min = Infinity;
    this.#doubles[head + HISTOGRAM_MAX] = this.#max = -Infinity;
    this.#doubles[head + HISTOGRAM_CLAMPED] = 0;
    for (let bin = 0; bin < this.#scale.size; bin++) this.#doubles[this.#bins + bin] = 0;
    this.#limit();
  }
}

/** The histogram of the overflow series, which also counts its updates. Owner thread only. */
export class OverflowHistogram extends SingleWriterHistogram {
  readonly #cellWriter: CellWriter;

  constructor(cellWriter: CellWriter, scale: BinScale, unit: string) {
    super(cellWriter, scale, unit);
    this.#cellWriter = cellWriter;
  }

  override record(value: number, count: number | HistogramRecordOptions = 1): void {
    super.record(value, count);
    this.#cellWriter.countOverflow();
  }
}

/** Throws unless the arguments of an update are valid. */
function assertRecord(action: string, value: unknown, count: unknown): void {
  if (typeof value !== "number") {
    throw new TypeError(cannot(action, "the value must be a number", value));
  }
  if (typeof count !== "number") {
    throw new TypeError(cannot(action, "the count must be a number", count));
  }
  if (!(value >= 0 && value < Infinity)) {
    throw new RangeError(
      cannot(action, "the value must be a finite number and not negative", value),
    );
  }
  if (!(Number.isSafeInteger(count) && count > 0)) {
    throw new RangeError(cannot(action, "the count must be a positive integer", count));
  }
}
