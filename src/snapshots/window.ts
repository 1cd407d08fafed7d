/**
 * A window: what has happened in the last seconds, from successive snapshots.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { inspectable } from "../base/inspectable.ts";
import { assertQuantile, type HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { LabelValues } from "../schema/metric_options.ts";
import type { SchemaDefinition } from "../schema/schema.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";
import { hasMethod, isPlain } from "../base/shapes.ts";
import { saturate } from "../base/saturate.ts";
import { elapsed } from "./elapsed.ts";
import type { MetricSnapshot, Snapshot } from "./snapshot.ts";

/** Where a window gets its snapshots from: a {@linkcode ThreadStats}, or a view of one. */
export interface SnapshotSource<Metrics extends SchemaDefinition> {
  /** Takes a snapshot. */
  snapshot(): Snapshot<Metrics>;
}

/** Options of a {@linkcode Window}. */
export interface WindowOptions {
  /** How far back the window reaches, in seconds. */
  seconds: number;
  /**
   * How many snapshots are kept at most, 2 to 10000: memory is bounded by this. When they come faster, they are spread over the
   * window.
   *
   * @default {61}
   */
  maxSnapshots?: number;
  /**
   * `moving`: the last `seconds` before the latest snapshot. `fixed`: the last whole stretch of
   * `seconds` since 1970, by the wall clock as it is set at the latest snapshot, so that all
   * processes speak of the same one.
   *
   * @default {"moving"}
   */
  mode?: "moving" | "fixed";
}

const WINDOW_OPTIONS: OptionNames<WindowOptions> = {
  seconds: true,
  maxSnapshots: true,
  mode: true,
};

/** Timers take what is longer for no time at all. */
const LONGEST_INTERVAL = 2 ** 31 - 1;

/** Sums of a record by field. */
export type FieldSums = Record<string, number>;

