/**
 * Summaries.
 *
 * @module
 */
import { MERGE, Metric, type MetricConfiguration } from "./metric.ts";
import { setCore } from "./metric_access.ts";
import { SummaryCore, type SummarySeries } from "./summary_core.ts";
import { observeOf } from "./observing_child.ts";
import { startClock } from "./timing.ts";
import type { Labels, LabelValues } from "./types.ts";
import { notANumber } from "./validation.ts";

/** Options of a {@linkcode Summary}. */
export interface SummaryConfiguration<T extends string> extends MetricConfiguration<T> {
  /**
   * The quantiles, from 0 to 1.
   *
   * @default {[0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999]}
   */
  percentiles?: readonly number[];
  /** For how long a value counts in the quantiles, in seconds; for ever without this. */
  maxAgeSeconds?: number;
  /** In how many steps values leave the quantiles. */
  ageBuckets?: number;
  /** Whether series without values in the quantiles are removed when they are read. */
  pruneAgedBuckets?: boolean;
  /** Has no effect here. */
  compressCount?: number;
}

/** One series of a summary. */
export interface SummaryChild<T extends string> {
  /** Adds a value. */
  observe(value: number): void;
  /** Starts to measure. The returned function adds the seconds since. */
  startTimer(): (labels?: LabelValues<T>) => number;
}

const NO_LABELS: Labels = Object.freeze({});
const PERCENTILES = [0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999];

/**
 * Quantiles of values, with their count and sum. The values of all threads are in one summary.
 *
 * Up to 200 different values of one thread give exact quantiles, interpolated as prom-client does.
 * More values, or those of several threads, give quantiles that are off by 2 % at most.
 *
 * @typeParam T The names of the labels.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { Registry, Summary } from "@x/thread-stats/prom-client";
 *
 * const registry = new Registry();
 * const size = new Summary({ name: "size", help: "Sizes", percentiles: [0.5], registers: [registry] });
 * for (const bytes of [100, 100, 100, 50, 50]) size.observe(bytes);
 * assertStringIncludes(await registry.metrics(), 'size{quantile="0.5"} 80');
 * ```
 */
export class Summary<T extends string = string> extends Metric<T> {
  /** The quantiles. */
  declare readonly percentiles: readonly number[];
  /** For how long a value counts, in seconds. */
  declare readonly maxAgeSeconds: number | undefined;
  /** In how many steps values leave. */
  declare readonly ageBuckets: number | undefined;
  /** Whether series without values are removed. */
  declare pruneAgedBuckets: boolean | undefined;
  readonly #core: SummaryCore;

  /**
   * Makes a summary, and registers it.
   *
   * @param configuration Name, help, labels, quantiles and registries.
   * @throws {TypeError} When there are no options.
   * @throws {Error} When an option is missing or not legal, or the name is taken.
   */
  constructor(configuration: SummaryConfiguration<T>) {
    super(configuration, "summary", {
      percentiles: PERCENTILES,
      compressCount: 1000,
    });
    const { name, help, type, labelNames, aggregator } = this;
    const { percentiles, maxAgeSeconds, ageBuckets, pruneAgedBuckets } = this;
    if ((labelNames as readonly string[]).includes("quantile")) {
      throw new Error("quantile is a reserved label keyword");
    }
    const { [MERGE]: merge } = configuration as { [MERGE]?: string };
    const of = { percentiles, maxAgeSeconds, ageBuckets, pruneAgedBuckets };
    this.#core = new SummaryCore({
      name,
      kind: type,
      definition: { help, type, labelNames, aggregator, merge, ...of },
    });
    setCore(this, this.#core);
    if (labelNames.length === 0) this.#core.get(NO_LABELS);
    this.register();
  }

  /** Adds a value. */
  observe(value: number): void;
  /** Adds a value of the series with these labels. */
  observe(labels: LabelValues<T>, value: number): void;
  observe(labels: LabelValues<T> | number, value?: number): void {
    if (value !== undefined && typeof labels === "object" && labels !== null) {
      const series = this.#core.find(labels as Labels);
      if (
        series !== undefined && typeof value === "number" && value - value === 0
      ) {
        series.observe(value);
        return;
      }
    }
    this.#observeSlowly(labels === 0 ? 0 : labels || {}, value);
  }

  /** Starts to measure. The returned function adds the seconds since. */
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number {
    const clock = startClock();
    return (endLabels) => {
      const seconds = clock();
      this.observe(Object.assign({}, labels, endLabels), seconds);
      return seconds;
    };
  }

  /**
   * One series, by the values of all labels in their order, or by an object. Keep it to add
   * faster.
   */
  labels(...values: (string | number)[] | [LabelValues<T>]): SummaryChild<T> {
    return this.#core.childOf(values) as SummaryChild<T> | undefined ?? this.#makeChild(values);
  }

  /** Empties all series in all threads. */
  reset(): void {
    this.#core.restart();
  }

  /** Removes one series in all threads. */
  remove(...values: (string | number)[] | [LabelValues<T>]): void {
    this.#core.remove(this.#core.checkedLabelsOf(values));
  }

  #observeSlowly(given: unknown, value: unknown): SummarySeries {
    // As in prom-client, labels without a value are the value.
    const labels = value === undefined ? NO_LABELS : given as Labels;
    const observed = value === undefined ? given : value;
    this.#core.check(given as Labels);
    if (!Number.isFinite(observed)) throw notANumber(observed);
    const series = this.#core.get(
      typeof labels === "object" ? labels : NO_LABELS,
    );
    series.observe(observed as number);
    return series;
  }

  #makeChild(values: readonly unknown[]): SummaryChild<T> {
    const labels = this.#core.checkedLabelsOf(values);
    const child: SummaryChild<T> = {
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
