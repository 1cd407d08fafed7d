/**
 * The series of one metric from sample to sample: what each grew by, how fast it grows, and its
 * last 60 intervals.
 *
 * @module
 */
import type { MetricDefinition } from "../schema/definitions.ts";
import type { MetricSnapshot } from "../snapshots/snapshot_data.ts";
import type { Column } from "./shared/protocol.ts";

/** How many intervals of each series are kept. */
export const SERIES_POINTS = 60;
/** Series with a greater id have no history: 12 MB are enough. */
const MOST_WITH_POINTS = 50_000;
/** A rate is the mean of about so many intervals. */
export const SMOOTHING = 10;

/** One series of a snapshot, of whatever kind. */
export type Row = MetricSnapshot["series"][number];

/** What of a series is sent: its columns, in the order of the schema. */
export function columnsOf(definition: MetricDefinition): Column[] {
  switch (definition.kind) {
    case "counter":
      return [{ name: "value", mode: "sum" }];
    case "gauge":
      return [{ name: "value", mode: "value" }];
    case "histogram":
      return [{ name: "count", mode: "sum" }, { name: "p99", mode: "value" }];
    case "record":
      return Object.entries(definition.fields).map(([name, { op }]) => ({
        name,
        op,
        mode: op === "sum" ? "sum" : "value",
      }));
  }
}

/** What is read of a histogram, without its class. */
interface Quantiles {
  readonly count: number;
  quantile(q: number): number;
}

/** The value of one column. */
export function valueOf(
  { kind }: Pick<MetricDefinition, "kind">,
  value: unknown,
  { name }: Column,
): number | bigint {
  if (kind === "record") return (value as Record<string, number | bigint>)[name];
  if (kind !== "histogram") return value as number;
  const histogram = value as Quantiles;
  return name === "count" ? histogram.count : histogram.quantile(0.99);
}

/** How much a sum grew: exact beyond 2^53, and a difference of 64 bits is a signed one. */
export function growthOf(now: number | bigint, before: number | bigint): number {
  return typeof now === "bigint"
    ? Number(BigInt.asIntN(64, now - BigInt(before)))
    : now - Number(before);
}

/** Remembers the series of one metric. Memory: some 300 bytes for each id that ever was. */
export class SeriesHistory {
  readonly columns: readonly Column[];
  readonly #definition: MetricDefinition;
  /** The series of the last sample. */
  rows: readonly Row[] = [];
  /** By id: the epoch that was seen last; 0 before any. */
  epochs = new Int32Array(0);
  /** By id: the sample in which it was seen last. */
  seen = new Int32Array(0);
  /** By id: in how many samples its rate was seen. */
  #ages = new Uint8Array(0);
  /** By column and id: the value of the last sample. */
  readonly #values: (number | bigint)[][];
  /**
   * By column and id: the increment of a sum, the new value of another; `NaN` where that did not
   * change.
   */
  readonly #steps: Float64Array[];
  /** By column and id: rates of sums per second, smoothed. */
  readonly #rates: Float64Array[];
  #points = new Float32Array(0);

  constructor(definition: MetricDefinition) {
    this.#definition = definition;
    this.columns = columnsOf(definition);
    this.#values = this.columns.map(() => []);
    this.#steps = this.columns.map(() => new Float64Array(0));
    this.#rates = this.columns.map(() => new Float64Array(0));
  }

  /**
   * Takes the series of sample `n`.
   *
   * @param seconds The time since the sample before; `NaN` when nothing is known of what came
   * between.
   * @returns How much all series together grew, for each column that is a sum; and whether all of
   * them began anew.
   */
  update(
    rows: readonly Row[],
    n: number,
    seconds: number,
  ): { growth: number[]; isCleared: boolean } {
    this.rows = rows;
    const growth = this.columns.map(() => 0);
    let cleared = 0;
    for (const row of rows) {
      const { id, epoch } = row;
      if (id >= this.epochs.length) this.#grow(id + 1);
      const known = this.epochs[id];
      const isNew = known !== epoch;
      if (isNew && known !== 0 && this.seen[id] !== 0) cleared++;
      if (isNew) this.#forget(id);
      this.epochs[id] = epoch;
      this.seen[id] = n;
      this.#take(row, isNew, seconds, growth);
      this.#note(id, n, isNew);
    }
    return { growth, isCleared: rows.length > 0 && cleared === rows.length };
  }

  /** Whether a series was there in sample `n`, in the same life. */
  isAlive(id: number, epoch: number, n: number): boolean {
    return this.seen[id] === n && this.epochs[id] === epoch;
  }

