/**
 * The series of histograms.
 *
 * In shared memory a histogram is one of generic bins, which are numbered: a thread finds the bin
 * of a value itself, and records its number. So any bounds are possible, and the definitions in
 * shared memory stay as they are.
 *
 * @module
 */
import type { HistogramData } from "../metrics/histogram/histogram_data.ts";
import type { HistogramWriter } from "../metrics/writer_types.ts";
import { BaseSeries } from "./base_series.ts";
import { Core, type CoreOptions, type Format, type SeriesParts } from "./core.ts";
import { BIN_SIZES } from "./memory.ts";
import { mergeLists } from "./merging.ts";
import type { Publication } from "./publication.ts";
import type { Readings } from "./readings.ts";
import type { Part, Parts } from "./storage_index.ts";
import { releaseSums, SharedSum, sumOf } from "./sums.ts";
import { exemplarText, formatValue, sampleHead } from "./text.ts";
import type { Exemplar, Labels, MetricValue } from "./types.ts";

/** What a series has: counts of all bins, the last without a bound; then the sum. */
export type BinsAndSum = readonly number[];

type BinStorage = `bins${typeof BIN_SIZES[number]}`;

/** The bounds of one histogram, and which bin a value is in. */
export class Bounds {
  readonly all: readonly number[];
  /** Where the generic bins are; `undefined` if there are too many. */
  readonly storage: BinStorage | undefined;
  /** For each bound the bin that counts for it: another one's only if it stands there twice. */
  readonly bins: readonly number[];
  readonly #isRising: boolean;
  /** The bounds as doubles; V8 is slow with frozen arrays. */
  readonly #doubles: Float64Array;

  constructor(bounds: readonly number[]) {
    this.all = bounds;
    const size = BIN_SIZES.find((size) => bounds.length <= size);
    this.storage = size === undefined ? undefined : `bins${size}`;
    this.bins = bounds.map((bound, n) => {
      const first = bounds.indexOf(bound);
      return first < 0 ? n : first;
    });
    this.#doubles = Float64Array.from(bounds);
    this.#isRising = bounds.every((bound, n) => n === 0 || bounds[n - 1] < bound);
  }

