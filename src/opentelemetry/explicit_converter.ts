/**
 * Converts histograms to OpenTelemetry's explicit-bucket histograms: to their own boundaries, or,
 * for a log-linear histogram, to boundaries that a user chose.
 *
 * @module
 */
import { CumulativeCounts } from "../metrics/histogram/cumulative_counts.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { HistogramBins } from "../schema/histogram.ts";
import type { ExplicitHistogram } from "./sdk.ts";

/** Converts the values of one histogram to explicit buckets. */
export class ExplicitConverter {
  readonly #cumulative: CumulativeCounts;

  constructor(bins: HistogramBins, bounds: readonly number[]) {
    this.#cumulative = new CumulativeCounts(bins, bounds);
  }

  /** The boundaries, and the counts: one more than there are boundaries. */
  convert(value: HistogramValue): Pick<ExplicitHistogram, "buckets"> {
    const boundaries = [...this.#cumulative.bounds];
    const counts = new Array<number>(boundaries.length + 1);
    let below = 0;
    this.#cumulative.forEach(value, (index, count) => {
      counts[index] = count - below;
      below = count;
    });
    counts[boundaries.length] = value.count - below;
    return { buckets: { boundaries, counts } };
  }
}
