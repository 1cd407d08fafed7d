/**
 * What the readers of each kind of metric look like to users: types by the schema.
 *
 * @module
 */
import type { CounterDefinition } from "../schema/counter.ts";
import type { GaugeDefinition } from "../schema/gauge.ts";
import type { HistogramDefinition } from "../schema/histogram.ts";
import type { LabelValues } from "../schema/metric_options.ts";
import type { RecordDefinition, RecordFields, RecordValue } from "../schema/record.ts";
import type { SchemaDefinition } from "../schema/schema.ts";
import type { HistogramValue } from "./histogram/histogram_value.ts";
import type { Aggregator, SeriesValue, ThreadValue } from "./bucket_reader.ts";

/** Reads a metric that has one bucket. Any thread; never waits for a writer. */
export interface SingleReader<Value> {
  /** All threads' counts. Costs a few ns per thread slot in use. */
  read(): Value;
  /** What each thread has counted; threads that have counted nothing since the last clear are left out. */
  perThread(): ThreadValue<Value>[];
  /** Merges the threads' parts by a function of the caller's. */
  aggregate<Result>(initial: Result, callback: Aggregator<Value, Result>): Result;
  /** Makes all counts start again from nothing, in all threads at once. */
  clear(): void;
}

/** Reads and manages the buckets of a metric. Any thread; never waits for a writer. */
export interface MultiReader<Value, Bucket, Label extends string> {
  /**
   * All threads' counts in one bucket; the identities when no bucket has these labels.
   *
   * @throws {TypeError} When labels are not exactly the metric's.
   * @throws {RangeError} When the bucket with this id does not live.
   */
  read(bucket: Bucket): Value;
  /** What each thread has counted; threads that have counted nothing since the last clear are left out. */
  perThread(bucket: Bucket): ThreadValue<Value>[];
  /** Merges the threads' parts by a function of the caller's. */
  aggregate<Result>(bucket: Bucket, initial: Result, callback: Aggregator<Value, Result>): Result;
  /**
   * Makes all counts start again from nothing, in all threads at once.
   *
   * @throws {RangeError} When there is no such live bucket.
   */
  clear(bucket: Bucket): void;
  /**
   * Ends the life of a bucket; its id is used again. Updates that are meant for it are refused or dropped from now on.
   *
   * @throws {RangeError} When there is no such live bucket.
   */
  destroy(bucket: Bucket): void;
  /** The ids of the live buckets in rising order. */
  ids(): number[];
  /** All live buckets with their labels and values, in rising order of ids. */
  series(): SeriesValue<Value, Label>[];
}

/** What metrics with labels have in addition. */
export interface LabelledReader<Label extends string> {
  /**
   * The bucket with these labels, made if there is none: the same id in every thread. When the metric has `maxSeries` buckets,
   * that of the overflow series.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   */
  id(labels: LabelValues<Label>): number;
  /** How many updates went to the overflow series. */
  overflowed(): number;
}

/** What metrics whose buckets can be made without labels have in addition. */
export interface BucketMaker {
  /**
   * Makes a bucket without labels, with the smallest free id. Lock-free.
   *
   * @throws {RangeError} When the arena is full, or a labelled metric has `maxSeries` buckets.
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

/** The readers of a schema's metrics by name. */
export type MetricReaders<Metrics extends SchemaDefinition> = {
  readonly [Name in keyof Metrics]: ReaderOf<Metrics[Name]>;
};

/** The reader of one metric. */
export type ReaderOf<Definition> = Definition extends CounterDefinition<infer Label>
  ? [Label] extends [never] ? CounterReader : LabelledCounterReader<Label>
  : Definition extends GaugeDefinition<infer Label>
    ? [Label] extends [never] ? GaugeReader : LabelledGaugeReader<Label>
  : Definition extends HistogramDefinition<infer Label>
    ? [Label] extends [never] ? HistogramReader : LabelledHistogramReader<Label>
  : Definition extends RecordDefinition<infer Fields, infer Label>
    ? [Label] extends [never] ? RecordReader<Fields> : LabelledRecordReader<Fields, Label>
  : never;

/** What a read of a metric gives. */
export type ValueOf<Definition> = Definition extends { kind: "histogram" } ? HistogramValue
  : Definition extends { kind: "record"; fields: infer Fields extends RecordFields }
    ? RecordValue<Fields>
  : number;

/** The names of a metric's labels. */
export type LabelsOf<Definition> = Definition extends
  { labels: readonly (infer Label extends string)[] } ? Label
  : never;
