/**
 * Histograms.
 *
 * @module
 */
import { makeExemplar } from "./exemplars.ts";
import { HistogramCore, type HistogramSeries } from "./histogram_core.ts";
import { MERGE, Metric, type MetricConfiguration } from "./metric.ts";
import { setCore } from "./metric_access.ts";
import { observeOf } from "./observing_child.ts";
import { startClock } from "./timing.ts";
import type { Labels, LabelValues, ObserveDataWithExemplar } from "./types.ts";
import { notANumber } from "./validation.ts";

/** Options of a {@linkcode Histogram}. */
export interface HistogramConfiguration<T extends string> extends MetricConfiguration<T> {
  /**
   * The upper bounds of the buckets, without infinity.
   *
   * @default {[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]}
   */
  buckets?: readonly number[];
}

/** One series of a histogram. */
export interface HistogramChild<T extends string> {
  /** Counts a value. */
  observe(value: number): void;
  /** Starts to measure. The returned function counts the seconds since. */
  startTimer(): (labels?: LabelValues<T>) => number;
}

const NO_LABELS: Labels = Object.freeze({});
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Counts of values up to each of several bounds. All threads of the process count in one histogram
 * of this name, registry and buckets.
 *
 * @typeParam T The names of the labels.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { Histogram, Registry } from "@x/thread-stats/prom-client";
 *
 * const registry = new Registry();
 * const took = new Histogram({
 *   name: "took_seconds",
 *   help: "Time",
 *   labelNames: ["route"],
 *   buckets: [0.1, 1],
 *   registers: [registry],
 * });
 * took.observe({ route: "/" }, 0.25);
 * const end = took.startTimer({ route: "/" });
 * end();
 * assertStringIncludes(await registry.metrics(), 'took_seconds_count{route="/"} 2');
 * ```
 */
export class Histogram<T extends string = string> extends Metric<T> {
  /** The upper bounds of the buckets. */
  declare readonly buckets: readonly number[];
  readonly #core: HistogramCore;
  /** The series without labels. */
  #plain: HistogramSeries | undefined;

  /**
   * Makes a histogram, and registers it.
   *
   * @param configuration Name, help, labels, buckets and registries.
   * @throws {TypeError} When there are no options, or exemplars for a registry without them.
   * @throws {Error} When an option is missing or not legal, or the name is taken.
   */
  constructor(configuration: HistogramConfiguration<T>) {
    super(configuration, "histogram", { buckets: BUCKETS });
    const { name, help, type, labelNames, aggregator, buckets } = this;
    if ((labelNames as readonly string[]).includes("le")) {
      throw new Error("le is a reserved label keyword");
    }
    const bounds = Object.freeze([...buckets]);
    const { [MERGE]: merge } = configuration as { [MERGE]?: string };
    this.#core = new HistogramCore({
      name,
      kind: `${type} ${bounds.join(" ")}`,
      definition: { help, type, labelNames, aggregator, merge, bounds },
    });
    setCore(this, this.#core);
    if (labelNames.length === 0) this.#plain = this.#core.get(NO_LABELS);
    this.register();
  }

  /** Counts a value. */
  observe(value: number): void;
  /** Counts a value of the series with these labels. */
  observe(labels: LabelValues<T>, value: number): void;
  /** Counts a value with an exemplar; only if the histogram has `enableExemplars`. */
  observe(data: ObserveDataWithExemplar<T>): void;
  observe(
    labels: LabelValues<T> | ObserveDataWithExemplar<T> | number,
    value?: number,
  ): void {
    if (this.enableExemplars) {
      this.#observeWithExemplar(labels as ObserveDataWithExemplar<T>);
      return;
    }
    let series: HistogramSeries | undefined;
    let observed: number | undefined;
    if (typeof labels === "object" && labels !== null) {
      series = this.#core.find(labels as Labels);
      observed = value;
    } else {
      series = this.#plain;
      observed = labels as number;
    }
    if (
      series === undefined || !series.isLive ||
      !(typeof observed === "number" && observed - observed === 0)
    ) {
      this.#observeSlowly(labels, value);
      return;
    }
    series.observe(observed);
  }

  /**
   * Starts to measure. The returned function counts the seconds since.
   *
   * @param labels Labels that are known now.
   * @param exemplarLabels Labels of the exemplar that are known now.
   */
  startTimer(
    labels?: LabelValues<T>,
    exemplarLabels?: Record<string, unknown>,
  ): (
    labels?: LabelValues<T>,
    exemplarLabels?: Record<string, unknown>,
  ) => number {
    const clock = startClock();
    return (endLabels, endExemplarLabels) => {
      const value = clock();
      const all = Object.assign({}, labels, endLabels);
      if (this.enableExemplars) {
        const of = Object.assign({}, exemplarLabels, endExemplarLabels);
        this.observe({ labels: all, value, exemplarLabels: of });
      } else {
        this.observe(all, value);
      }
      return value;
    };
  }

  /**
   * One series, by the values of all labels in their order, or by an object. Keep it to count
   * faster.
   */
  labels(...values: (string | number)[] | [LabelValues<T>]): HistogramChild<T> {
    return this.#core.childOf(values) as HistogramChild<T> | undefined ?? this.#makeChild(values);
  }

  /** Sets a series to 0 in all threads. It is exported from now on. */
  zero(labels: LabelValues<T>): void {
    this.#core.zero(labels as Labels);
  }

  /** Removes all series in all threads. */
  reset(): void {
    this.#core.resetOthers();
    this.#core.dropAll();
  }

  /** Removes one series in all threads. */
  remove(...values: (string | number)[] | [LabelValues<T>]): void {
    this.#core.remove(this.#core.checkedLabelsOf(values));
  }

  #observeSlowly(given: unknown, value: unknown): HistogramSeries {
    const isLabelled = typeof given === "object" && given !== null;
    // As in prom-client, what is neither labels nor a number means no labels, and no value.
    const labels = isLabelled ? given as Labels : NO_LABELS;
    const observed = isLabelled || !(given || given === 0) ? value : given;
    this.#core.check(labels);
    if (!Number.isFinite(observed)) throw notANumber(observed);
    const series = this.#core.get(labels);
    if (this.labelNames.length === 0) this.#plain = series;
    series.observe(observed as number);
    return series;
  }

  #observeWithExemplar(data: ObserveDataWithExemplar<T> | undefined): void {
    const { labels = NO_LABELS, value, exemplarLabels = {} } = data ??
      {} as Partial<ObserveDataWithExemplar<T>>;
    const series = this.#observeSlowly(labels, value);
    if (Object.keys(exemplarLabels).length === 0) return;
    const exemplars = series.exemplars ??= [];
    exemplars[this.#core.bounds.indexOf(value!)] = makeExemplar(
      exemplarLabels,
      value!,
    );
  }

  #makeChild(values: readonly unknown[]): HistogramChild<T> {
    const labels = this.#core.checkedLabelsOf(values);
    const child: HistogramChild<T> = {
      observe: observeOf(
        labels,
        (labels, value) => this.#observeSlowly(labels, value),
        () => child,
      ),
      startTimer: () => this.startTimer(labels as LabelValues<T>),
    };
    return child;
  }
}