  /** The number of the first bin whose bound is not below the value. */
  indexOf(value: number): number {
    const bounds = this.#doubles;
    const { length } = bounds;
    if (!this.#isRising || length < 16) {
      for (let n = 0; n < length; n++) if (value <= bounds[n]) return n;
      return length;
    }
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= bounds[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** One series of a histogram in this thread. */
export class HistogramSeries extends BaseSeries {
  sum = 0;
  count = 0;
  /** By bin; the last one is of the values above all bounds. */
  exemplars: (Exemplar | undefined)[] | undefined = undefined;
  readonly #bounds: Bounds;
  readonly counts: Float64Array;
  #bins: HistogramWriter | undefined = undefined;
  #sum: SharedSum | undefined = undefined;

  constructor(labels: Labels, bounds: Bounds) {
    super(labels);
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.all.length + 1);
  }

  get isShared(): boolean {
    return this.#bins !== undefined;
  }

  /** Counts a finite value. */
  observe(value: number): void {
    const bin = this.#bounds.indexOf(value);
    this.sum += value;
    this.count++;
    this.counts[bin]++;
    if (this.#bins === undefined) return;
    try {
      this.#bins.record(bin);
      this.#sum!.add(value);
    } catch (error) {
      this.#repair(value, error);
    }
  }

  restart(): void {
    this.sum = this.count = 0;
    this.counts.fill(0);
    this.exemplars = undefined;
  }

  /** Begins again at 0, and stays where it is. */
  rewind(publication: Publication | undefined): void {
    this.restart();
    if (publication === undefined) return;
    this.release(publication);
    this.publish(publication);
  }

  release(publication: Publication): void {
    if (this.#bounds.storage !== undefined) publication.release(this.#bounds.storage, this.text);
    releaseSums(publication, this.text);
  }

  protected bind(publication: Publication): void {
    const { storage } = this.#bounds;
    if (storage === undefined) return;
    this.#bins = publication.writer(storage, this.text);
    if (this.#bins === undefined) return;
    this.#sum = new SharedSum(publication, this.text, this.sum);
    for (const [bin, count] of this.counts.entries()) if (count > 0) this.#bins.record(bin, count);
  }

  protected unbind(): void {
    this.#bins = undefined;
    this.#sum = undefined;
  }

  #repair(value: number, error: unknown): void {
    if (!this.wasReset(error)) return;
    this.restart();
    const bin = this.#bounds.indexOf(value);
    this.sum = value;
    this.count = this.counts[bin] = 1;
    this.bindAgain();
  }
}

/** The series of a histogram. */
export class HistogramCore extends Core<HistogramSeries, BinsAndSum> {
  readonly bounds: Bounds;
  protected readonly format: Format<BinsAndSum>;

  constructor(options: CoreOptions) {
    super(options);
    this.bounds = new Bounds(options.definition.bounds!);
    this.format = formatOf(this.bounds);
  }

  protected make(labels: Labels): HistogramSeries {
    return new HistogramSeries(labels, this.bounds);
  }

  protected own({ counts, sum }: HistogramSeries): BinsAndSum {
    return [...counts, sum];
  }

  protected parts(key: string, readings: Readings): Parts<HistogramData> {
    const { storage } = this.bounds;
    return storage === undefined ? new Map() : readings.partsOf(storage, key);
  }

  protected mergeParts(
    { key, text, parts, readings }: SeriesParts<HistogramSeries>,
  ): BinsAndSum | undefined {
    const sums = readings.partsOf("sums", key).get(text);
    const lists = (parts as readonly Part<HistogramData>[]).map(({ slot, value }) => {
      const { offset, counts } = value;
      const list: number[] = new Array(this.bounds.all.length + 2).fill(0);
      for (let n = 0; n < counts.length; n++) list[offset + n] = counts[n];
      list[list.length - 1] = sumOf(sums, slot);
      return { slot, value: list };
    });
    return mergeLists(this.merge, lists, readings.slot);
  }

  /** Sets a series to 0 in all threads. */
  zero(labels: Labels): void {
    const series = this.lookUp(labels);
    if (series === undefined) {
      this.get(labels);
      return;
    }
    this.resetOthers(series.text);
    series.rewind(this.publication);
  }

  resetOthers(text?: string): void {
    if (this.bounds.storage === undefined) return;
    this.publication?.resetOthers([this.bounds.storage, "sums"], text);
  }
}

function formatOf({ all: bounds, bins }: Bounds): Format<BinsAndSum> {
  const { length } = bounds;
  /** Calls back with the cumulative count of each bound, then of all. */
  const cumulate = (
    value: BinsAndSum,
    callback: (n: number, count: number) => void,
  ) => {
    let below = 0;
    for (let n = 0; n < length; n++) callback(n, below += value[bins[n]]);
    let count = 0;
    for (let n = 0; n <= length; n++) count += value[n];
    callback(length, count);
    return count;
  };
  return {
    lines(lines, name, { texts, value, own }, rendering): void {
      const { labels } = texts;
      const heads = texts.known(rendering) ?? texts.note(rendering, [
        ...bounds.map((le) => sampleHead(`${name}_bucket`, { le }, rendering, labels)),
        sampleHead(`${name}_bucket`, { le: "+Inf" }, rendering, labels),
        sampleHead(`${name}_sum`, {}, rendering, labels),
        sampleHead(`${name}_count`, {}, rendering, labels),
      ]);
      const exemplars = rendering.isOpenMetrics
        ? (own as HistogramSeries | undefined)?.exemplars
        : undefined;
      const count = cumulate(value, (n, count) => {
        lines.push(heads[n] + count + exemplarText(exemplars?.[n]));
      });
      lines.push(
        heads[length + 1] + formatValue(value[length + 1]),
        heads[length + 2] + count,
      );
    },
    values(values, name, { texts: { labels }, value, own }): void {
      const exemplars = (own as HistogramSeries | undefined)?.exemplars;
      const push = (
        part: string,
        count: number,
        le: Labels,
        exemplar?: Exemplar | null,
      ) => {
        values.push({
          value: count,
          metricName: `${name}_${part}`,
          exemplar,
          labels: { ...le, ...labels } as MetricValue["labels"],
        });
      };
      const count = cumulate(value, (n, count) => {
        push(
          "bucket",
          count,
          { le: n < length ? bounds[n] : "+Inf" },
          exemplars?.[n] ?? null,
        );
      });
      push("sum", value[length + 1], {});
      push("count", count, {});
    },
  };
}
