/**
 * The series of summaries.
 *
 * Every slice of a window has buckets of its own in shared memory, which its owner destroys when
 * the slice is over. Clocks of two threads cannot be compared. So a reader counts the slices of
 * other threads that it finds, and if one is still there for as long as a window lasts, then its
 * thread has ended or is idle, and the reader destroys it.
 *
 * @module
 */
import { steady } from "../base/clock.ts";
import type { HistogramData } from "../metrics/histogram/histogram_data.ts";
import type { CounterWriter, HistogramWriter } from "../metrics/writer_types.ts";
import { BaseSeries } from "./base_series.ts";
import { Core, type CoreOptions, type Entry, type Format, type SeriesParts } from "./core.ts";
import { warnOnce } from "./memory.ts";
import { mergeNumbers } from "./merging.ts";
import { type Definition, destroyBucket, type Publication } from "./publication.ts";
import type { Readings } from "./readings.ts";
import type { Part, Parts } from "./storage_index.ts";
import { Sketch } from "./sketch.ts";
import { lifetimeOf, type Slice, SlidingWindow, type WindowOptions } from "./sliding_window.ts";
import { countOf, countWriter, releaseSums, SharedSum, sumOf } from "./sums.ts";
import { formatValue, sampleHead } from "./text.ts";
import type { Labels, MetricValue } from "./types.ts";

/** What a series has. */
export interface SummaryValue {
  readonly quantiles: readonly number[];
  readonly sum: number;
  readonly count: number;
  /** Whether no value is in the window. */
  readonly isEmpty: boolean;
}

/** One series of a summary in this thread. */
export class SummarySeries extends BaseSeries {
  sum = 0;
  count = 0;
  readonly #options: WindowOptions;
  #window: SlidingWindow;
  #publication: Publication | undefined = undefined;
  #sum: SharedSum | undefined = undefined;
  #count: CounterWriter | undefined = undefined;
  readonly #writers = new Map<string, HistogramWriter | undefined>();
  readonly #release = (slice: Slice): void => this.#releaseSlice(slice);

  constructor(labels: Labels, options: WindowOptions) {
    super(labels);
    this.#options = options;
    this.#window = new SlidingWindow(options);
  }

  get isShared(): boolean {
    return this.#count !== undefined;
  }

