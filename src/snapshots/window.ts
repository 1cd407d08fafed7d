/**
 * A window: what happened in the last seconds, computed from successive snapshots.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { inspectable } from "../base/inspectable.ts";
import { saturate } from "../base/saturate.ts";
import { assertQuantile, type HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { NamesOfKind } from "../metrics/definition_types.ts";
import type { SelectionOf, SeriesSelection } from "../metrics/reader_types.ts";
import type { SchemaDefinition } from "../schema/definitions.ts";
import { arithmeticOf, type FieldSums, type Growth, mapGrowth } from "./arithmetic.ts";
import type { Snapshot } from "./snapshot.ts";
import { type RowTest, selectRows } from "./row_selection.ts";
import type { MetricSnapshot, Row } from "./snapshot_data.ts";
import { SnapshotHistory } from "./snapshot_history.ts";
import { assertSource, type SnapshotSource } from "./snapshot_source.ts";
import { checkWindowOptions, type WindowOptions } from "./window_options.ts";

/** The longest delay of a timer, in milliseconds. Timers treat a longer one as 0. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * Rates, differences, quantiles and maxima of the last seconds. A window takes a snapshot at each
 * `take()`, or periodically between `start()` and `stop()`. Any thread can have windows; they
 * change nothing in shared memory.
 *
 * Series of a metric with labels are named as in its reader: by an id, by all labels, or by some of
 * the labels, which select several series. The methods combine all selected series, by default all.
 * They return `NaN` while the window has fewer than two snapshots.
 *
 * The window measures time with a clock that is never set, so a change of the wall clock has no
 * effect. Snapshots that came by message from another thread have only their `takenAt`; one that
 * seems earlier than its predecessor counts as taken at the same time.
 *
 * @typeParam Metrics The definitions of the schema.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats, Window } from "@x/thread-stats";
 *
 * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
 * const { jobs } = stats.registerThread("main").metrics;
 * const window = new Window(stats, { seconds: 60 });
 * window.take();
 * jobs.add(30);
 * window.take();
 * assertEquals(window.delta("jobs"), 30);
 * assert(window.rate("jobs") > 0);
 * ```
 */
export class Window<Metrics extends SchemaDefinition> {
  readonly #source: SnapshotSource<Metrics>;
  readonly #history: SnapshotHistory<Metrics>;
  #timer: ReturnType<typeof setInterval> | undefined = undefined;

  static {
    inspectable<Window<SchemaDefinition>>(this.prototype, {
      type: "Window",
      facts: (window) => ({
        seconds: window.#history.milliseconds / 1000,
        mode: window.#history.mode,
        snapshots: window.#history.size,
        isStarted: window.#timer !== undefined,
      }),
    });
  }

  /**
   * Makes a window without snapshots.
   *
   * @param source The source of the snapshots.
   * @param options The length of the window, and other options.
   * @throws {TypeError} If an argument has the wrong shape, or an option is unknown.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(source: SnapshotSource<Metrics>, options: WindowOptions) {
    const action = "make a window";
    assertSource(action, source);
    this.#source = source;
    this.#history = new SnapshotHistory(checkWindowOptions(action, options));
  }

  /**
   * Takes a snapshot, and drops the snapshots that the window no longer needs.
   *
   * @returns The snapshot.
   */
  take(): Snapshot<Metrics> {
    const snapshot = this.#source.snapshot();
    this.#history.push(snapshot);
    return snapshot;
  }

  /**
   * Takes a snapshot now, and further ones periodically. The timer does not keep the program alive.
   * Does nothing if the window was already started.
   *
   * @param intervalMs Milliseconds between snapshots; by default, the window's length divided by
   * `maxSnapshots - 1`.
   * @throws {TypeError} If the interval is not a number.
   * @throws {RangeError} If the interval is not positive and finite.
   */
  start(
    intervalMs: number = this.#history.milliseconds / (this.#history.maxSnapshots - 1),
  ): void {
    const action = "start the window";
    if (typeof intervalMs !== "number") {
      throw new TypeError(cannot(action, "the interval must be a number", intervalMs));
    }
    if (!(intervalMs > 0 && intervalMs < Infinity)) {
      throw new RangeError(cannot(action, "the interval must be positive and finite", intervalMs));
    }
    if (this.#timer !== undefined) return;
    this.take();
    const timer: unknown = this.#timer = setInterval(
      () => this.take(),
      Math.min(intervalMs, MAX_DELAY),
    );
    if (typeof timer === "number") {
      (globalThis as { Deno?: { unrefTimer(id: number): void } }).Deno?.unrefTimer(timer);
    } else {
      (timer as { unref?(): void }).unref?.();
    }
  }

  /** Stops the timer. Does nothing if the window was not started. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Stops the timer, as {@linkcode stop} does, at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /**
   * How much a metric has grown in the window: the increments of a counter, the number of values
   * of a histogram, the `sum` fields of a record, the change of a gauge. Several series of a gauge
   * combine by its `aggregate`, but for `latest` their changes are added up.
   *
   * @param name The metric.
   * @param series Which series, as in {@linkcode LabelledReader}; by default all are combined.
   * @returns A number, or, for a record, an object with a number for each `sum` field.
   * @throws {TypeError} If the name is not a string, or a label is not the metric's.
   * @throws {RangeError} If there is no such metric, or no series with this id.
   */
  delta<Name extends keyof Metrics & string>(
    name: Name,
    series?: SelectionOf<Metrics[Name]>,
  ): Metrics[Name] extends { kind: "record" } ? FieldSums : number {
    const { growth } = this.#growth("compute a delta", name, series);
    return growth as Metrics[Name] extends { kind: "record" } ? FieldSums : number;
  }

