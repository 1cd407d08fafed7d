/**
 * A histogram's bins, collapsed to counts up to chosen bounds.
 *
 * @module
 */
import type { HistogramBins } from "../../schema/histogram.ts";
import { binsUpTo } from "./bin_scale.ts";
import type { HistogramData } from "./histogram_value.ts";

/** Counts up to each bound, for any number of values of one histogram. */
export class CumulativeCounts {
  /** Upper bounds, without the last one, which is infinite. */
  readonly bounds: readonly number[];
  /** How many bins count up to each bound. */
  readonly #ends: readonly number[];

  constructor(bins: HistogramBins, bounds: readonly number[]) {
    this.bounds = bounds;
    this.#ends = binsUpTo(bins, bounds);
  }

  /** Calls back with the cumulative count of each bound in rising order, but for the infinite one. */
  forEach(
    { counts, offset }: HistogramData,
    callback: (index: number, count: number) => void,
  ): void {
    let n = 0;
    let count = 0;
    for (let index = 0; index < this.#ends.length; index++) {
      const end = Math.min(this.#ends[index] - offset, counts.length);
      for (; n < end; n++) count += counts[n];
      callback(index, count);
    }
  }
}
