/**
 * The buckets that a histogram has in Prometheus.
 *
 * @module
 */
import { binsUpTo } from "../metrics/histogram_scale.ts";
import type { HistogramValue } from "../metrics/histogram_value.ts";
import { hasBoundaries, type HistogramBins } from "../schema/histogram.ts";

/** Beyond so many powers of ten a histogram gets one bucket for each. */
const FINE_DECADES = 12;

/** Counts up to each bound, for all series of one histogram. */
export class Buckets {
  /** Upper bounds, without the last one, which is infinite. */
  readonly bounds: readonly number[];
  /** How many bins count up to each bound. */
  readonly #ends: readonly number[];

  constructor(bins: HistogramBins, chosen: readonly number[] | undefined) {
    this.bounds = hasBoundaries(bins) ? bins.boundaries : chosen ?? stepsOf(bins);
    this.#ends = binsUpTo(bins, this.bounds);
  }

  /** Calls back with the cumulative count of each bound in rising order, but for the infinite one. */
  forEach(
    { counts, offset }: HistogramValue,
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

/** The steps 1, 2.5 and 5 of each power of ten in a histogram's range; 1 alone when there are many. */
function stepsOf({ lowest, highest }: { lowest: number; highest: number }): number[] {
  const first = Math.floor(Math.log10(lowest));
  const last = Math.ceil(Math.log10(highest));
  const steps = last - first > FINE_DECADES ? ["1"] : ["1", "2.5", "5"];
  const bounds: number[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    // From text: a product would not be the nearest double, and print all its digits.
    for (const step of steps) bounds.push(Number(`${step}e${exponent}`));
  }
  return bounds.filter((bound) => bound >= lowest && bound <= highest);
}
