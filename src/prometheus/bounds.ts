/**
 * The upper bounds of the buckets that a histogram has in Prometheus.
 *
 * @module
 */
import { hasBoundaries, type HistogramBins, type LogLinearBins } from "../schema/histogram.ts";

/** Beyond so many powers of ten a histogram gets one bucket for each. */
const FINE_DECADES = 12;

/** A histogram's own bounds; of a log-linear one those that were chosen, or else steps. */
export function boundsOf(
  bins: HistogramBins,
  chosen: readonly number[] | undefined,
): readonly number[] {
  return hasBoundaries(bins) ? bins.boundaries : chosen ?? stepsOf(bins);
}

/** The steps 1, 2.5 and 5 of each power of ten in a histogram's range; 1 alone when there are many. */
function stepsOf({ lowest, highest }: LogLinearBins): number[] {
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
