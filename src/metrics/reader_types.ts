/**
 * The readers of each kind of metric as users see them, and how they follow from the schema.
 *
 * @module
 */
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

/** Reads and manages the buckets of a metric. Any thread; never waits for a writer. */
export interface MultiReader<Value, Bucket, Label extends string> {
  /**
   * Returns what all threads have counted in one bucket: 0 (or the empty value) if no series has
   * these labels.
   *
   * @throws {TypeError} When the labels are not exactly the metric's.
   * @throws {RangeError} When the bucket with this id is not live.
   */
  read(bucket: Bucket): Value;
  /**
   * Returns what each thread has counted in one bucket. Threads that have counted nothing since the
   * last clear are left out. Throws the errors of {@linkcode read}.
   */
  perThread(bucket: Bucket): ThreadValue<Value>[];
  /**
   * Merges the threads' parts of one bucket with a function of your own. Throws the errors of
   * {@linkcode read}, and a `TypeError` when `callback` is not a function.
   */
  aggregate<Result>(bucket: Bucket, initial: Result, callback: Aggregator<Value, Result>): Result;
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
  /** Returns all live buckets with their labels and values, in rising order of ids. */
  series(): SeriesValue<Value, Label>[];
}

/** The additional methods of metrics with labels. */
export interface LabelledReader<Label extends string> {
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
export type LabelledCounterReader<Label extends string> =
  & MultiReader<number, number | LabelValues<Label>, Label>
  & LabelledReader<Label>;
/** Reads a gauge without labels. */
export type GaugeReader = SingleReader<number>;
/** Reads a gauge with labels. */
export type LabelledGaugeReader<Label extends string> =
  & MultiReader<number, number | LabelValues<Label>, Label>
  & LabelledReader<Label>;
/** Reads a histogram without labels. */
export type HistogramReader = SingleReader<HistogramValue>;
/** Reads a histogram with labels. */
export type LabelledHistogramReader<Label extends string> =
  & MultiReader<HistogramValue, number | LabelValues<Label>, Label>
  & LabelledReader<Label>;
/** Reads a record without labels. */
export type RecordReader<Fields extends RecordFields> =
  & MultiReader<RecordValue<Fields>, number, never>
  & BucketMaker;
/** Reads a record with labels. */
export type LabelledRecordReader<Fields extends RecordFields, Label extends string> =
  & MultiReader<RecordValue<Fields>, number | LabelValues<Label>, Label>
  & LabelledReader<Label>
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

/** What a read of a metric returns. */
export type ValueOf<Definition> = Definition extends { kind: infer Kind extends MetricKind }
  ? ValuesByKind<FieldsOf<Definition>>[Kind]
  : never;
