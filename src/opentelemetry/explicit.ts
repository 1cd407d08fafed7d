/**
 * Histograms as ones with explicit bounds: their own, or those that a user chose for a log-linear one.
 *
 * @module
 */
import { CumulativeCounts } from "../metrics/histogram/cumulative_counts.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { HistogramBins } from "../schema/histogram.ts";
import type { ExplicitHistogram } from "./sdk.ts";

/** Turns the values of one histogram into counts of buckets between bounds. */
export class ExplicitBinScale {
  readonly #buckets: CumulativeCounts;

  constructor(bins: HistogramBins, bounds: readonly number[]) {
    this.#buckets = new CumulativeCounts(bins, bounds);
  }

  /** The counts of a value: one more than there are bounds. */
  convert(value: HistogramValue): Pick<ExplicitHistogram, "buckets"> {
    const boundaries = [...this.#buckets.bounds];
    const counts = new Array<number>(boundaries.length + 1);
    let below = 0;
    this.#buckets.forEach(value, (index, count) => {
      counts[index] = count - below;
      below = count;
    });
    counts[boundaries.length] = value.count - below;
    return { buckets: { boundaries, counts } };
  }
}
