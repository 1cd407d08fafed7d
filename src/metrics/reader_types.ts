/**
 * The readers of each kind of metric as users see them, and how they follow from the schema.
 *
 * @module
 */
import type { LabelFilter } from "../schema/label_values.ts";
import type { LabelValues } from "../schema/metric_options.ts";
import type { RecordFields, RecordValue } from "../schema/record.ts";
import type { MetricKind, SchemaDefinition } from "../schema/definitions.ts";
import type { FieldsOf, LabelsOf } from "./definition_types.ts";
import type { HistogramValue } from "./histogram/histogram_value.ts";
import type { Aggregator, SeriesValue, ThreadValue } from "./series_values.ts";

/** Reads a metric that has one bucket. Any thread; never waits for a writer. */
export interface SingleReader<Value> {
  /** Returns what all threads have counted. Takes a few ns for each thread slot in use. */
  read(): Value;
  /**
   * Returns what each thread has counted. Threads that have counted nothing since the last clear
   * are left out.
   */
  perThread(): ThreadValue<Value>[];
  /**
   * Merges the threads' parts with a function of your own.
   *
   * @throws {TypeError} When `callback` is not a function.
   */
  aggregate<Result>(initial: Result, callback: Aggregator<Value, Result>): Result;
  /** Starts all counts again from nothing, in all threads at once. */
  clear(): void;
}

/** Manages the buckets of a metric that may have several. Any thread. */
export interface BucketManager<Bucket> {
  /**
   * Starts all counts of one bucket again from nothing, in all threads at once.
   *
   * @throws {TypeError} When the labels are not exactly the metric's.
   * @throws {RangeError} When there is no such live bucket.
   */
  clear(bucket: Bucket): void;
  /**
   * Ends the life of a bucket, so that its id can be used again. Updates of this bucket are refused
   * or dropped from now on.
   *
   * @throws {TypeError} When the labels are not exactly the metric's.
   * @throws {RangeError} When there is no such live bucket.
   */
  destroy(bucket: Bucket): void;
  /** Returns the ids of the live buckets in rising order. */
  ids(): number[];
}

/**
 * Reads and manages the buckets of a metric without labels, by their ids. Any thread; never waits
 * for a writer.
 */
export interface MultiReader<Value> extends BucketManager<number> {
  /**
   * Returns what all threads have counted in one bucket.
   *
   * @throws {RangeError} When the bucket with this id is not live.
   */
  read(bucket: number): Value;
  /**
   * Returns what each thread has counted in one bucket. Threads that have counted nothing since the
   * last clear are left out. Throws the errors of {@linkcode read}.
   */
  perThread(bucket: number): ThreadValue<Value>[];
  /**
   * Merges the threads' parts of one bucket with a function of your own. Throws the errors of
   * {@linkcode read}, and a `TypeError` when `callback` is not a function.
   */
  aggregate<Result>(bucket: number, initial: Result, callback: Aggregator<Value, Result>): Result;
  /** Returns all live buckets with their values, in rising order of ids. */
  series(): SeriesValue<Value, never>[];
}

/**
 * What is read of a metric with labels: one series, by its id or by all its labels, or the total of
 * all series that have the given labels.
 */
export type SeriesSelection<Label extends string> = number | LabelFilter<Label>;

/**
 * Reads and manages the series of a metric with labels. Any thread; never waits for a writer.
 *
 * A series is named by its id or by all labels. Some of the labels select all series that have
 * these; no labels, or `{}`, select all. The values of several series merge as those of threads do:
 * counters and histograms add up, a gauge by its `aggregate`, a record field by field. For a gauge
 * whose latest value counts that is the one that was set last in any of the series.
 *
 * All series include the overflow series, and buckets that were made by `create()`. Some labels do
 * not select these, whose updates may belong to any labels.
 *
 * Several series are read one after the other, so their total is a sum of reads, each of which is
 * consistent; there is no common instant. A series that is cleared meanwhile contributes what it
 * counted before the clear or after it, not parts of both.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({ requests: counter({ labels: ["method", "status"] }) });
 * const stats = ThreadStats.create(schema);
 * const { requests } = stats.registerThread("main").metrics;
 * requests.labels({ method: "GET", status: "200" }).add(5);
 * requests.labels({ method: "GET", status: "404" }).add(2);
 * requests.labels({ method: "PUT", status: "200" }).add(1);
 *
 * const reader = stats.metrics.requests;
 * assertEquals(reader.read({ method: "GET", status: "404" }), 2);
 * assertEquals(reader.read({ method: "GET" }), 7);
 * assertEquals(reader.read(), 8);
 * assertEquals(reader.series({ status: "200" }).map(({ labels }) => labels.method), ["GET", "PUT"]);
 * ```
 */