  /** Adds a finite value. */
  observe(value: number): void {
    this.#window.advance(this.#release);
    const slice = this.#window.current();
    this.sum += value;
    this.count++;
    slice.sketch.add(value);
    if (this.#count === undefined) return;
    try {
      this.#count.add(1);
      this.#sum!.add(value);
    } catch (error) {
      if (!this.wasReset(error)) return;
      this.restart();
      this.sum = value;
      this.count = 1;
      this.#window.current().sketch.add(value);
      this.bindAgain();
      return;
    }
    this.#record(slice, value, 1);
  }

  /** The values in the window. */
  sketch(): Sketch {
    this.#window.advance(this.#release);
    const { slices } = this.#window;
    if (slices.length === 1) return slices[0].sketch;
    const all = new Sketch();
    for (const slice of slices) all.merge(slice.sketch);
    return all;
  }

  restart(): void {
    this.sum = this.count = 0;
    for (const slice of this.#window.slices) this.#releaseSlice(slice);
    this.#window = new SlidingWindow(this.#options);
  }

  release(publication: Publication): void {
    for (const { name } of this.#window.slices) {
      for (const sign of SIGNS) {
        publication.release("values", this.text, sign + name);
      }
    }
    this.#writers.clear();
    releaseSums(publication, this.text);
  }

  protected bind(publication: Publication): void {
    this.#publication = publication;
    this.#count = countWriter(publication, this.text);
    if (this.#count === undefined) return;
    this.#sum = new SharedSum(publication, this.text, this.sum);
    if (this.count > 0) this.#count.add(this.count);
    for (const slice of this.#window.slices) {
      slice.sketch.forEach((value, count) => this.#record(slice, value, count));
    }
  }

  protected unbind(): void {
    this.#publication = undefined;
    this.#count = undefined;
    this.#sum = undefined;
    this.#writers.clear();
  }

  #record({ name }: Slice, value: number, count: number): void {
    const part = (value < 0 ? "-" : "+") + name;
    const bind = () => {
      const writer = this.#publication?.writer("values", this.text, part);
      this.#writers.set(part, writer);
      return writer;
    };
    const writer = this.#writers.get(part) ?? bind();
    try {
      writer?.record(Math.abs(value), count);
    } catch {
      // A reader has taken this thread for idle and destroyed the slice, or the memory is full.
      try {
        bind()?.record(Math.abs(value), count);
      } catch (error) {
        warnOnce(error);
      }
    }
  }

  #releaseSlice({ name }: Slice): void {
    for (const sign of SIGNS) {
      this.#writers.delete(sign + name);
      this.#publication?.release("values", this.text, sign + name);
    }
  }
}

const SIGNS = ["+", "-"] as const;

/** The series of a summary. */
export class SummaryCore extends Core<SummarySeries, SummaryValue> {
  readonly #options: Definition;
  readonly #percentiles: readonly number[];
  protected readonly format: Format<SummaryValue>;
  /** When this thread first found slices of other threads. */
  #seen: Map<string, number> = new Map();
  #seenBefore: ReadonlyMap<string, number> = this.#seen;

  constructor(options: CoreOptions) {
    super(options);
    this.#options = options.definition;
    this.#percentiles = options.definition.percentiles!;
    this.format = formatOf(this.#percentiles);
  }

  /** Empties all series in all threads. */
  restart(): void {
    this.resetOthers();
    for (const series of this.live) {
      series.restart();
      if (this.publication === undefined) continue;
      series.release(this.publication);
      series.publish(this.publication);
    }
  }

  override entries(readings: Readings | undefined): Entry<SummaryValue>[] {
    const entries = super.entries(readings);
    if (!this.#options.pruneAgedBuckets) return entries;
    return entries.filter(({ value, own }) => {
      if (value.isEmpty && own !== undefined) this.drop(own as SummarySeries);
      return !value.isEmpty;
    });
  }

  protected make(labels: Labels): SummarySeries {
    return new SummarySeries(labels, this.#options);
  }

  protected own(series: SummarySeries): SummaryValue {
    return this.#valueOf(series.sketch(), series.sum, series.count);
  }

  protected parts(key: string, readings: Readings): Parts<number> {
    this.#seenBefore = this.#seen;
    this.#seen = new Map();
    return readings.partsOf("sums", key);
  }

  protected mergeParts(
    { key, text, parts, own, readings }: SeriesParts<SummarySeries>,
  ): SummaryValue | undefined {
    const { merge } = this;
    const slots = [...new Set(parts.map(({ slot }) => slot))];
    const total = (of: typeof sumOf) =>
      mergeNumbers(merge, slots.map((slot) => ({ slot, value: of(parts, slot) })), readings.slot);
    const sum = total(sumOf);
    const count = total(countOf);
    if (sum === undefined || count === undefined) return undefined;
    const sketch = new Sketch();
    // What this thread knows is exact for small samples, unless its slot has an earlier part.
    const isMine = own !== undefined && own.count === countOf(parts, readings.slot);
    if (isMine) sketch.merge(own.sketch());
    for (const slice of readings.partsOf("values", key).get(text) ?? []) {
      const isOwnSlot = slice.slot === readings.slot;
      if (isMine && isOwnSlot) continue;
      if ((merge === "omit" || merge === "own") && !isOwnSlot) continue;
      if (!this.#isFresh(key, text, slice)) continue;
      sketch.addShared(slice.value, slice.part?.startsWith("-") ? -1 : 1);
    }
    return this.#valueOf(sketch, sum, count);
  }

  /** Whether a slice still counts. Destroys one that does not. */
  #isFresh(key: string, text: string, { slot, part = "" }: Part<HistogramData>): boolean {
    const lifetime = lifetimeOf(this.#options);
    if (lifetime === Infinity) return true;
    const name = `${slot} ${part} ${text}`;
    const first = this.#seenBefore.get(name) ?? steady();
    this.#seen.set(name, first);
    if (steady() - first <= lifetime) return true;
    destroyBucket("values", { metric: key, series: text, slot: String(slot), part });
    return false;
  }

  #valueOf(sketch: Sketch, sum: number, count: number): SummaryValue {
    return {
      quantiles: sketch.quantiles(this.#percentiles),
      sum,
      count,
      isEmpty: sketch.count === 0,
    };
  }

  resetOthers(text?: string): void {
    this.publication?.resetOthers(["values", "sums"], text);
  }
}

function formatOf(percentiles: readonly number[]): Format<SummaryValue> {
  const { length } = percentiles;
  return {
    lines(lines, name, { texts, value }, rendering): void {
      const { labels } = texts;
      const heads = texts.known(rendering) ?? texts.note(rendering, [
        ...percentiles.map((quantile) => sampleHead(name, { quantile, ...labels }, rendering)),
        sampleHead(`${name}_sum`, labels, rendering),
        sampleHead(`${name}_count`, labels, rendering),
      ]);
      for (let n = 0; n < length; n++) {
        lines.push(heads[n] + formatValue(value.quantiles[n]));
      }
      lines.push(
        heads[length] + formatValue(value.sum),
        heads[length + 1] + value.count,
      );
    },
    values(values, name, { texts: { labels }, value }): void {
      const own = labels as MetricValue["labels"];
      for (const [n, quantile] of percentiles.entries()) {
        values.push({
          labels: { quantile, ...own } as typeof own,
          value: value.quantiles[n],
        });
      }
      values.push({
        metricName: `${name}_sum`,
        labels: { ...own },
        value: value.sum,
      });
      values.push({
        metricName: `${name}_count`,
        labels: { ...own },
        value: value.count,
      });
    },
  };
}
