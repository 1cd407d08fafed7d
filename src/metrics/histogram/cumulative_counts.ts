/**
 * The counts of a histogram's values up to chosen bounds, as in a Prometheus histogram.
 *
 * @module
 */
import type { HistogramBins } from "../../schema/histogram.ts";
import { binsUpTo } from "./bin_scale.ts";
import type { HistogramData } from "./histogram_data.ts";

/** Computes cumulative counts for any number of values of histograms with the same bins. */
export class CumulativeCounts {
  /** The upper bounds, without the infinite one at the end. */
  readonly bounds: readonly number[];
  /** How many bins are counted up to each bound. */
  readonly #ends: readonly number[];

  constructor(bins: HistogramBins, bounds: readonly number[]) {
    this.bounds = bounds;
    this.#ends = binsUpTo(bins, bounds);
  }

  /** Calls `callback` with the cumulative count of each of the bounds, in rising order. */
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