export interface LabelledReader<Value, Label extends string>
  extends BucketManager<number | LabelValues<Label>> {
  /**
   * Returns what all threads have counted in one series, or in all selected ones: 0 (or the empty
   * value) if there is none. The total of several series takes less time than a snapshot of them.
   *
   * @param selection An id, or labels. By default all series.
   * @throws {TypeError} When a label is not the metric's, or not a string.
   * @throws {RangeError} When the series with this id is not live.
   */
  read(selection?: SeriesSelection<Label>): Value;
  /**
   * Returns what each thread has counted in one series, or in all selected ones. Threads that have
   * counted nothing since the last clear are left out. Throws the errors of {@linkcode read}.
   *
   * @param selection An id, or labels. By default all series.
   */
  perThread(selection?: SeriesSelection<Label>): ThreadValue<Value>[];
  /**
   * Merges the threads' parts, as {@linkcode perThread} returns them, with a function of your own.
   * Throws the errors of {@linkcode read}, and a `TypeError` when `callback` is not a function.
   *
   * @param selection An id, or labels: `{}` for all series.
   */
  aggregate<Result>(
    selection: SeriesSelection<Label>,
    initial: Result,
    callback: Aggregator<Value, Result>,
  ): Result;
  /**
   * Returns the live series with their labels and values, in rising order of ids.
   *
   * @param filter Labels that the series have. By default all series are returned.
   * @throws {TypeError} When a label is not the metric's, or not a string.
   */
  series(filter?: LabelFilter<Label>): SeriesValue<Value, Label>[];
  /**
   * Returns the bucket with these labels, and makes it if there is none. The id is the same in
   * every thread. It is that of the overflow series when the metric already has `maxSeries`
   * buckets, or when a value is longer than `maxLabelLength`.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   */
  id(labels: LabelValues<Label>): number;
  /** Returns how many updates went to the overflow series. */
  overflowed(): number;
}

/** The additional method of metrics whose buckets need no labels. */
export interface BucketMaker {
  /**
   * Makes a bucket without labels, with the smallest free id. Lock-free.
   *
   * @throws {RangeError} When the arena is full, or a labelled metric already has `maxSeries`
   * buckets.
   */
  create(): number;
}

/** Reads a counter without labels. */
export type CounterReader = SingleReader<number>;
/** Reads a counter with labels. */
export type LabelledCounterReader<Label extends string> = LabelledReader<number, Label>;
/** Reads a gauge without labels. */
export type GaugeReader = SingleReader<number>;
/** Reads a gauge with labels. */
export type LabelledGaugeReader<Label extends string> = LabelledReader<number, Label>;
/** Reads a histogram without labels. */
export type HistogramReader = SingleReader<HistogramValue>;
/** Reads a histogram with labels. */
export type LabelledHistogramReader<Label extends string> = LabelledReader<HistogramValue, Label>;
/** Reads a record without labels. */
export type RecordReader<Fields extends RecordFields> =
  & MultiReader<RecordValue<Fields>>
  & BucketMaker;
/** Reads a record with labels. */
export type LabelledRecordReader<Fields extends RecordFields, Label extends string> =
  & LabelledReader<RecordValue<Fields>, Label>
  & BucketMaker;

/** The reader of a metric without labels, by kind. */
export interface ReadersByKind<Fields extends RecordFields> {
  /** Of a counter. */
  counter: CounterReader;
  /** Of a gauge. */
  gauge: GaugeReader;
  /** Of a histogram. */
  histogram: HistogramReader;
  /** Of a record. */
  record: RecordReader<Fields>;
}

/** The reader of a metric with labels, by kind. */
export interface LabelledReadersByKind<Fields extends RecordFields, Label extends string> {
  /** Of a counter. */
  counter: LabelledCounterReader<Label>;
  /** Of a gauge. */
  gauge: LabelledGaugeReader<Label>;
  /** Of a histogram. */
  histogram: LabelledHistogramReader<Label>;
  /** Of a record. */
  record: LabelledRecordReader<Fields, Label>;
}

/** What a read returns, by kind. */
export interface ValuesByKind<Fields extends RecordFields> {
  /** The sum of all threads' counts. */
  counter: number;
  /** The threads' values, merged by the gauge's `aggregate`. */
  gauge: number;
  /** The values that all threads have recorded. */
  histogram: HistogramValue;
  /** The fields, each merged by its own operation. */
  record: RecordValue<Fields>;
}

/** The readers of a schema's metrics by name. */
export type MetricReaders<Metrics extends SchemaDefinition> = {
  readonly [Name in keyof Metrics]: ReaderOf<Metrics[Name]>;
};

/** The reader of one metric. */
export type ReaderOf<Definition> = Definition extends { kind: infer Kind extends MetricKind }
  ? [LabelsOf<Definition>] extends [never] ? ReadersByKind<FieldsOf<Definition>>[Kind]
  : LabelledReadersByKind<FieldsOf<Definition>, LabelsOf<Definition>>[Kind]
  : never;

/**
 * What is read of a metric: see {@linkcode SeriesSelection} for one with labels; an id for a record
 * without labels. All others have one bucket, which needs no name.
 */
export type SelectionOf<Definition> = Definition extends { kind: infer Kind extends MetricKind }
  ? [LabelsOf<Definition>] extends [never] ? Kind extends "record" ? number : never
  : SeriesSelection<LabelsOf<Definition>>
  : never;

/** What a read of a metric returns. */
export type ValueOf<Definition> = Definition extends { kind: infer Kind extends MetricKind }
  ? ValuesByKind<FieldsOf<Definition>>[Kind]
  : never;
