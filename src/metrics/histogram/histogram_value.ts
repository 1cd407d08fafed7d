/**
 * What a read of a histogram gives.
 *
 * @module
 */
import { isArray, lookAt } from "../../base/shapes.ts";
import { cannot, got } from "../../base/errors.ts";
import { inspectable, toJson } from "../../base/inspectable.ts";
import { saturate } from "../../base/saturate.ts";
import { hasBoundaries, type HistogramBins } from "../../schema/histogram.ts";
import { CumulativeCounts } from "./cumulative_counts.ts";
import { type BinScale, scaleOf } from "./bin_scale.ts";

/** One bin: the values above the bin before, up to `upperBound`. */
export interface HistogramBin {
  /** Inclusive upper bound. */
  readonly upperBound: number;
  /** How many values. */
  readonly count: number;
}

/** The data of a {@linkcode HistogramValue}: what structured cloning keeps of it. */
export interface HistogramData {
  /** The bins' definition. */
  readonly scale: HistogramBins;
  /** Number of the first bin in `counts`. */
  readonly offset: number;
  /** How many values are in each bin from `offset` on; the bins beside are empty. */
  readonly counts: Float64Array;
  /** Sum of all values. */
  readonly sum: number;
  /** The least value, `NaN` when there is none. */
  readonly min: number;
  /** The greatest value, `NaN` when there is none. */
  readonly max: number;
  /** How many values were out of range, and count in the end bins. */
  readonly clamped: number;
}

/**
 * The values that a histogram has recorded, by bin. A plain value: it does not change. `sum`, `min` and `max` may be ahead of or behind
 * `count` by the updates in flight when it was read.
 *
 * @example Two quantiles, and what both threads' values are together
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
 *
 * const stats = ThreadStats.create(defineSchema({ size: histogram({ boundaries: [10, 20] }) }));
 * stats.registerThread("a").metrics.size.record(10, 2);
 * stats.registerThread("b").metrics.size.record(20, 2);
 * const value = stats.metrics.size.read();
 * assertEquals([value.count, value.sum, value.min, value.max, value.mean], [4, 60, 10, 20, 15]);
 * assertEquals([value.quantile(0), value.quantile(1)], [10, 20]);
 * assertEquals(value.bins, [
 *   { upperBound: 10, count: 2 },
 *   { upperBound: 20, count: 2 },
 *   { upperBound: Infinity, count: 0 },
 * ]);
 * ```
 */
export class HistogramValue implements HistogramData {
  /** The bins' definition. */
  readonly scale: HistogramBins;
  /** Number of the first bin in `counts`. */
  readonly offset: number;
  /** How many values are in each bin from `offset` on; the bins beside are empty. */
  readonly counts: Float64Array;
  /** How many values: the sum of the bins, always. */
  readonly count: number;
  /** Sum of all values. */
  readonly sum: number;
  /** The least value, `NaN` when there is none. */
  readonly min: number;
  /** The greatest value, `NaN` when there is none. */
  readonly max: number;
  /** How many values were out of range, and count in the end bins. */
  readonly clamped: number;

  static {
    inspectable<HistogramValue>(this.prototype, { type: "HistogramValue", facts: briefOf });
  }

  /**
   * From the data of another, for instance one that came by a message.
   *
   * @param data The data.
   * @throws {TypeError} When it is none.
   */
  constructor(data: HistogramData) {
    if (lookAt(() => typeof data.counts.length) !== "number") {
      throw new TypeError(cannot("make a HistogramValue", "it needs the data of one", data));
    }
    this.scale = data.scale;
    this.offset = data.offset;
    this.counts = data.counts;
    let count = 0;
    for (let n = 0; n < data.counts.length; n++) count += data.counts[n];
    this.count = count;
    this.sum = data.sum;
    this.min = data.min;
    this.max = data.max;
    this.clamped = data.clamped;
    Object.freeze(this);
  }

  /** `sum / count`, `NaN` when there is no value. */
  get mean(): number {
    return this.sum / this.count;
  }

