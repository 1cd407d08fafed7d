/**
 * Histograms, the reading side. The protocol is in `histogram_writer.ts`.
 *
 * @module
 */
import type { Arena, Views } from "../../memory/arena.ts";
import { blockViews } from "../../memory/header.ts";
import { DIRECTORY, longIndex, wordIndex } from "../../memory/layout.ts";
import { saturate } from "../../base/saturate.ts";
import type { HistogramBins } from "../../schema/histogram.ts";
import type { CellSegments } from "../../threads/cell_segments.ts";
import type { Cells } from "../accumulator.ts";
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
import { HistogramValue } from "./histogram_value.ts";

/** What a reader of histograms needs to know of its metric. */
export interface HistogramAccumulatorOptions {
  /** The metric's number. */
  metric: number;
  /** Its bins as they were defined. */
  bins: HistogramBins;
  /** The same to compute with. */
  scale: BinScale;
}

/** Adds up a histogram. */
export class HistogramAccumulator implements Cells<HistogramValue> {
  readonly #arena: Arena;
  readonly #cells: CellSegments;
  readonly #metric: number;
  readonly #bins: HistogramBins;
  readonly #blockBytes: number;
  /** Byte offsets of segments, by slot and segment. */
  readonly #segments: (number | undefined)[] = [];
  readonly #totals: Float64Array;
  /** The bins that are not empty are among these. */
  #low = 0;
  #high = -1;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;
  #clamped = 0;

  constructor(
    arena: Arena,
    cells: CellSegments,
    { metric, bins, scale }: HistogramAccumulatorOptions,
  ) {
    this.#arena = arena;
    this.#cells = cells;
    this.#metric = metric;
    this.#bins = bins;
    this.#blockBytes = histogramBlockBytes(scale.size);
    this.#totals = new Float64Array(scale.size);
    this.#low = scale.size;
  }

  reset(): void {
    this.#totals.fill(0);
    this.#low = this.#totals.length;
    this.#high = -1;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
    this.#clamped = 0;
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    const found = this.#block(slot, segment, offset);
    if (found === undefined) return false;
    const { views: { i32, f64 }, block } = found;
    const word = wordIndex(block);
    // SeqCst; pairs with the store of the tag in `CellWriter`: what is read below is not older than the tag.
    if (Atomics.load(i32, word + HISTOGRAM_TAG) !== epoch) return false;
    const low = Math.max(0, i32[word + HISTOGRAM_LOW]);
    const high = Math.min(this.#totals.length - 1, i32[word + HISTOGRAM_HIGH]);
    const head = longIndex(block);
    // Unordered; all pair with the stores in `SingleWriterHistogram.count`. Do not tear.
    for (let bin = low; bin <= high; bin++) this.#totals[bin] += f64[head + HISTOGRAM_BINS + bin];
    if (low < this.#low) this.#low = low;
    if (high > this.#high) this.#high = high;
    this.#sum += f64[head + HISTOGRAM_SUM];
    this.#min = Math.min(this.#min, f64[head + HISTOGRAM_MIN]);
    this.#max = Math.max(this.#max, f64[head + HISTOGRAM_MAX]);
    this.#clamped += f64[head + HISTOGRAM_CLAMPED];
    return true;
  }

  absorb(other: this): void {
    const low = other.#low;
    const high = other.#high;
    for (let bin = low; bin <= high; bin++) this.#totals[bin] += other.#totals[bin];
    if (low < this.#low) this.#low = low;
    if (high > this.#high) this.#high = high;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#clamped += other.#clamped;
  }

  value(): HistogramValue {
    const isEmpty = this.#high < this.#low;
    return new HistogramValue({
      scale: this.#bins,
      offset: isEmpty ? 0 : this.#low,
      counts: this.#totals.slice(this.#low, this.#high + 1),
      sum: saturate(this.#sum),
      min: isEmpty ? NaN : this.#min,
      max: isEmpty ? NaN : this.#max,
      clamped: this.#clamped,
    });
  }

  #block(
    slot: number,
    segment: number,
    offset: number,
  ): { views: Views; block: number } | undefined {
    const start = this.#segments[slot * DIRECTORY + segment] ??
      this.#cells.find(slot, this.#metric, segment);
    if (start === 0) return undefined;
    this.#segments[slot * DIRECTORY + segment] = start;
    const reference = wordIndex(start) + offset;
    // SeqCst; pairs with the publication in `SingleWriterHistogram`.
    const { i32 } = blockViews(this.#arena, start, (offset + 1) * 4);
    const block = (Atomics.load(i32, reference) >>> 0) * 8;
    if (block === 0) return undefined;
    return { views: blockViews(this.#arena, block, this.#blockBytes), block };
  }
}
