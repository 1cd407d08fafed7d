/**
 * The upper bounds of a histogram's Prometheus buckets, the values of the label `le`.
 *
 * @module
 */
import { hasBoundaries, type HistogramBins, type LogLinearBins } from "../schema/histogram.ts";

/** A histogram that spans more powers of ten than this gets one bound for each power. */
const MAX_FINE_DECADES = 12;

/** The histogram's own boundaries; for a log-linear one the chosen bounds, or else defaults. */
export function boundsOf(
  bins: HistogramBins,
  chosen: readonly number[] | undefined,
): readonly number[] {
  return hasBoundaries(bins) ? bins.boundaries : chosen ?? defaultBounds(bins);
}

/** The multiples 1, 2.5 and 5 of each power of ten in range; over a wide range, only 1. */
function defaultBounds({ lowest, highest }: LogLinearBins): number[] {
  const first = Math.floor(Math.log10(lowest));
  const last = Math.ceil(Math.log10(highest));
  const factors = last - first > MAX_FINE_DECADES ? ["1"] : ["1", "2.5", "5"];
  const bounds: number[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    // Parsed from text: a product may not be the nearest double, and would print all its digits.
    for (const factor of factors) bounds.push(Number(`${factor}e${exponent}`));
  }
  return bounds.filter((bound) => bound >= lowest && bound <= highest);
}
