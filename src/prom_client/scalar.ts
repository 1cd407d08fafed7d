/**
 * Counters and gauges, whose series have one number each.
 *
 * @module
 */
import type { CounterWriter, GaugeWriter } from "../metrics/writer_types.ts";
import { BaseSeries } from "./base_series.ts";
import { Core, type Entry, type Format, type SeriesParts } from "./core.ts";
import { mergeNumbers } from "./merging.ts";
import { type Publication, seriesText } from "./publication.ts";
import type { Readings } from "./readings.ts";
import type { Parts } from "./storage_index.ts";
import { exemplarText, formatValue, type Rendering, sampleHead } from "./text.ts";
import type { Exemplar, Labels, MetricValue } from "./types.ts";

// Gauges in shared memory are finite; these numbers stand for the others.
const CODE_OF_INFINITY = Number.MAX_VALUE;
const CODE_OF_NAN = -1.7976931348623155e308;

function encode(value: number): number {
  if (value - value === 0) return value;
  return Number.isNaN(value) ? CODE_OF_NAN : value > 0 ? CODE_OF_INFINITY : -CODE_OF_INFINITY;
}

function decode(value: number): number {
  if (value === CODE_OF_NAN) return NaN;
  return value === CODE_OF_INFINITY || value === -CODE_OF_INFINITY ? value * 2 : value;
}

/** One series of a counter in this thread. */
export class CounterSeries extends BaseSeries {
  value = 0;
  exemplar: Exemplar | undefined = undefined;
  #writer: CounterWriter | undefined = undefined;

  get isShared(): boolean {
    return this.#writer !== undefined;
  }

  /** Adds a number that is finite and not negative. */
  add(n: number): void {
    this.value += n;
    if (this.#writer === undefined) return;
    try {
      this.#writer.add(n);
    } catch (error) {
      this.#repair(n, error);
    }
  }

  /** Adds something that prom-client adds although it makes no sense. The others do not see it. */
  spoil(value: number): void {
    this.value += value;
  }

  restart(): void {
    this.value = 0;
    this.exemplar = undefined;
  }

  release(publication: Publication): void {
    publication.release("counters", this.text);
  }

  protected bind(publication: Publication): void {
    this.#writer = publication.writer("counters", this.text);
    if (this.value > 0 && this.value < Infinity) this.#writer?.add(this.value);
  }

  protected unbind(): void {
    this.#writer = undefined;
  }

  #repair(n: number, error: unknown): void {
    if (!this.wasReset(error)) return;
    this.restart();
    this.value = n;
    this.bindAgain();
  }
}

/** One series of a gauge in this thread. */
export class GaugeSeries extends BaseSeries {
  value = 0;
  readonly exemplar: undefined = undefined;
  #writer: GaugeWriter | undefined = undefined;
  /**
   * Whether this thread has set the gauge. Until then it has no part of it: its 0 would be a least
   * or a first value.
   */
  #isSet = false;

  get isShared(): boolean {
    return this.#writer !== undefined;
  }

  /** Sets this thread's part to any number. */
  set(value: number): void {
    this.value = value;
    if (this.#writer === undefined) {
      if (this.#isSet) return;
      this.#isSet = true;
      this.bindAgain();
      return;
    }
    try {
      this.#writer.set(value - value === 0 ? value : encode(value));
    } catch (error) {
      if (this.wasReset(error)) this.bindAgain();
    }
  }

  restart(): void {
    this.value = 0;
    this.#isSet = false;
  }

  release(publication: Publication): void {
    publication.release("gauges", this.text);
  }

  protected bind(publication: Publication): void {
    if (!this.#isSet) return;
    this.#writer = publication.writer("gauges", this.text);
    this.#writer?.set(encode(this.value));
  }

  protected unbind(): void {
    this.#writer = undefined;
  }
}

/** How counters and gauges are written. */
const FORMAT: Format<number> = {
  lines(lines, name, { texts, value, own }, rendering): void {
    const heads = texts.known(rendering) ??
      texts.note(rendering, [sampleHead(name, texts.labels, rendering)]);
    lines.push(heads[0] + formatValue(value) + exemplarOf(own, rendering));
  },
  values(values, _name, { texts, value, own }): void {
    const { exemplar } = (own ?? {}) as Partial<CounterSeries>;
    const sample: MetricValue = {
      value,
      labels: { ...texts.labels } as MetricValue["labels"],
    };
    if (exemplar !== undefined) sample.exemplar = exemplar;
    values.push(sample);
  },
};

/** Counters have another name in OpenMetrics. */
const COUNTER_FORMAT: Format<number> = {
  ...FORMAT,
  lines(lines, name, entry, rendering): void {
    FORMAT.lines(
      lines,
      rendering.isOpenMetrics ? `${name}_total` : name,
      entry,
      rendering,
    );
  },
};

function exemplarOf(
  own: Entry<number>["own"],
  { isOpenMetrics }: Rendering,
): string {
  return isOpenMetrics && own !== undefined
    ? exemplarText((own as Partial<CounterSeries> as CounterSeries).exemplar)
    : "";
}

/** The series of a counter. */
export class CounterCore extends Core<CounterSeries, number> {
  protected readonly format: Format<number> = COUNTER_FORMAT;

  protected make(labels: Labels): CounterSeries {
    return new CounterSeries(labels);
  }

  protected own(series: CounterSeries): number {
    return series.value;
  }

  protected parts(key: string, readings: Readings): Parts<number> {
    return readings.partsOf("counters", key);
  }

  protected mergeParts({ parts, own, readings }: SeriesParts<CounterSeries>): number | undefined {
    // `inc(NaN)`, which no counter in shared memory takes.
    if (own !== undefined && Number.isNaN(own.value)) return NaN;
    return mergeNumbers(this.merge, parts, readings.slot);
  }

  resetOthers(text?: string): void {
    this.publication?.resetOthers(["counters"], text);
  }
}

/** The series of a gauge. Its parts are facts about their threads: nobody resets another's. */
export class GaugeCore extends Core<GaugeSeries, number> {
  protected readonly format: Format<number> = FORMAT;

  protected make(labels: Labels): GaugeSeries {
    return new GaugeSeries(labels);
  }

  protected own(series: GaugeSeries): number {
    return series.value;
  }

  protected parts(key: string, readings: Readings): Parts<number> {
    return readings.partsOf("gauges", key);
  }

  protected mergeParts({ parts, readings }: SeriesParts<GaugeSeries>): number | undefined {
    const decoded = parts.map(({ slot, value }) => ({ slot, value: decode(value) }));
    return mergeNumbers(this.merge, decoded, readings.slot);
  }

  override remove(labels: Labels): void {
    const series = this.lookUp(labels);
    if (series !== undefined) this.drop(series);
    else this.resetOthers(seriesText(labels));
  }

  resetOthers(text?: string): void {
    this.publication?.resetOthers(["gauges"], text);
  }
}