/**
 * Rates, differences, quantiles and greatest values over the last seconds. It takes snapshots when it is told to, by `take()`, or by
 * a timer of its own between `start()` and `stop()`. Any thread; nothing that it does is seen by a writer.
 *
 * Without labels, the methods speak of all series of a metric together. They give `NaN` while there are less than two snapshots.
 *
 * Time is that of a clock that nobody sets: the wall clock may be set meanwhile, by any amount.
 * Snapshots that another thread has taken have their `takenAt` only: of these, one that is earlier
 * than the one before counts as taken at the same time.
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
  readonly #milliseconds: number;
  readonly #maxSnapshots: number;
  readonly #isFixed: boolean;
  /** In rising order of time; the first may lie before the window, so that differences cover all of it. */
  #snapshots: Snapshot<Metrics>[] = [];
  /**
   * When each of them was taken, in milliseconds: as `takenAt`, but for the times that the wall
   * clock was set.
   */
  #times: number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined = undefined;

  static {
    inspectable<Window<SchemaDefinition>>(this.prototype, {
      type: "Window",
      facts: (window) => ({
        seconds: window.#milliseconds / 1000,
        mode: window.#isFixed ? "fixed" : "moving",
        snapshots: window.#snapshots.length,
        isStarted: window.#timer !== undefined,
      }),
    });
  }

  /**
   * A window that has taken no snapshot yet.
   *
   * @param source Where the snapshots come from.
   * @param options The window's length.
   * @throws {TypeError} When an argument has the wrong shape, or an option is unknown.
   * @throws {RangeError} When an option is out of range.
   */
  constructor(source: SnapshotSource<Metrics>, options: WindowOptions) {
    const action = "make a window";
    if (!hasMethod(source, "snapshot")) {
      throw new TypeError(
        cannot(action, "the source must be a ThreadStats or a view of one", source),
      );
    }
    const { seconds, maxSnapshots = 61, mode = "moving" } = takeOptions(
      action,
      options,
      WINDOW_OPTIONS,
    );
    for (const [name, value] of Object.entries({ seconds, maxSnapshots })) {
      if (typeof value !== "number") {
        throw new TypeError(cannot(action, `${name} must be a number`, value));
      }
    }
    if (!(seconds > 0 && seconds < Infinity)) {
      throw new RangeError(cannot(action, "seconds must be positive and finite", seconds));
    }
    if (!Number.isInteger(maxSnapshots) || maxSnapshots < 2 || maxSnapshots > 10_000) {
      throw new RangeError(
        cannot(action, "maxSnapshots must be an integer from 2 to 10000", maxSnapshots),
      );
    }
    if (mode !== "moving" && mode !== "fixed") {
      throw new TypeError(cannot(action, 'the mode must be "moving" or "fixed"', mode));
    }
    this.#source = source;
    this.#milliseconds = seconds * 1000;
    this.#maxSnapshots = maxSnapshots;
    this.#isFixed = mode === "fixed";
  }

  /**
   * Takes a snapshot, and forgets those that the window has left behind.
   *
   * @returns The snapshot.
   */
  take(): Snapshot<Metrics> {
    const snapshot = this.#source.snapshot();
    const spacing = this.#milliseconds * (this.#isFixed ? 2 : 1) / (this.#maxSnapshots - 1);
    const kept = this.#snapshots;
    const times = this.#times;
    const time = this.#timeOf(snapshot);
    // The latest always counts; one that came sooner than there is room for gives way to it.
    if (times.length > 1 && times[times.length - 1] - times[times.length - 2] < spacing) {
      kept.pop();
      times.pop();
    }
    kept.push(snapshot);
    times.push(time);
    // Twice as far when it is fixed, as the wall clock may be set to any part of a stretch.
    const start = time - this.#milliseconds * (this.#isFixed ? 2 : 1);
    // The last one at or before the start remains.
    while (times.length > this.#maxSnapshots || (times.length > 2 && times[1] <= start)) {
      kept.shift();
      times.shift();
    }
    return snapshot;
  }

  #timeOf(snapshot: Snapshot<Metrics>): number {
    const { takenAt } = snapshot;
    const last = this.#snapshots.length - 1;
    if (last < 0) return takenAt;
    const before = this.#snapshots[last];
    const time = this.#times[last];
    const duration = elapsed(before, snapshot);
    // Where the clock was not set, as the label says: a sum of durations has rounding errors.
    return duration === takenAt - before.takenAt
      ? takenAt - (before.takenAt - time)
      : time + duration;
  }

  /** The end of the last whole stretch, by the wall clock as it was set at the latest snapshot. */
  #lastWhole(): number {
    const last = this.#times.length - 1;
    const { takenAt } = this.#snapshots[last];
    return Math.floor(takenAt / this.#milliseconds) * this.#milliseconds -
      (takenAt - this.#times[last]);
  }

  /**
   * Takes snapshots by a timer that does not keep the program alive. Does nothing when it runs already.
   *
   * @param intervalMs Milliseconds between snapshots; by default as many as fill the window.
   * @throws {TypeError} When the interval is no number.
   * @throws {RangeError} When it is not positive and finite.
   */
  start(intervalMs: number = this.#milliseconds / (this.#maxSnapshots - 1)): void {
    if (typeof intervalMs !== "number") {
      throw new TypeError(
        cannot("start the window", "the interval must be a number", intervalMs),
      );
    }
    if (!(intervalMs > 0 && intervalMs < Infinity)) {
      throw new RangeError(
        cannot("start the window", "the interval must be positive and finite", intervalMs),
      );
    }
    if (this.#timer !== undefined) return;
    this.take();
    const timer: unknown = this.#timer = setInterval(
      () => this.take(),
      Math.min(intervalMs, LONGEST_INTERVAL),
    );
    if (typeof timer === "number") {
      (globalThis as { Deno?: { unrefTimer(id: number): void } }).Deno?.unrefTimer(timer);
    } else {
      (timer as { unref?(): void }).unref?.();
    }
  }

  /** Ends the timer. Does nothing when there is none. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The same as {@linkcode stop}, for `using`. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /**
   * How much a metric has grown in the window: a counter's increments, a histogram's number of values, a record's sums by field, a
   * gauge's change.
   *
   * @param name The metric.
   * @param labels One series; without them, all.
   * @returns A number, or for records one for each `sum` field.
   * @throws {TypeError} When the name is no string, or the labels are no object.
   * @throws {RangeError} When there is no such metric.
   */
  delta<Name extends keyof Metrics & string>(
    name: Name,
    labels?: LabelValues<string>,
  ): Metrics[Name] extends { kind: "record" } ? FieldSums : number {
    const definition = this.#definition("tell a delta", name, labels);
    const ends = this.#ends();
    const amount = (from: Snapshot<Metrics>, to: Snapshot<Metrics>): number | FieldSums =>
      growth(
        to.since(from).metrics[name] as MetricSnapshot,
        from.metrics[name] as MetricSnapshot,
        labels,
      );
    let result: number | FieldSums = NaN;
    if (ends !== undefined) result = amount(ends.first, ends.last);
    else if (definition.kind === "record") {
      const sums = Object.entries(definition.fields).filter(([, { op }]) => op === "sum");
      result = Object.fromEntries(sums.map(([field]) => [field, NaN]));
    }
    return result as Metrics[Name] extends { kind: "record" } ? FieldSums : number;
  }

  /**
   * {@linkcode delta} per second.
   *
   * @param name The metric.
   * @param labels One series; without them, all.
   * @returns A number, or for records one for each `sum` field.
   * @throws {TypeError} When the name is no string, or the labels are no object.
   * @throws {RangeError} When there is no such metric.
   */
  rate<Name extends keyof Metrics & string>(
    name: Name,
    labels?: LabelValues<string>,
  ): Metrics[Name] extends { kind: "record" } ? FieldSums : number {
    this.#definition("tell a rate", name, labels);
    const delta: number | FieldSums = this.delta(name, labels);
    const ends = this.#ends();
    // Two snapshots in the same millisecond count as one apart.
    const seconds = ends === undefined ? NaN : Math.max(1, ends.milliseconds) / 1000;
    const rate = typeof delta === "number" ? saturate(delta / seconds) : Object.fromEntries(
      Object.entries(delta).map(([field, sum]) => [field, saturate(sum / seconds)]),
    );
    return rate as Metrics[Name] extends { kind: "record" } ? FieldSums : number;
  }

  /**
   * A quantile of the values that a histogram has recorded in the window.
   *
   * @param name The histogram.
   * @param q From 0 to 1.
   * @param labels One series; without them, all.
   * @returns The quantile, `NaN` when there was no value.
   * @throws {TypeError} When the metric is no histogram.
   * @throws {RangeError} When there is no such metric, or `q` is not from 0 to 1.
   */
  quantile(name: keyof Metrics & string, q: number, labels?: LabelValues<string>): number {
    assertQuantile(q);
    const value = this.#histogram("tell a quantile", name, labels);
    return value === undefined ? NaN : value.quantile(q);
  }

  /**
   * The greatest value in the window: of a histogram's values to the accuracy of its bins, of a gauge's as the snapshots saw it.
   *
   * @param name The histogram or gauge.
   * @param labels One series; without them, all.
   * @returns The greatest, `NaN` when there was no value.
   * @throws {TypeError} When the metric is neither.
   * @throws {RangeError} When there is no such metric.
   */
  max(name: keyof Metrics & string, labels?: LabelValues<string>): number {
    const action = "tell the greatest value";
    if (this.#definition(action, name, labels).kind !== "gauge") {
      return this.#histogram(action, name, labels)?.max ?? NaN;
    }
    let greatest = NaN;
    const { from, to } = this.#inside();
    for (let n = from; n <= to; n++) {
      const metric = this.#snapshots[n].metrics[name] as MetricSnapshot;
      for (const value of valuesOf<number>(rowsOf(metric, labels))) {
        // What no thread has set is no value.
        if (Number.isFinite(value) && !(value <= greatest)) greatest = value;
      }
    }
    return greatest;
  }

  #histogram(
    action: string,
    name: keyof Metrics & string,
    labels?: LabelValues<string>,
  ): HistogramValue | undefined {
    const { kind } = this.#definition(action, name, labels);
    if (kind !== "histogram") {
      throw new TypeError(cannot(action, `${name} must be a histogram`, got(`a ${kind}`)));
    }
    const ends = this.#ends();
    if (ends === undefined) return undefined;
    const { series } = ends.last.since(ends.first).metrics[name] as MetricSnapshot;
    const values = rowsOf({ series }, labels).map(({ value }) =>
      value as unknown as HistogramValue
    );
    return values.length === 0 ? undefined : values.reduce((all, value) => all.merge(value));
  }

  #definition(
    action: string,
    name: keyof Metrics & string,
    labels: LabelValues<string> | undefined,
  ): MetricSnapshot["definition"] {
    if (typeof name !== "string") {
      throw new TypeError(cannot(action, "the metric's name must be a string", name));
    }
    if (labels !== undefined && !isPlain(labels)) {
      throw new TypeError(cannot(action, "the labels must be an object", labels));
    }
    const latest = this.#snapshots[this.#snapshots.length - 1] ?? this.take();
    if (Object.hasOwn(latest.metrics, name)) {
      return (latest.metrics[name] as MetricSnapshot).definition;
    }
    throw new RangeError(cannot(action, "the metric must be in the schema", name));
  }

  /** The snapshots at the beginning and the end of the window, and the time between them. */
  #ends():
    | { first: Snapshot<Metrics>; last: Snapshot<Metrics>; milliseconds: number }
    | undefined {
    const { from, to } = this.#inside();
    if (to <= from) return undefined;
    const milliseconds = this.#times[to] - this.#times[from];
    return { first: this.#snapshots[from], last: this.#snapshots[to], milliseconds };
  }

  /**
   * Which snapshots are in the window: those of the last whole stretch when it is fixed. `to` is
   * before `from` when there are none.
   */
  #inside(): { from: number; to: number } {
    const times = this.#times;
    if (!this.#isFixed || times.length === 0) return { from: 0, to: times.length - 1 };
    const end = this.#lastWhole();
    const start = end - this.#milliseconds;
    return {
      from: Math.max(0, times.findLastIndex((time) => time <= start)),
      to: times.findLastIndex((time) => time <= end),
    };
  }
}

