/**
 * The data of a histogram: what structured cloning keeps of a `HistogramValue`.
 *
 * @module
 */
import type { HistogramBins } from "../../schema/histogram.ts";

/** One bin: the values above the upper bound of the bin before, up to `upperBound`. */
export interface HistogramBin {
  /** The inclusive upper bound. */
  readonly upperBound: number;
  /** How many values are in the bin. */
  readonly count: number;
}

/** The data of a {@linkcode HistogramValue}: what structured cloning keeps of it. */
export interface HistogramData {
  /** The definition of the bins. */
  readonly scale: HistogramBins;
  /** The number of the bin that `counts` begins with. */
  readonly offset: number;
  /** How many values are in each bin from `offset` on. All bins outside of these are empty. */
  readonly counts: Float64Array;
  /** The sum of all values. */
  readonly sum: number;
  /** The least value; `NaN` if there is none. */
  readonly min: number;
  /** The greatest value; `NaN` if there is none. */
  readonly max: number;
  /** How many values were out of range. They are counted in the first or the last bin. */
  readonly clamped: number;
}
