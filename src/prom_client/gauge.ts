/**
 * Gauges.
 *
 * @module
 */
import { type Merge, mergeOfFact } from "./merging.ts";
import { MERGE, Metric, type MetricConfiguration } from "./metric.ts";
import { setCore } from "./metric_access.ts";
import { GaugeCore, type GaugeSeries } from "./scalar.ts";
import { startClock } from "./timing.ts";
import type { Labels, LabelValues } from "./types.ts";
import { notANumber } from "./validation.ts";

/** Options of a {@linkcode Gauge}. */
export type GaugeConfiguration<T extends string> = MetricConfiguration<T>;

/** One series of a gauge. */
export interface GaugeChild<T extends string> {
  /** Adds 1, or a value. */
  inc(value?: number): void;
  /** Subtracts 1, or a value. */
  dec(value?: number): void;
  /** Sets it. */
  set(value: number): void;
  /** Sets it to the seconds since 1970. */
  setToCurrentTime(): void;
  /** Starts to measure. The returned function sets the gauge to the seconds since. */
  startTimer(): (labels?: LabelValues<T>) => number;
}

const NO_LABELS: Labels = Object.freeze({});

/**
 * A number that rises and falls. Every thread has a part of its own, which ends with the thread.
 * The value is the sum of the parts, or what `aggregator` says. A gauge without an `aggregator`
 * whose name says that it is a fact (`up`, `..._info`, `..._timestamp_seconds`) has the greatest
 * part.
 *
 * @typeParam T The names of the labels.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { Gauge, Registry } from "@x/thread-stats/prom-client";
 *
 * const registry = new Registry();
 * const open = new Gauge({ name: "open", help: "Open connections", registers: [registry] });
 * open.inc();
 * open.set(7);
 * open.dec(2);
 * assertStringIncludes(await registry.metrics(), "open 5");
 * ```
 */
export class Gauge<T extends string = string> extends Metric<T> {
  readonly #core: GaugeCore;
  /** The series without labels. */
  #plain: GaugeSeries | undefined;

  /**
   * Makes a gauge, and registers it.
   *
   * @param configuration Name, help, labels and registries.
   * @throws {TypeError} When there are no options.
   * @throws {Error} When an option is missing or not legal, or the name is taken.
   */
  constructor(configuration: GaugeConfiguration<T>) {
    super(configuration, "gauge");
    const { name, help, type, labelNames, aggregator } = this;
    const isDefault = configuration.aggregator === undefined;
    const { [MERGE]: merge = isDefault ? mergeOfFact(name) : undefined } = configuration as {
      [MERGE]?: Merge;
    };
    this.#core = new GaugeCore({
      name,
      kind: type,
      definition: { help, type, labelNames, aggregator, merge },
    });
    setCore(this, this.#core);
    this.reset();
    this.register();
  }

  /** Sets this thread's part. */
  set(value: number): void;
  /** Sets this thread's part of the series with these labels. */
  set(labels: LabelValues<T>, value: number): void;
  set(labels: LabelValues<T> | number, value?: number): void {
    if (typeof labels === "object" && labels !== null) {
      if (typeof value !== "number") throw notANumber(value);
      (this.#core.find(labels as Labels) ?? this.#get(labels as Labels)).set(
        value,
      );
    } else {
      if (typeof labels !== "number") throw notANumber(labels);
      this.#unlabelled().set(labels);
    }
  }

  /** Adds 1, or a value. */
  inc(value?: number): void;
  /** Adds 1, or a value, to the series with these labels. */
  inc(labels: LabelValues<T>, value?: number): void;
  inc(labels?: LabelValues<T> | number, value?: number): void {
    if (typeof labels === "object" && labels !== null) {
      this.#add(labels as Labels, value === undefined ? 1 : value);
    } else this.#add(undefined, labels === undefined ? 1 : labels);
  }

  /** Subtracts 1, or a value. */
  dec(value?: number): void;
  /** Subtracts 1, or a value, from the series with these labels. */
  dec(labels: LabelValues<T>, value?: number): void;
  dec(labels?: LabelValues<T> | number, value?: number): void {
    if (typeof labels === "object" && labels !== null) {
      this.#add(labels as Labels, value === undefined ? -1 : -value);
    } else {
      this.#add(undefined, labels === undefined ? -1 : -(labels as number));
    }
  }

  /** Sets this thread's part to the seconds since 1970. */
  setToCurrentTime(labels?: LabelValues<T>): void {
    const now = Date.now() / 1000;
    if (labels === undefined) this.set(now);
    else this.set(labels, now);
  }

  /** Starts to measure. The returned function sets the gauge to the seconds since. */
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number {
    const clock = startClock();
    return (endLabels) => {
      const seconds = clock();
      this.set(Object.assign({}, labels, endLabels), seconds);
      return seconds;
    };
  }

  /**
   * One series, by the values of all labels in their order, or by an object. Keep it to set it
   * faster.
   */
  labels(...values: (string | number)[] | [LabelValues<T>]): GaugeChild<T> {
    return this.#core.childOf(values) as GaugeChild<T> | undefined ?? this.#makeChild(values);
  }

  /** Takes this thread's part back: 0 without labels, else no series. */
  reset(): void {
    this.#core.dropAll();
    this.#plain = this.labelNames.length === 0 ? this.#core.get(NO_LABELS) : undefined;
  }

  /** Removes this thread's part of a series; where it has none, the series of all threads. */
  remove(...values: (string | number)[] | [LabelValues<T>]): void {
    this.#core.remove(this.#core.checkedLabelsOf(values));
  }

  #unlabelled(): GaugeSeries {
    const plain = this.#plain;
    if (plain?.isLive) return plain;
    const series = this.#core.get(NO_LABELS);
    if (this.labelNames.length === 0) this.#plain = series;
    return series;
  }

  #get(labels: Labels): GaugeSeries {
    this.#core.check(labels);
    return this.#core.get(labels);
  }

  #add(labels: Labels | undefined, delta: unknown): void {
    if (typeof delta !== "number") throw notANumber(delta, "Delta");
    const series = labels === undefined
      ? this.#unlabelled()
      : this.#core.find(labels) ?? this.#get(labels);
    series.set(series.value + delta);
  }

  #makeChild(values: readonly unknown[]): GaugeChild<T> {
    const labels = this.#core.checkedLabelsOf(values);
    let known: GaugeSeries | undefined;
    const series = () => {
      if (known?.isLive) return known;
      known = this.#core.get(labels);
      known.child ??= child;
      return known;
    };
    const add = (delta: unknown) => {
      if (typeof delta !== "number") throw notANumber(delta, "Delta");
      const at = series();
      at.set(at.value + delta);
    };
    const child: GaugeChild<T> = {
      inc: (value) => add(value === undefined ? 1 : value),
      dec: (value) => add(value === undefined ? -1 : -value),
      set: (value) => {
        if (typeof value !== "number") throw notANumber(value);
        series().set(value);
      },
      setToCurrentTime: () => series().set(Date.now() / 1000),
      startTimer: () => this.startTimer(labels as LabelValues<T>),
    };
    return child;
  }
}
