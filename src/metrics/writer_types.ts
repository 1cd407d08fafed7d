/**
 * The writers of each kind of metric as users see them, and how they follow from the schema. Only
 * the thread that registered may use them.
 *
 * @module
 */
import type { LabelValues } from "../schema/metric_options.ts";
import type { RecordDelta, RecordFields } from "../schema/record.ts";
import type { MetricKind, SchemaDefinition } from "../schema/definitions.ts";
import type { RecordBurst } from "./burst_types.ts";
import type { FieldsOf, LabelsOf } from "./definition_types.ts";
import type { ExemplarLabels } from "./exemplars/exemplar.ts";
import type { Timed, Timer } from "./histogram/timer.ts";

/** Options of {@linkcode CounterWriter.add}. */
export interface CounterAddOptions {
  /**
   * Labels that lead to what was counted, for example to a trace. The latest exemplar of each
   * thread and bucket is kept, and exported as an exemplar of OpenMetrics and OpenTelemetry. Costs
   * about 0.5 µs, and 768 bytes of shared memory for each thread and bucket that had one.
   */
  exemplar?: ExemplarLabels;
}

/** Adds to one counter in one thread. */
export interface CounterWriter {
  /**
   * Adds to the counter. Owner thread only; wait-free, 1-5 ns; allocates nothing, but for the first
   * update of the counter in this thread and the first exemplar, which may allocate shared memory.
   *
   * @param n A finite number that is not negative. 1 by default.
   * @param options An exemplar. Without options, the call costs nothing for them.
   * @throws {TypeError} When `n` is not a number, or the options or the exemplar have the wrong
   * shape.
   * @throws {RangeError} When `n` is negative or not finite, the labelled bucket was destroyed, the
   * exemplar is too long, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   *
   * @example Tell of which trace the latest failure was
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ failures: counter() }));
   * const { failures } = stats.registerThread("main").metrics;
   * failures.add(1, { exemplar: { trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" } });
   * const [{ value, exemplars = [] }] = stats.snapshot().metrics.failures.series;
   * assertEquals(value, 1);
   * assertEquals(exemplars[0].labels, { trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" });
   * ```
   */
  add(n?: number, options?: CounterAddOptions): void;
}