  /**
   * The bins in rising order: the non-empty ones of a log-linear histogram, all of one with boundaries.
   *
   * @returns Upper bound and count of each.
   */
  get bins(): HistogramBin[] {
    const scale = scaleOf(this.scale);
    const all = hasBoundaries(this.scale);
    const bins: HistogramBin[] = [];
    for (let index = 0; index < scale.size; index++) {
      const count = this.counts[index - this.offset] ?? 0;
      if (all || count > 0) bins.push({ upperBound: scale.upperBound(index), count });
    }
    return bins;
  }

  /**
   * The value below or at which a part `q` of all values lies: within the stated relative error of the exact one for a
   * log-linear histogram; by linear interpolation inside the bin.
   *
   * @param q From 0 to 1.
   * @returns The quantile, `NaN` when there is no value.
   * @throws {TypeError} When `q` is no number.
   * @throws {RangeError} When it is not from 0 to 1.
   */
  quantile(q: number): number {
    assertQuantile(q);
    if (this.count === 0) return NaN;
    if (q === 0) return this.min;
    if (q === 1) return this.max;
    const scale = scaleOf(this.scale);
    const rank = q * this.count;
    let below = 0;
    for (let n = 0; n < this.counts.length; n++) {
      const count = this.counts[n];
      if (below + count >= rank) {
        return this.#within(scale, this.offset + n, (rank - below) / count);
      }
      below += count;
    }
    return this.max;
  }

  /**
   * All values of both.
   *
   * @param other Of the same histogram, or of one with the same bins.
   * @returns A new value.
   * @throws {TypeError} When the bins are others.
   */
  merge(other: HistogramValue): HistogramValue {
    this.#assertSameBins(other);
    return this.#combine(other, 1, {
      min: least(this.min, other.min),
      max: greatest(this.max, other.max),
    });
  }

  /**
   * The values that came after an earlier read. Its `min` and `max` are the bounds of its outermost bins, no tighter than those
   * of all values.
   *
   * @param earlier An earlier read of the same histogram, with no `clear` in between.
   * @returns A new value.
   * @throws {TypeError} When the bins are others.
   */
  since(earlier: HistogramValue): HistogramValue {
    this.#assertSameBins(earlier);
    const difference = this.#combine(earlier, -1, { min: this.min, max: this.max });
    const scale = scaleOf(this.scale);
    const first = difference.counts.findIndex((count) => count > 0);
    // The sum as it is: that of an update in flight comes before its bin, and must be in one difference.
    if (first < 0) return new HistogramValue({ ...difference, min: NaN, max: NaN });
    const last = difference.counts.findLastIndex((count) => count > 0);
    const { offset, clamped } = difference;
    // Beyond the end bins lies what was clamped.
    const lower = clamped > 0 && first + offset === 0 ? 0 : scale.lowerBound(first + offset);
    const upper = clamped > 0 && last + offset === scale.size - 1
      ? Infinity
      : scale.upperBound(last + offset);
    return new HistogramValue({
      ...difference,
      min: Math.max(this.min, lower),
      max: Math.min(this.max, upper),
    });
  }

  /**
   * Counts up to each of the given boundaries, as Prometheus wants them. A bin counts as a whole at the first boundary
   * that is not below its middle.
   *
   * @param boundaries Finite, in rising order.
   * @returns Cumulative counts; the last is that of all values, at `Infinity`.
   * @throws {TypeError} When they are no array of numbers.
   * @throws {RangeError} When they are not finite or not rising.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ took: histogram({ lowest: 0.001, highest: 10 }) }));
   * const { took } = stats.registerThread("main").metrics;
   * for (const seconds of [0.2, 0.3, 4]) took.record(seconds);
   * assertEquals(stats.metrics.took.read().cumulative([0.25, 1]), [
   *   { upperBound: 0.25, count: 1 },
   *   { upperBound: 1, count: 2 },
   *   { upperBound: Infinity, count: 3 },
   * ]);
   * ```
   */
  cumulative(boundaries: readonly number[]): HistogramBin[] {
    assertBoundaries(boundaries);
    const result: HistogramBin[] = [];
    new CumulativeCounts(this.scale, boundaries).forEach(this, (index, count) => {
      result.push({ upperBound: boundaries[index], count });
    });
    return [...result, { upperBound: Infinity, count: this.count }];
  }

  /**
   * The value as JSON has it: the bins by their bounds, and `"NaN"` and `"Infinity"` as texts,
   * which JSON has no numbers for.
   *
   * @returns `count`, `sum`, `min`, `max`, `clamped`, `scale` and `bins`.
   */
  toJSON(): Record<string, unknown> {
    const { count, sum, min, max, clamped, scale, bins } = this;
    return toJson({ count, sum, min, max, clamped, scale, bins }) as Record<string, unknown>;
  }

  /**
   * A point inside a bin. The exact one lies between the bin's bounds and between least and greatest; that of a clamped value
   * perhaps only between the latter.
   */
  #within(scale: BinScale, index: number, part: number): number {
    const lower = Math.max(scale.lowerBound(index), this.min);
    const upper = Math.min(scale.upperBound(index), this.max);
    return upper > lower ? lower + (upper - lower) * part : Math.max(upper, this.min);
  }

  #assertSameBins(other: HistogramValue): void {
    const action = "combine histograms";
    const isValue = typeof other === "object" && other !== null &&
      typeof other.scale === "object" && other.scale !== null &&
      typeof other.counts?.length === "number";
    if (!isValue) {
      throw new TypeError(cannot(action, "the other one must be a HistogramValue", other));
    }
    if (!haveSameBins(this.scale, other.scale)) {
      throw new TypeError(cannot(action, "they must have the same bins", got("others")));
    }
  }

  #combine(
    other: HistogramValue,
    sign: 1 | -1,
    bounds: { min: number; max: number },
  ): HistogramValue {
    const offset = Math.min(this.offset, other.offset);
    const end = Math.max(this.offset + this.counts.length, other.offset + other.counts.length);
    const counts = new Float64Array(Math.max(0, end - offset));
    for (let n = 0; n < this.counts.length; n++) counts[this.offset - offset + n] = this.counts[n];
    for (let n = 0; n < other.counts.length; n++) {
      const at = other.offset - offset + n;
      counts[at] = Math.max(0, counts[at] + sign * other.counts[n]);
    }
    return new HistogramValue({
      scale: this.scale,
      offset,
      counts,
      sum: Math.max(0, saturate(this.sum + sign * other.sum)),
      ...bounds,
      clamped: Math.max(0, this.clamped + sign * other.clamped),
    });
  }
}