  /** What changed in the last sample; `undefined` if nothing did. */
  step(column: number, id: number): number | undefined {
    const step = this.#steps[column][id];
    if (this.columns[column].mode === "sum") return step === 0 ? undefined : step;
    return Number.isNaN(step) ? undefined : step;
  }

  /** The value of a column. */
  value(column: number, id: number): number | bigint {
    return this.#values[column][id];
  }

  /** The rate of a sum per second; `NaN` before two samples. */
  rate(column: number, id: number): number {
    return this.#rates[column][id];
  }

  /**
   * What a series is sorted by unless something else is asked for: the rate of its first sum, else
   * its first value.
   */
  weight(id: number): number {
    const sum = this.columns.findIndex(({ mode }) => mode === "sum");
    return sum < 0 ? Number(this.#values[0][id]) : this.#rates[sum][id] || 0;
  }

  /** The last intervals of the first column: increments per second or values, oldest first. */
  points(id: number, n: number): number[] {
    if (id >= this.seen.length || id >= MOST_WITH_POINTS) return [];
    return Array.from({ length: SERIES_POINTS }, (_, i) => {
      const at = n - SERIES_POINTS + 1 + i;
      return at < 0 ? NaN : this.#points[id * SERIES_POINTS + at % SERIES_POINTS];
    });
  }

  #take(row: Row, isNew: boolean, seconds: number, growth: number[]): void {
    const { id } = row;
    const { kind } = this.#definition;
    this.columns.forEach((column, c) => {
      const before = this.#values[c][id];
      // A quantile is worth its time only where there are new values.
      if (kind === "histogram" && c === 1 && this.#steps[0][id] === 0 && !isNew) {
        this.#steps[c][id] = NaN;
        return;
      }
      const now = valueOf(this.#definition, row.value, column);
      this.#values[c][id] = now;
      if (column.mode === "value") {
        this.#steps[c][id] = !isNew && Object.is(now, before) ? NaN : Number(now);
        return;
      }
      const step = isNew ? Number(now) : growthOf(now, before);
      this.#steps[c][id] = step;
      growth[c] += step;
      const rate = step / seconds;
      if (Number.isNaN(rate)) return;
      const age = this.#ages[id];
      const old = this.#rates[c][id];
      this.#rates[c][id] = age === 0 ? rate : old + (rate - old) / Math.min(age + 1, SMOOTHING);
    });
    if (!Number.isNaN(seconds) && this.#ages[id] < SMOOTHING) this.#ages[id]++;
    this.#latest = this.columns[0].mode === "sum"
      ? this.#steps[0][id] / seconds
      : Number(this.#values[0][id]);
  }

  /** The last interval of the series that was taken last. */
  #latest = NaN;

  #note(id: number, n: number, isNew: boolean): void {
    if (id >= MOST_WITH_POINTS) return;
    const start = id * SERIES_POINTS;
    if (isNew) this.#points.fill(NaN, start, start + SERIES_POINTS);
    this.#points[start + n % SERIES_POINTS] = this.#latest;
  }

  /** Intervals without a sample: what stands there is of another time. */
  skip(from: number, to: number): void {
    if (to - from >= SERIES_POINTS) {
      this.#points.fill(NaN);
      return;
    }
    for (let n = from; n < to; n++) {
      for (let at = n % SERIES_POINTS; at < this.#points.length; at += SERIES_POINTS) {
        this.#points[at] = NaN;
      }
    }
  }

  #forget(id: number): void {
    this.#ages[id] = 0;
    this.columns.forEach((_, c) => {
      this.#rates[c][id] = NaN;
      this.#steps[c][id] = 0;
    });
  }

  #grow(least: number): void {
    const size = Math.max(64, 2 ** Math.ceil(Math.log2(least)));
    this.epochs = copied(this.epochs, new Int32Array(size));
    this.seen = copied(this.seen, new Int32Array(size));
    this.#ages = copied(this.#ages, new Uint8Array(size));
    this.columns.forEach((_, c) => {
      this.#steps[c] = copied(this.#steps[c], new Float64Array(size));
      this.#rates[c] = copied(this.#rates[c], new Float64Array(size).fill(NaN));
    });
    const points = Math.min(size, MOST_WITH_POINTS) * SERIES_POINTS;
    if (points > this.#points.length) {
      this.#points = copied(this.#points, new Float32Array(points).fill(NaN));
    }
  }
}

/** A larger list that begins with what another one has. */
function copied<List extends { set(from: ArrayLike<number>): void }>(
  from: ArrayLike<number>,
  larger: List,
): List {
  larger.set(from);
  return larger;
}