  /**
   * {@linkcode delta} per second.
   *
   * @param name The metric.
   * @param series Which series, as in {@linkcode LabelledReader}; by default all are combined.
   * @returns A number, or, for a record, an object with a number for each `sum` field.
   * @throws {TypeError} If the name is not a string, or a label is not the metric's.
   * @throws {RangeError} If there is no such metric, or no series with this id.
   */
  rate<Name extends keyof Metrics & string>(
    name: Name,
    series?: SelectionOf<Metrics[Name]>,
  ): Metrics[Name] extends { kind: "record" } ? FieldSums : number {
    const { growth, milliseconds } = this.#growth("compute a rate", name, series);
    // Two snapshots in the same millisecond count as one millisecond apart.
    const seconds = Math.max(1, milliseconds) / 1000;
    const rate = mapGrowth(growth, (amount) => saturate(amount / seconds));
    return rate as Metrics[Name] extends { kind: "record" } ? FieldSums : number;
  }

  /**
   * A quantile of the values that a histogram recorded in the window.
   *
   * @param name The histogram.
   * @param q The quantile, from 0 to 1.
   * @param series Which series, as in {@linkcode LabelledReader}; by default all are combined.
   * @returns The value at the quantile; `NaN` if there are no values.
   * @throws {TypeError} If the metric is not a histogram, or a label is not the metric's.
   * @throws {RangeError} If there is no such metric, no series with this id, or `q` is not from 0
   * to 1.
   */
  quantile<Name extends NamesOfKind<Metrics, "histogram">>(
    name: Name,
    q: number,
    series?: SelectionOf<Metrics[Name]>,
  ): number {
    assertQuantile(q);
    return this.#histogram("compute a quantile", name, series)?.quantile(q) ?? NaN;
  }

  /**
   * The greatest value in the window: of a histogram's values, within the accuracy of its bins; of
   * a gauge's values, among those in the snapshots.
   *
   * @param name The histogram or gauge.
   * @param series Which series, as in {@linkcode LabelledReader}; by default all are combined.
   * @returns The greatest value; `NaN` if there are no values.
   * @throws {TypeError} If the metric is neither a histogram nor a gauge, or a label is not the
   * metric's.
   * @throws {RangeError} If there is no such metric, or no series with this id.
   */
  max<Name extends NamesOfKind<Metrics, "histogram" | "gauge">>(
    name: Name,
    series?: SelectionOf<Metrics[Name]>,
  ): number {
    const action = "compute a maximum";
    const { definition, isSelected } = this.#look(action, name, series);
    if (definition.kind !== "gauge") return this.#histogram(action, name, series)?.max ?? NaN;
    let greatest = NaN;
    for (const snapshot of this.#history.inWindow()) {
      for (const value of valuesOf<number>(snapshot, name, isSelected)) {
        // A gauge that no thread has set may be infinite.
        if (Number.isFinite(value) && !(value <= greatest)) greatest = value;
      }
    }
    return greatest;
  }

  /** How much a metric has grown, and in how many milliseconds; `NaN` without two snapshots. */
  #growth(
    action: string,
    name: keyof Metrics & string,
    series: SeriesSelection<string> | undefined,
  ): { growth: Growth; milliseconds: number } {
    const { definition, isSelected } = this.#look(action, name, series);
    const span = this.#history.span();
    const growthOf = (differences: readonly unknown[], before: readonly unknown[]): Growth =>
      arithmeticOf(definition)?.growth(definition, differences, before) ?? NaN;
    if (span === undefined) {
      return { growth: mapGrowth(growthOf([], []), () => NaN), milliseconds: NaN };
    }
    const { first, last, milliseconds } = span;
    const differences = valuesOf(last.since(first), name, isSelected);
    const growth = growthOf(differences, valuesOf(first, name, isSelected));
    return { growth, milliseconds };
  }

  /** All values that a histogram recorded in the window; `undefined` if it has no series. */
  #histogram(
    action: string,
    name: keyof Metrics & string,
    series: SeriesSelection<string> | undefined,
  ): HistogramValue | undefined {
    const { definition: { kind }, isSelected } = this.#look(action, name, series);
    if (kind !== "histogram") {
      throw new TypeError(cannot(action, `${name} must be a histogram`, got(`a ${kind}`)));
    }
    const span = this.#history.span();
    if (span === undefined) return undefined;
    const values = valuesOf<HistogramValue>(span.last.since(span.first), name, isSelected);
    return values.length === 0 ? undefined : values.reduce((all, value) => all.merge(value));
  }

  /** Checks what the caller asks for. */
  #look(
    action: string,
    name: keyof Metrics & string,
    series: SeriesSelection<string> | undefined,
  ): { definition: MetricSnapshot["definition"]; isSelected: RowTest } {
    if (typeof name !== "string") {
      throw new TypeError(cannot(action, "the metric's name must be a string", name));
    }
    const { metrics } = this.#history.latest ?? this.take();
    if (!Object.hasOwn(metrics, name)) {
      throw new RangeError(cannot(action, "the metric must be in the schema", name));
    }
    const metric = metrics[name] as MetricSnapshot;
    return {
      definition: metric.definition,
      isSelected: selectRows(`${action} of ${name}`, metric, series),
    };
  }
}

/** The values of the selected series of a metric; none if it was defined after the snapshot. */
function valuesOf<Value>(
  { metrics }: Pick<Snapshot, "metrics">,
  name: string,
  isSelected: RowTest,
): Value[] {
  // Only an own property is a metric: a metric may be called `toString`.
  if (!Object.hasOwn(metrics, name)) return [];
  const rows: readonly Row[] = metrics[name].series;
  return rows.filter(isSelected).map(({ value }) => value as Value);
}
