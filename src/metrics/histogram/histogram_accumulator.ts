/**
 * Histograms, the reading side. The protocol is in `histogram_writer.ts`.
 *
 * @module
 */
import { saturate } from "../../base/saturate.ts";
import type { Arena, Views } from "../../memory/arena.ts";
import { blockViews } from "../../memory/arena.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import type { HistogramBins } from "../../schema/histogram.ts";
import type { Accumulator, SharedParts } from "../accumulator.ts";
import type { CellPlace } from "../../threads/cell_segments.ts";
import { SegmentViews } from "../segment_views.ts";
import type { BinScale } from "./bin_scale.ts";
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
  histogramSegmentBytes,
} from "./histogram_layout.ts";
import { HistogramValue } from "./histogram_value.ts";

/** A segment of references to blocks: the view, and the index of the first reference. */
interface HistogramSegment {
  readonly i32: Int32Array;
  readonly references: number;
}

/** What an accumulator of histograms needs to know of its metric. */
export interface HistogramAccumulatorOptions extends CellPlace {
  /** The bins, as in the definition. */
  readonly bins: HistogramBins;
  /** The scale of these bins. */
  readonly scale: BinScale;
}

/** Adds up a histogram. Any thread. */
export class HistogramAccumulator implements Accumulator<HistogramValue> {
  readonly #arena: Arena;
  readonly #segments: SegmentViews<HistogramSegment>;
  readonly #bins: HistogramBins;
  readonly #blockBytes: number;
  /** How many bins there are. */
  readonly #size: number;
  /** Counts by bin. Made at the first value: a program that only inspects a schema needs none. */
  #totals = new Float64Array(0);
  // All totals outside of these bins are 0.
  #low = 0;
  #high = -1;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;
  #clamped = 0;

  constructor(
    shared: Pick<SharedParts, "arena" | "cells">,
    options: HistogramAccumulatorOptions,
  ) {
    const { bins, scale } = options;
    this.#arena = shared.arena;
    this.#segments = new SegmentViews(shared, options, {
      bytes: histogramSegmentBytes,
      view: ({ i32 }, start) => ({ i32, references: wordIndex(start) }),
    });
    this.#bins = bins;
    this.#blockBytes = histogramBlockBytes(scale.size);
    this.#size = scale.size;
    this.#low = scale.size;
  }

  reset(): void {
    this.#totals.fill(0, this.#low, this.#high + 1);
    this.#low = this.#size;
    this.#high = -1;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
    this.#clamped = 0;
  }

  bytesOf(slot: number, segment: number): number {
    return this.#segments.bytesOf(slot, segment);
  }

  merge(
    slot: number,
    segment: number,
    offset: number,
    epoch: number,
    spend?: (bytes: number) => void,
  ): boolean {
    const found = this.#block(slot, segment, offset);
    if (found === undefined) return false;
    const { views: { i32, f64 }, block } = found;
    const word = wordIndex(block);
    // SeqCst; pairs with the store of the tag in `CellWriter.setTag`: what is loaded below is not
    // older than the tag.
    if (Atomics.load(i32, word + HISTOGRAM_TAG) !== epoch) return false;
    spend?.(this.#blockBytes);
    const totals = this.#makeTotals();
    const low = Math.max(0, i32[word + HISTOGRAM_LOW]);
    const high = Math.min(this.#size - 1, i32[word + HISTOGRAM_HIGH]);
    const head = longIndex(block);
    // Unordered; all loads pair with the stores in `SingleWriterHistogram.#count`. None tears.
    for (let bin = low; bin <= high; bin++) totals[bin] += f64[head + HISTOGRAM_BINS + bin];
    if (low < this.#low) this.#low = low;
    if (high > this.#high) this.#high = high;
    this.#sum += f64[head + HISTOGRAM_SUM];
    this.#min = Math.min(this.#min, f64[head + HISTOGRAM_MIN]);
    this.#max = Math.max(this.#max, f64[head + HISTOGRAM_MAX]);
    this.#clamped += f64[head + HISTOGRAM_CLAMPED];
    return true;
  }

  absorb(other: this): void {
    const totals = this.#makeTotals();
    const low = other.#low;
    const high = other.#high;
    for (let bin = low; bin <= high; bin++) totals[bin] += other.#totals[bin];
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

  #makeTotals(): Float64Array {
    if (this.#totals.length === 0) this.#totals = new Float64Array(this.#size);
    return this.#totals;
  }

  /** The block of one (thread, bucket); `undefined` while it has none. */
  #block(
    slot: number,
    segment: number,
    offset: number,
  ): { views: Views; block: number } | undefined {
    const found = this.#segments.find(slot, segment);
    if (found === undefined) return undefined;
    // SeqCst; pairs with the publication in `SingleWriterHistogram.#locate`: whoever sees the
    // reference also sees that the memory has grown to hold the block.
    const block = (Atomics.load(found.i32, found.references + offset) >>> 0) * 8;
    if (block === 0) return undefined;
    return { views: blockViews(this.#arena, block, this.#blockBytes), block };
  }
}