type Rows = Pick<MetricSnapshot, "series">;

function valuesOf<Value>(rows: Rows["series"]): Value[] {
  return rows.map(({ value }) => value as Value);
}

function rowsOf(
  { series }: Rows,
  labels: LabelValues<string> | undefined,
): MetricSnapshot["series"] {
  if (labels === undefined) return series;
  // As label values are where they are interned.
  const wanted = Object.entries(labels).map(([name, value]) => [
    name,
    typeof value === "string" ? value.toWellFormed() : value,
  ]);
  return series.filter((row) =>
    Object.keys(row.labels).length === wanted.length &&
    wanted.every(([name, value]) => (row.labels as LabelValues<string>)[name] === value)
  );
}

/** How much a metric has grown, from its difference; a gauge's difference is its value now. */
function growth(
  difference: MetricSnapshot,
  before: MetricSnapshot,
  labels: LabelValues<string> | undefined,
): number | FieldSums {
  const rows = rowsOf(difference, labels);
  const { definition } = difference;
  switch (definition.kind) {
    case "counter":
      return total(rows);
    case "gauge":
      return saturate(total(rows) - total(rowsOf(before, labels)));
    case "histogram":
      return rows.reduce((sum, { value }) => sum + (value as unknown as HistogramValue).count, 0);
    case "record": {
      const fields = Object.entries(definition.fields).filter(([, { op }]) => op === "sum");
      return Object.fromEntries(fields.map(([field]) => {
        const sum = rows.reduce(
          (sum, { value }) => sum + Number((value as Record<string, number | bigint>)[field]),
          0,
        );
        return [field, saturate(sum)];
      }));
    }
  }
}

/**
 * The sum of what was counted, or of what threads have set: where none has, a gauge is infinite.
 */
function total(rows: Rows["series"]): number {
  const values = valuesOf<number>(rows).filter(Number.isFinite);
  return saturate(values.reduce((sum, value) => sum + value, 0));
}
