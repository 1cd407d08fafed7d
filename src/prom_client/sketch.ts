/**
 * Quantiles of observed values: exact for small samples, else within the relative error of
 * log-linear bins.
 *
 * A quantile is interpolated between the middles of neighbouring groups of equal values, as the
 * t-digest of prom-client does, which keeps up to 200 values apart.
 *
 * @module
 */
import type { HistogramData } from "../metrics/histogram/histogram_data.ts";
import { scaleOf } from "../metrics/histogram/bin_scale.ts";
import { MAGNITUDES, RELATIVE_WIDTH } from "./memory.ts";

/** How many different values are kept. */
const MOST_VALUES = 200;

/** A group of equal or similar values. */
interface Group {
  readonly middle: number;
  readonly count: number;
}

/** The values of one thread, or of several. */
export class Sketch {
  /** How often each value was observed, or values in each bin. */
  #counts = new Map<number, number>();
  #isExact = true;
  #least = Infinity;
  #greatest = -Infinity;
  count = 0;

  /** Adds a finite value. */
  add(value: number, count = 1): void {
    this.count += count;
    if (value < this.#least) this.#least = value;
    if (value > this.#greatest) this.#greatest = value;
    if (!this.#isExact) {
      const middle = middleOf(value);
      this.#counts.set(middle, (this.#counts.get(middle) ?? 0) + count);
      return;
    }
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
    if (this.#counts.size > MOST_VALUES) this.#coarsen();
  }

  /** Adds what shared memory has. `sign` tells which half of the values it is. */
  addShared({ offset, counts, min, max }: HistogramData, sign: 1 | -1): void {
    if (Number.isNaN(min)) return;
    if (this.#isExact) this.#coarsen();
    for (let n = 0; n < counts.length; n++) {
      if (counts[n] === 0) continue;
      const middle = Math.min(Math.max(middleOfBin(offset + n), min), max);
      const at = sign * middle;
      this.#counts.set(at, (this.#counts.get(at) ?? 0) + counts[n]);
      this.count += counts[n];
    }
    this.#least = Math.min(this.#least, sign * min, sign * max);
    this.#greatest = Math.max(this.#greatest, sign * min, sign * max);
  }

  /** Adds another sketch. */
  merge(other: Sketch): void {
    if (!other.#isExact && this.#isExact) this.#coarsen();
    for (const [value, count] of other.#counts) this.add(value, count);
    this.#least = Math.min(this.#least, other.#least);
    this.#greatest = Math.max(this.#greatest, other.#greatest);
  }

  /** Calls back with values and how often they, or similar ones, were observed. */
  forEach(callback: (value: number, count: number) => void): void {
    for (const { middle, count } of this.#groups()) callback(middle, count);
  }

  /** The quantiles; 0 where there is no value. */
  quantiles(qs: readonly number[]): number[] {
    const groups = this.#groups();
    return qs.map((q) => quantileOf(groups, q * this.count) || 0);
  }

  #groups(): Group[] {
    const groups: Group[] = [];
    for (const [value, count] of this.#counts) {
      groups.push({
        middle: Math.min(Math.max(value, this.#least), this.#greatest),
        count,
      });
    }
    return groups.sort((one, other) => one.middle - other.middle);
  }

  #coarsen(): void {
    const exact = this.#counts;
    this.#counts = new Map();
    this.#isExact = false;
    for (const [value, count] of exact) {
      const middle = middleOf(value);
      this.#counts.set(middle, (this.#counts.get(middle) ?? 0) + count);
    }
  }
}

function quantileOf(groups: readonly Group[], rank: number): number {
  let below = 0;
  let before: { middle: number; rank: number } | undefined;
  for (const { middle, count } of groups) {
    const at = below + count / 2;
    if (rank < at) {
      if (before === undefined) return middle;
      return before.middle +
        (rank - before.rank) * (middle - before.middle) / (at - before.rank);
    }
    before = { middle, rank: at };
    if (rank === at) return middle;
    below += count;
  }
  return before?.middle ?? 0;
}

/** The bins in shared memory, which are also the private ones of large samples. */
const SCALE = scaleOf({ ...MAGNITUDES, relativeError: RELATIVE_WIDTH });

function middleOf(value: number): number {
  return value === 0 ? 0 : Math.sign(value) * middleOfBin(SCALE.indexOf(Math.abs(value)));
}

function middleOfBin(bin: number): number {
  return (SCALE.lowerBound(bin) + SCALE.upperBound(bin)) / 2;
}
