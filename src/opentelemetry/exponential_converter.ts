/**
 * Converts log-linear histograms to OpenTelemetry's exponential histograms.
 *
 * A log-linear histogram divides each power of two into `2^digits` bins of equal width. An
 * exponential histogram of scale `s` divides it into `2^s` buckets of equal ratio. All values of a
 * bin go to the bucket that contains the middle of the bin, so no value is lost or counted twice.
 *
 * At scale `digits`, a value is at most half a bin from the middle of its bin, which is
 * `2^-digits / 2` of the value; the estimate for the bucket is at most `0.35 * 2^-digits` from that
 * middle. Together, this is less than the `relativeError` of the definition. Data that would need
 * more than the maximum number of buckets gets a lower scale; each scale merges pairs of adjacent
 * buckets of the next higher one.
 *
 * @module
 */
import { LogLinearScale } from "../metrics/histogram/bin_scale.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { LogLinearBins } from "../schema/histogram.ts";
import type { ExponentialHistogram } from "./sdk.ts";

/** The part of an exponential histogram that comes from the bins. */
export type ExponentialCounts = Pick<
  ExponentialHistogram,
  "scale" | "zeroCount" | "positive" | "negative"
>;

/** Converts the values of one log-linear histogram to exponential buckets. */
export class ExponentialConverter {
  readonly #maxSize: number;
  /** The highest scale, which is the finest one. */
  readonly #maxScale: number;
  /** The bucket of each bin at the highest scale, in ascending order. */
  readonly #indexes: Int32Array;

  constructor({ lowest, highest, relativeError }: Required<LogLinearBins>, maxSize: number) {
    this.#maxSize = maxSize;
    this.#maxScale = Math.ceil(-Math.log2(relativeError)) + 0;
    const bins = new LogLinearScale(lowest, highest, relativeError);
    const bucketsPerOctave = 2 ** this.#maxScale;
    this.#indexes = Int32Array.from({ length: bins.size }, (_, bin) => {
      // The upper bound of the bin with the greatest double is infinite.
      const upper = Math.min(bins.upperBound(bin), Number.MAX_VALUE);
      const middle = bins.lowerBound(bin) / 2 + upper / 2;
      // Upper bounds of buckets are inclusive.
      return Math.ceil(Math.log2(middle) * bucketsPerOctave) - 1;
    });
  }

  /** The counts of a value, in the buckets from its lowest to its highest non-empty one. */
  convert({ offset, counts }: HistogramValue): ExponentialCounts {
    const first = counts.findIndex((count) => count > 0);
    const negative = { offset: 0, bucketCounts: [] };
    if (first < 0) {
      const positive = { offset: 0, bucketCounts: [] };
      return { scale: this.#maxScale, zeroCount: 0, positive, negative };
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
      scale: this.#maxScale - shift,
      // By definition, values below `lowest` count as `lowest`, zero included.
      zeroCount: 0,
      positive: { offset: start, bucketCounts },
      negative,
    };
  }
}
