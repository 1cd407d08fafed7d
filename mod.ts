/**
 * Statistics for programs with many threads: counters and records that Web Workers update at the cost of a
 * plain `x += 1`, and that any thread reads, consistently and at any time, even while workers are busy, blocked, crashed or killed.
 *
 * Every thread writes to memory of its own in a `SharedArrayBuffer`; readers add up the memory of all. `@x/thread-stats/prometheus` and
 * `@x/thread-stats/opentelemetry` show it to the world, `@x/thread-stats/dashboard` to people.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, max, record, sum, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({
 *   requests: counter({ help: "Requests served", labels: ["method"] }),
 *   flow: record({ bytes: sum("u64"), packets: sum(), longest: max() }, { labels: ["protocol"] }),
 * });
 *
 * const stats = ThreadStats.create(schema);
 * const worker = ThreadStats.attach(schema, stats.handle); // in each worker, with the handle from a message
 * const thread = worker.registerThread("worker-1");
 *
 * thread.metrics.requests.labels({ method: "GET" }).add();
 * thread.metrics.flow.labels({ protocol: "tcp" }).update({ bytes: 1500, packets: 1, longest: 1500 });
 *
 * assertEquals(stats.metrics.requests.read({ method: "GET" }), 1);
 * assertEquals(stats.metrics.flow.read({ protocol: "tcp" }), { bytes: 1500n, packets: 1, longest: 1500 });
 * ```
 *
 * @module
 */
export { StaleThreadError } from "./src/base/errors.ts";
export { counter, type CounterDefinition } from "./src/schema/counter.ts";
export { bitOr, type FieldDefinition, type FieldOp, max, min, sum } from "./src/schema/fields.ts";
export {
  gauge,
  type GaugeAggregate,
  type GaugeDefinition,
  type GaugeOptions,
} from "./src/schema/gauge.ts";
export {
  type ExplicitBins,
  histogram,
  type HistogramBins,
  type HistogramDefinition,
  type HistogramOptions,
  type LogLinearBins,
  type MissingBins,
} from "./src/schema/histogram.ts";
export type { LabelOptions, LabelValues, MetricOptions } from "./src/schema/metric_options.ts";
export {
  record,
  type RecordDefinition,
  type RecordDelta,
  type RecordFields,
  type RecordValue,
} from "./src/schema/record.ts";
export {
  defineSchema,
  type MetricDefinition,
  type Schema,
  type SchemaDefinition,
} from "./src/schema/schema.ts";
export { type StatsView, ThreadStats, type ThreadStatsOptions } from "./src/thread_stats.ts";
export type { MemoryHandle } from "./src/memory/shared_memory.ts";
export type { SeatTicket, ThreadStatsHandle } from "./src/threads/handle.ts";
export type { RevokeOptions, Seat } from "./src/threads/seat.ts";
export type { ThreadInfo, ThreadState } from "./src/threads/slot_directory.ts";
export type { Thread } from "./src/thread.ts";
export type {
  Aggregator,
  SeriesSnapshot,
  SeriesValue,
  ThreadValue,
} from "./src/metrics/bucket_reader.ts";
export type {
  BucketMaker,
  CounterReader,
  GaugeReader,
  HistogramReader,
  LabelledCounterReader,
  LabelledGaugeReader,
  LabelledHistogramReader,
  LabelledReader,
  LabelledRecordReader,
  LabelsOf,
  MetricReaders,
  MultiReader,
  ReaderOf,
  RecordReader,
  SingleReader,
  ValueOf,
} from "./src/metrics/reader_types.ts";
export {
  type HistogramBin,
  type HistogramData,
  HistogramValue,
} from "./src/metrics/histogram/histogram_value.ts";
export type { BurstMethods, RecordBurst } from "./src/metrics/record/record_burst.ts";
export type {
  CounterWriter,
  GaugeWriter,
  HistogramWriter,
  LabelledCounterWriter,
  LabelledGaugeWriter,
  LabelledHistogramWriter,
  LabelledRecordWriter,
  MetricWriters,
  RecordBucketWriter,
  RecordWriter,
  WriterOf,
} from "./src/metrics/writer_types.ts";
export {
  type MetricSnapshot,
  type SelfMetrics,
  Snapshot,
  type SnapshotData,
} from "./src/snapshots/snapshot.ts";
export type { SnapshotOptions } from "./src/snapshots/take_snapshot.ts";
export {
  type FieldSums,
  type SnapshotSource,
  Window,
  type WindowOptions,
} from "./src/snapshots/window.ts";