/** Finds the counters of one metric by their labels, in one thread. */
export interface LabelledCounterWriter<Label extends string> {
  /**
   * Returns the counter with these labels, and makes it if there is none. Keep the result, or call
   * this for each update. Owner thread only.
   *
   * @param labels A string for each label of the metric.
   * @returns The writer of the counter. It is that of the overflow series when the metric already
   * has `maxSeries` buckets, or when a value is longer than `maxLabelLength`.
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  labels(labels: LabelValues<Label>): CounterWriter;
}

/**
 * Sets one gauge in one thread. Each thread has a value of its own; `aggregate` says how a read
 * merges them. The value of a thread counts until the thread leaves.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, gauge, ThreadStats } from "@x/thread-stats";
 *
 * const stats = ThreadStats.create(defineSchema({ depth: gauge({ aggregate: "max" }) }));
 * const thread = stats.registerThread("main");
 * thread.metrics.depth.set(3);
 * thread.metrics.depth.sub();
 * assertEquals(stats.metrics.depth.read(), 2);
 * thread.unregister();
 * assertEquals(stats.metrics.depth.read(), -Infinity);
 * ```
 */
export interface GaugeWriter {
  /**
   * Sets this thread's value. Owner thread only; wait-free. The first update of the gauge in this
   * thread may allocate shared memory.
   *
   * @param value A finite number.
   * @throws {TypeError} When `value` is not a number.
   * @throws {RangeError} When `value` is not finite, the labelled bucket was destroyed, or the
   * first update finds the arena full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  set(value: number): void;
  /**
   * Adds to this thread's value, which is 0 at first. Throws the errors of {@linkcode set}. Owner
   * thread only; wait-free.
   *
   * @param n A finite number. 1 by default.
   */
  add(n?: number): void;
  /**
   * Subtracts from this thread's value, which is 0 at first. Throws the errors of {@linkcode set}.
   * Owner thread only; wait-free.
   *
   * @param n A finite number. 1 by default.
   */
  sub(n?: number): void;
  /**
   * Adds 1, and subtracts it again at the end of a block: `using _ = gauge.scope()`. Nothing is
   * subtracted if the gauge was cleared or the thread has left in between. Throws the errors of
   * {@linkcode set}. Owner thread only; allocates the disposable.
   *
   * @returns An object that subtracts 1 when it is first disposed.
   */
  scope(): Disposable;
}

/** Finds the gauges of one metric by their labels, in one thread. */
export interface LabelledGaugeWriter<Label extends string> {
  /**
   * Returns the gauge with these labels, and makes it if there is none. Behaves like
   * {@linkcode LabelledCounterWriter.labels}. Owner thread only.
   */
  labels(labels: LabelValues<Label>): GaugeWriter;
}

/** Options of {@linkcode HistogramWriter.record}. */
export interface HistogramRecordOptions {
  /**
   * How many times to record the value, a positive integer.
   *
   * @default {1}
   */
  count?: number;
  /**
   * Labels that lead to what was recorded, for example to a trace. Each thread keeps the latest
   * exemplar of each bin with boundaries, and of each of 32 equal groups of bins without. They are
   * exported as exemplars of OpenMetrics and OpenTelemetry. Costs about 0.5 µs, and 640 bytes of
   * shared memory for each of these bins or groups that had one.
   */
  exemplar?: ExemplarLabels;
}

/**
 * Records values in one histogram in one thread.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({ took: histogram({ unit: "seconds", lowest: 1e-6, highest: 60 }) });
 * const stats = ThreadStats.create(schema);
 * const { took } = stats.registerThread("main").metrics;
 * took.record(0.25, 2);
 * took.record(100);
 *
 * const end = took.startTimer();
 * const seconds = end();
 * assertEquals(took.time(() => seconds >= 0), true);
 * await took.time(async () => await Promise.resolve());
 *
 * const { count, max, clamped } = stats.metrics.took.read();
 * assertEquals([count, max, clamped], [6, 100, 1]);
 * ```
 */
export interface HistogramWriter {
  /**
   * Records a value. Owner thread only; wait-free; allocates nothing, but for the first value of
   * the histogram in this thread, for which it allocates the bins in shared memory.
   *
   * @param value A finite number that is not negative.
   * @param count How many times to record it, a positive integer, or options. 1 by default.
   * @throws {TypeError} When `value` or `count` is not a number, or the options or the exemplar
   * have the wrong shape.
   * @throws {RangeError} When either is out of range, the labelled bucket was destroyed, the
   * exemplar is too long, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   *
   * @example Tell of which trace a slow request was
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
   *
   * const schema = defineSchema({ latency: histogram({ unit: "seconds", boundaries: [0.1, 1] }) });
   * const stats = ThreadStats.create(schema);
   * const { latency } = stats.registerThread("main").metrics;
   * latency.record(0.02);
   * latency.record(0.7, { exemplar: { trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" } });
   * const [{ exemplars = [] }] = stats.snapshot().metrics.latency.series;
   * assertEquals(exemplars.map(({ value, labels }) => [value, labels.trace_id]), [
   *   [0.7, "4bf92f3577b34da6a3ce929d0e0e4736"],
   * ]);
   * ```
   */
  record(value: number, count?: number | HistogramRecordOptions): void;
  /**
   * Starts a timer. `const end = histogram.startTimer(); ...; const seconds = end();` records the
   * time in between. It is measured by a clock that is never set, in the unit of the histogram:
   * seconds, unless `unit` says `"milliseconds"`, `"microseconds"` or `"nanoseconds"`. Owner thread
   * only; allocates the timer.
   *
   * @returns The timer: a function that ends it.
   * @throws {TypeError} When the histogram has a unit that is not one of time.
   */
  startTimer(): Timer;
  /**
   * Does the same as {@linkcode startTimer}: `using _ = histogram.time()` records at the end of the
   * block.
   *
   * @returns The timer.
   * @throws {TypeError} When the histogram has a unit that is not one of time.
   */
  time(): Timer;
  /**
   * Calls a function, and records how long it took, whether it succeeded or failed. For a function
   * that returns a promise that is the time until the promise is settled.
   *
   * @typeParam Result What the function returns.
   * @param call The function. It gets no arguments.
   * @returns The result of the function. If that is a promise, or another object with a method
   * `then`, a promise of what it gives.
   * @throws {TypeError} When `call` is not a function, or the histogram has a unit that is not one
   * of time. Nothing was called.
   * @throws {unknown} What the function throws.
   * @throws {RangeError} When the labelled bucket was destroyed, or the first value finds the arena
   * full. The function was called.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  time<Result>(call: () => Result): Timed<Result>;
}

/** Finds the histograms of one metric by their labels, in one thread. */
export interface LabelledHistogramWriter<Label extends string> {
  /**
   * Returns the histogram with these labels, and makes it if there is none. Behaves like
   * {@linkcode LabelledCounterWriter.labels}. Owner thread only.
   */
  labels(labels: LabelValues<Label>): HistogramWriter;
  /**
   * Starts a timer for labels that are known at the end only:
   * `const end = histogram.startTimer(); ...; end({ status })`. Each call of the result records the
   * time since the start, as {@linkcode HistogramWriter.startTimer} does. If the labels are refused,
   * nothing is recorded. Owner thread only.
   *
   * @returns A function that records in the histogram with the given labels, and returns the
   * duration in the unit of the metric. It throws the errors of {@linkcode labels} and of
   * {@linkcode HistogramWriter.record}.
   * @throws {TypeError} When the metric has a unit that is not one of time.
   */
  startTimer(): (labels: LabelValues<Label>) => number;
}

/** Changes the records of one metric in one thread. */
export interface RecordWriter<Fields extends RecordFields> {
  /**
   * Merges one change into a bucket and commits it. Each field merges by its own operation. Owner
   * thread only; wait-free, 10-40 ns; allocates nothing, except for `u64` fields that are given as
   * `bigint`. Discards this thread's open burst of the bucket, if there is one.
   *
   * @param id The bucket.
   * @param delta The change. Fields that are left out keep their values.
   * @throws {TypeError} When the change has the wrong shape or only unknown fields.
   * @throws {RangeError} When the bucket is not live, a value is out of range, or the arena is
   * full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  update(id: number, delta: RecordDelta<Fields>): void;
  /**
   * Begins a burst: any number of changes to one bucket that are committed as one. Owner thread
   * only; allocates the burst, at most 64 bytes.
   *
   * The burst belongs to the epoch in which it began: if the bucket is cleared before the commit,
   * the changes of the burst are cleared too. Several buckets may have open bursts at the same
   * time. A burst that is left open blocks nothing: the next burst or update of its bucket in this
   * thread discards it.
   *
   * @param id The bucket.
   * @returns The burst.
   * @throws {TypeError} When `id` is not a number.
   * @throws {RangeError} When the bucket is not live, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  begin(id: number): RecordBurst<Fields>;
}

/** Changes one labelled record in one thread. */
export interface RecordBucketWriter<Fields extends RecordFields> {
  /** The id of the bucket. */
  readonly id: number;
  /**
   * Merges one change and commits it; see {@linkcode RecordWriter.update}. Owner thread only;
   * wait-free.
   *
   * @param delta The change. Fields that are left out keep their values.
   * @throws {TypeError} When the change has the wrong shape or only unknown fields.
   * @throws {RangeError} When the bucket was destroyed, a value is out of range, or the arena is
   * full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  update(delta: RecordDelta<Fields>): void;
  /**
   * Begins a burst; see {@linkcode RecordWriter.begin}. Owner thread only.
   *
   * @returns The burst.
   * @throws {RangeError} When the bucket was destroyed, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  begin(): RecordBurst<Fields>;
}

/** Changes the labelled records of one metric in one thread. */
export interface LabelledRecordWriter<Fields extends RecordFields, Label extends string>
  extends RecordWriter<Fields> {
  /**
   * Returns the record with these labels, and makes it if there is none. Keep the result, or call
   * this for each update. Owner thread only.
   *
   * @param labels A string for each label of the metric.
   * @returns The writer of the record. It is that of the overflow series when the metric already
   * has `maxSeries` buckets, or when a value is longer than `maxLabelLength`.
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  labels(labels: LabelValues<Label>): RecordBucketWriter<Fields>;
}

/** The writer of a metric without labels, by kind. */
export interface WritersByKind<Fields extends RecordFields> {
  /** Of a counter. */
  counter: CounterWriter;
  /** Of a gauge. */
  gauge: GaugeWriter;
  /** Of a histogram. */
  histogram: HistogramWriter;
  /** Of a record. */
  record: RecordWriter<Fields>;
}

/** The writer of a metric with labels, by kind. */
export interface LabelledWritersByKind<Fields extends RecordFields, Label extends string> {
  /** Of a counter. */
  counter: LabelledCounterWriter<Label>;
  /** Of a gauge. */
  gauge: LabelledGaugeWriter<Label>;
  /** Of a histogram. */
  histogram: LabelledHistogramWriter<Label>;
  /** Of a record. */
  record: LabelledRecordWriter<Fields, Label>;
}

/** The writers of a schema's metrics by name. */
export type MetricWriters<Metrics extends SchemaDefinition> = {
  readonly [Name in keyof Metrics]: WriterOf<Metrics[Name]>;
};

/** The writer of one metric. */
export type WriterOf<Definition> = Definition extends { kind: infer Kind extends MetricKind }
  ? [LabelsOf<Definition>] extends [never] ? WritersByKind<FieldsOf<Definition>>[Kind]
  : LabelledWritersByKind<FieldsOf<Definition>, LabelsOf<Definition>>[Kind]
  : never;
