/**
 * What the writers of each kind of metric look like to users: types by the schema. All of them are for the thread that
 * registered alone.
 *
 * @module
 */
import type { CounterDefinition } from "../schema/counter.ts";
import type { GaugeDefinition } from "../schema/gauge.ts";
import type { HistogramDefinition } from "../schema/histogram.ts";
import type { LabelValues } from "../schema/metric_options.ts";
import type { RecordDefinition, RecordDelta, RecordFields } from "../schema/record.ts";
import type { SchemaDefinition } from "../schema/schema.ts";
import type { RecordBurst } from "./record/record_burst.ts";

/** Adds to one counter in one thread. */
export interface CounterWriter {
  /**
   * Adds to the counter. Owner thread only; wait-free, 1-5 ns; allocates nothing.
   *
   * @param n A finite number, not negative. By default 1.
   * @throws {TypeError} When `n` is no number.
   * @throws {RangeError} When `n` is negative or not finite, or the labelled bucket was destroyed.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  add(n?: number): void;
}

/** Finds the counters of one metric by their labels, in one thread. */
export interface LabelledCounterWriter<Label extends string> {
  /**
   * The counter with these labels, made if there is none; keep it, or look it up each time. Owner thread only.
   *
   * @param labels All labels of the metric, as strings.
   * @returns Its writer; that of the overflow series when the metric has `maxSeries` buckets.
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  labels(labels: LabelValues<Label>): CounterWriter;
}

/**
 * Sets one gauge in one thread.
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
   * Sets this thread's value. Owner thread only; wait-free.
   *
   * @param value A finite number.
   * @throws {TypeError} When it is no number.
   * @throws {RangeError} When it is not finite, or the labelled bucket was destroyed.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  set(value: number): void;
  /**
   * Adds to this thread's value; it is 0 before. Throws what {@linkcode set} throws. Owner thread only; wait-free.
   *
   * @param n A finite number. By default 1.
   */
  add(n?: number): void;
  /**
   * Takes from this thread's value. Throws what {@linkcode set} throws. Owner thread only; wait-free.
   *
   * @param n A finite number. By default 1.
   */
  sub(n?: number): void;
  /**
   * Adds 1, and takes it back when disposed of: `using _ = gauge.scope()`. After a `clear`, or when the thread has left, there is
   * nothing to take back. Throws what {@linkcode set} throws. Owner thread only; allocates the disposable.
   *
   * @returns What takes it back, once.
   */
  scope(): Disposable;
}

/** Finds the gauges of one metric by their labels, in one thread. */
export interface LabelledGaugeWriter<Label extends string> {
  /** The gauge with these labels, as {@linkcode LabelledCounterWriter.labels}. Owner thread only. */
  labels(labels: LabelValues<Label>): GaugeWriter;
}

/**
 * Records in one histogram in one thread.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({ took: histogram({ unit: "seconds", lowest: 1e-6, highest: 60 }) });
 * const stats = ThreadStats.create(schema);
 * const { took } = stats.registerThread("main").metrics;
 * {
 *   using _ = took.time();
 * }
 * took.record(0.25, 2);
 * took.record(100);
 * const { count, max, clamped } = stats.metrics.took.read();
 * assertEquals([count, max, clamped], [4, 100, 1]);
 * ```
 */
export interface HistogramWriter {
  /**
   * Records a value. Owner thread only; wait-free; allocates nothing.
   *
   * @param value A finite number, not negative.
   * @param count How often, a positive integer. By default 1.
   * @throws {TypeError} When either is no number.
   * @throws {RangeError} When either is out of range, or the labelled bucket was destroyed.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  record(value: number, count?: number): void;
  /**
   * Starts a clock that records its seconds when it is disposed of: `using _ = histogram.time()`. Owner thread only.
   *
   * @returns What records, once.
   */
  time(): Disposable;
}

/** Finds the histograms of one metric by their labels, in one thread. */
export interface LabelledHistogramWriter<Label extends string> {
  /** The histogram with these labels, as {@linkcode LabelledCounterWriter.labels}. Owner thread only. */
  labels(labels: LabelValues<Label>): HistogramWriter;
}

/** Changes the records of one metric in one thread. */
export interface RecordWriter<Fields extends RecordFields> {
  /**
   * Merges one change into a bucket by the ops of its fields, and commits it. Owner thread only; wait-free, 10-40 ns;
   * allocates nothing, but for changes of `u64` fields that are given as `bigint`.
   *
   * @param id The bucket.
   * @param delta The change; fields left out stay as they are.
   * @throws {TypeError} When the change has the wrong shape or only unknown fields, or a burst is
   * open.
   * @throws {RangeError} When the bucket does not live, a value is out of range, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  update(id: number, delta: RecordDelta<Fields>): void;
  /**
   * Begins a burst: any number of changes to one bucket that are committed as one. Owner thread only; allocates nothing.
   * The burst belongs to the epoch in which it began: if the bucket is cleared before the commit, so is the burst.
   *
   * @param id The bucket.
   * @returns The burst; the same object each time, so keep it no longer than to its commit.
   * @throws {TypeError} When a burst of this metric is open in this thread.
   * @throws {RangeError} When the bucket does not live, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  begin(id: number): RecordBurst<Fields>;
}

/** Changes one labelled record in one thread. */
export interface RecordBucketWriter<Fields extends RecordFields> {
  /** The bucket. */
  readonly id: number;
  /**
   * Merges one change, see {@linkcode RecordWriter.update}. Owner thread only; wait-free.
   *
   * @param delta The change; fields left out stay as they are.
   * @throws {TypeError} When the change has the wrong shape or only unknown fields, or a burst is
   * open.
   * @throws {RangeError} When the bucket was destroyed, a value is out of range, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  update(delta: RecordDelta<Fields>): void;
  /**
   * Begins a burst, see {@linkcode RecordWriter.begin}. Owner thread only.
   *
   * @returns The burst.
   * @throws {TypeError} When a burst of this metric is open in this thread.
   * @throws {RangeError} When the bucket was destroyed, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  begin(): RecordBurst<Fields>;
}

/** Changes the labelled records of one metric in one thread. */
export interface LabelledRecordWriter<Fields extends RecordFields, Label extends string>
  extends RecordWriter<Fields> {
  /**
   * The record with these labels, made if there is none; keep it, or look it up each time. Owner thread only.
   *
   * @param labels All labels of the metric, as strings.
   * @returns Its writer; that of the overflow series when the metric has `maxSeries` buckets.
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  labels(labels: LabelValues<Label>): RecordBucketWriter<Fields>;
}

/** The writers of a schema's metrics by name. */
export type MetricWriters<Metrics extends SchemaDefinition> = {
  readonly [Name in keyof Metrics]: WriterOf<Metrics[Name]>;
};

/** The writer of one metric. */
export type WriterOf<Definition> = Definition extends CounterDefinition<infer Label>
  ? [Label] extends [never] ? CounterWriter : LabelledCounterWriter<Label>
  : Definition extends GaugeDefinition<infer Label>
    ? [Label] extends [never] ? GaugeWriter : LabelledGaugeWriter<Label>
  : Definition extends HistogramDefinition<infer Label>
    ? [Label] extends [never] ? HistogramWriter : LabelledHistogramWriter<Label>
  : Definition extends RecordDefinition<infer Fields, infer Label>
    ? [Label] extends [never] ? RecordWriter<Fields> : LabelledRecordWriter<Fields, Label>
  : never;
