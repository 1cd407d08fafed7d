/**
 * Log-linear histograms as exponential ones.
 *
 * A log-linear histogram cuts each power of two into `2^digits` equal parts, an exponential one of scale `s` into `2^s` parts of equal ratio. Each
 * bin goes as a whole to the bucket in which its middle lies: so no value is lost or counted twice. At scale `digits` a value is
 * at most half a bin, `2^-digits / 2` of it, away from its bucket, and what is taken for the bucket at most `0.35 * 2^-digits` away from
 * that: together less than the `relativeError` of the definition. Data that needs more buckets than allowed gets a lower scale; from one scale to the
 * next two adjacent buckets become one.
 *
 * @module
 */
import { LogLinearScale } from "../metrics/histogram/bin_scale.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { LogLinearBins } from "../schema/histogram.ts";
import type { ExponentialHistogram } from "./sdk.ts";

/** What is made of the bins. */
export type ExponentialCounts = Pick<
  ExponentialHistogram,
  "scale" | "zeroCount" | "positive" | "negative"
>;

/** Turns the values of one histogram into exponential ones. */
export class ExponentialScale {
  readonly #maxSize: number;
  /** The finest scale. */
  readonly #digits: number;
  /** The bucket of each bin at that scale: rising. */
  readonly #indexes: Int32Array;

  constructor({ lowest, highest, relativeError }: Required<LogLinearBins>, maxSize: number) {
    this.#maxSize = maxSize;
    this.#digits = Math.ceil(-Math.log2(relativeError)) + 0;
    const bins = new LogLinearScale(lowest, highest, relativeError);
    const perOctave = 2 ** this.#digits;
    this.#indexes = Int32Array.from({ length: bins.size }, (_, bin) => {
      // The bin of the greatest number ends beyond it.
      const upper = Math.min(bins.upperBound(bin), Number.MAX_VALUE);
      const middle = bins.lowerBound(bin) / 2 + upper / 2;
      // Upper bounds are inclusive.
      return Math.ceil(Math.log2(middle) * perOctave) - 1;
    });
  }

  /** The counts of a value, in as many buckets as there are between its outermost ones. */
  convert({ offset, counts }: HistogramValue): ExponentialCounts {
    const first = counts.findIndex((count) => count > 0);
    const negative = { offset: 0, bucketCounts: [] };
    if (first < 0) {
      const positive = { offset: 0, bucketCounts: [] };
      return { scale: this.#digits, zeroCount: 0, positive, negative };
    }
    const last = counts.findLastIndex((count) => count > 0);
    const [low, high] = [this.#indexes[offset + first], this.#indexes[offset + last]];
    let shift = 0;
    while ((high >> shift) - (low >> shift) >= this.#maxSize) shift++;
    const start = low >> shift;
    const bucketCounts = new Array<number>((high >> shift) - start + 1).fill(0);
    for (let n = first; n <= last; n++) {
      bucketCounts[(this.#indexes[offset + n] >> shift) - start] += counts[n];
    }
    return {
      scale: this.#digits - shift,
      // A value below `lowest`, zero too, counts as `lowest`: this is what the definition says.
      zeroCount: 0,
      positive: { offset: start, bucketCounts },
      negative,
    };
  }
}
