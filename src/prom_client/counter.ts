/**
 * Counters.
 *
 * @module
 */
import { makeExemplar } from "./exemplars.ts";
import { MERGE, Metric, type MetricConfiguration } from "./metric.ts";
import { setCore } from "./metric_access.ts";
import { CounterCore, type CounterSeries } from "./scalar.ts";
import type { IncreaseDataWithExemplar, Labels, LabelValues } from "./types.ts";
import { notANumber } from "./validation.ts";

/** Options of a {@linkcode Counter}. */
export type CounterConfiguration<T extends string> = MetricConfiguration<T>;

/** One series of a counter. */
export interface CounterChild {
  /**
   * Adds to the series.
   *
   * @param value How much; 1 by default.
   */
  inc(value?: number): void;
}

const NO_LABELS: Labels = Object.freeze({});

/**
 * A number that only rises. All threads of the process count in one counter of this name and
 * registry.
 *
 * @typeParam T The names of the labels.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { Counter, register } from "@x/thread-stats/prom-client";
 *
 * const requests = new Counter({ name: "requests_total", help: "Requests", labelNames: ["method"] });
 * requests.labels("GET").inc();
 * requests.inc({ method: "GET" }, 2);
 * assertStringIncludes(await register.metrics(), 'requests_total{method="GET"} 3');
 * ```
 */
export class Counter<T extends string = string> extends Metric<T> {
  readonly #core: CounterCore;
  /** The series without labels. */
  #plain: CounterSeries | undefined;

  /**
   * Makes a counter, and registers it.
   *
   * @param configuration Name, help, labels and registries.
   * @throws {TypeError} When there are no options, or exemplars for a registry without them.
   * @throws {Error} When an option is missing or not legal, or the name is taken.
   */
  constructor(configuration: CounterConfiguration<T>) {
    super(configuration, "counter");
    const { name, help, type, labelNames, aggregator } = this;
    const { [MERGE]: merge } = configuration as { [MERGE]?: string };
    this.#core = new CounterCore({
      name,
      kind: type,
      definition: { help, type, labelNames, aggregator, merge },
    });
    setCore(this, this.#core);
    this.#begin();
    this.register();
  }

  /** Adds 1, or a value. */
  inc(value?: number): void;
  /** Adds 1, or a value, to the series with these labels. */
  inc(labels: LabelValues<T>, value?: number): void;
  /** Adds with an exemplar; only if the counter has `enableExemplars`. */
  inc(data: IncreaseDataWithExemplar<T>): void;
  inc(
    labels?: LabelValues<T> | IncreaseDataWithExemplar<T> | number,
    value?: number,
  ): void {
    let series: CounterSeries | undefined;
    let n: number | undefined;
    if (typeof labels === "object" && labels !== null) {
      series = this.enableExemplars ? undefined : this.#core.find(labels as Labels);
      n = value;
    } else {
      series = this.enableExemplars ? undefined : this.#plain;
      n = labels as number | undefined;
    }
    if (n === undefined) n = 1;
    if (
      series === undefined || !series.isLive ||
      !(typeof n === "number" && n >= 0 && n < Infinity)
    ) {
      if (this.enableExemplars) {
        this.#incWithExemplar(labels as IncreaseDataWithExemplar<T>);
      } else this.#incSlowly(labels, value);
      return;
    }
    series.add(n);
  }

  /**
   * One series, by the values of all labels in their order, or by an object. Keep it to count
   * faster.
   */
  labels(...values: (string | number)[] | [LabelValues<T>]): CounterChild {
    return this.#core.childOf(values) as CounterChild | undefined ?? this.#makeChild(values);
  }

  /** Sets the counter to 0, in all threads. A counter with labels loses all its series. */
  reset(): void {
    this.#core.resetOthers();
    this.#core.dropAll();
    this.#begin();
  }

  /** Removes one series in all threads. */
  remove(...values: (string | number)[] | [LabelValues<T>]): void {
    this.#core.remove(this.#core.checkedLabelsOf(values));
  }

  #begin(): void {
    this.#plain = this.labelNames.length === 0 ? this.#core.get(NO_LABELS) : undefined;
  }

  #incSlowly(labels: unknown, value: unknown): CounterSeries {
    let n = value;
    let of = NO_LABELS;
    if (typeof labels === "object" && labels !== null) {
      this.#core.check(of = labels as Labels);
    } else {
      n = labels;
    }
    if (n && !Number.isFinite(n)) throw notANumber(n);
    if ((n as number) < 0) {
      throw new Error("It is not possible to decrease a counter");
    }
    const series = this.#core.get(of);
    if (this.labelNames.length === 0) this.#plain = series;
    const added = n === null || n === undefined ? 1 : Number(n);
    // NaN is added as prom-client adds it.
    if (added >= 0) series.add(added);
    else series.spoil(added);
    return series;
  }

  #incWithExemplar(data: IncreaseDataWithExemplar<T> | undefined): void {
    const { labels = NO_LABELS, value = 1, exemplarLabels } = data ?? {};
    const series = this.#incSlowly(labels, value);
    if (exemplarLabels !== undefined) {
      series.exemplar = makeExemplar(exemplarLabels, value || 1);
    }
  }

  #makeChild(values: readonly unknown[]): CounterChild {
    const labels = this.#core.labelsOf(values) as LabelValues<T>;
    let series: CounterSeries | undefined;
    const child: CounterChild = {
      inc: (n: number = 1) => {
        if (
          series === undefined || !series.isLive ||
          !(typeof n === "number" && n >= 0 && n < Infinity)
        ) {
          this.inc(labels, n);
          series = this.enableExemplars ? undefined : this.#core.lookUp(labels as Labels);
          if (series !== undefined) series.child ??= child;
          return;
        }
        series.add(n);
      },
    };
    return child;
  }
}