/** The value in few words. */
export function briefOf({ count, sum, min, max, mean }: HistogramValue): Record<string, number> {
  return { count, sum, min, max, mean };
}

/**
 * Throws unless `q` can name a quantile.
 *
 * @throws {TypeError} When it is no number.
 * @throws {RangeError} When it is not from 0 to 1.
 */
export function assertQuantile(q: unknown): asserts q is number {
  if (typeof q !== "number") {
    throw new TypeError(cannot("tell a quantile", "it must be a number", q));
  }
  if (!(q >= 0 && q <= 1)) {
    throw new RangeError(cannot("tell a quantile", "it must be from 0 to 1", q));
  }
}

function haveSameBins(one: HistogramBins, other: HistogramBins): boolean {
  if (!hasBoundaries(one)) {
    return !hasBoundaries(other) && one.lowest === other.lowest && one.highest === other.highest &&
      one.relativeError === other.relativeError;
  }
  const { boundaries } = one;
  return hasBoundaries(other) && boundaries.length === other.boundaries?.length &&
    boundaries.every((bound, n) => bound === other.boundaries[n]);
}

function assertBoundaries(boundaries: unknown): asserts boundaries is readonly number[] {
  const action = "tell cumulative counts";
  if (!isArray(boundaries) || boundaries.some((bound) => typeof bound !== "number")) {
    throw new TypeError(cannot(action, "the boundaries must be an array of numbers", boundaries));
  }
  if (!boundaries.every((bound, n) => Number.isFinite(bound) && !(bound <= boundaries[n - 1]))) {
    throw new RangeError(cannot(action, "the boundaries must be finite and rising", boundaries));
  }
}

function least(a: number, b: number): number {
  return Number.isNaN(a) || b < a ? b : a;
}

function greatest(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}
