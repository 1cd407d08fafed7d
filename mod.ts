/**
 * Statistics for programs with many threads: counters, gauges, histograms and records, which Web
 * Workers update at the cost of a plain `x += 1`. Any thread reads them, consistently and at any
 * time, even while workers are busy, blocked, crashed or killed.
 *
 * Every thread writes to its own part of a `SharedArrayBuffer`, and readers add up all parts.
 * `@x/thread-stats/prometheus` and `@x/thread-stats/opentelemetry` export the statistics;
 * `@x/thread-stats/dashboard` shows them on a live page.
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
 * // In each worker, with the handle from a message:
 * const worker = ThreadStats.attach(schema, stats.handle);
 * const thread = worker.registerThread("worker-1");
 *
 * thread.metrics.requests.labels({ method: "GET" }).add();
 * const tcp = { protocol: "tcp" };
 * thread.metrics.flow.labels(tcp).update({ bytes: 1500, packets: 1, longest: 1500 });
 *
 * assertEquals(stats.metrics.requests.read({ method: "GET" }), 1);
 * assertEquals(stats.metrics.flow.read(tcp), { bytes: 1500n, packets: 1, longest: 1500 });
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
export type { LabelFilter } from "./src/schema/label_values.ts";
export type { LabelOptions, LabelValues, MetricOptions } from "./src/schema/metric_options.ts";
export {
  record,
  type RecordDefinition,
  type RecordDelta,
  type RecordFields,
  type RecordValue,
} from "./src/schema/record.ts";
export type { MetricDefinition, MetricKind, SchemaDefinition } from "./src/schema/definitions.ts";
export { defineSchema, type Schema } from "./src/schema/schema.ts";
export { type StatsView, ThreadStats } from "./src/thread_stats.ts";
export type { ThreadStatsOptions } from "./src/thread_stats_options.ts";
export type { FollowableWorker } from "./src/ends/follow.ts";
export type { JoinOptions } from "./src/join/options.ts";
export type { MemoryFile } from "./src/memory/memory_file.ts";
export type { GrowableMemory, MemoryHandle } from "./src/memory/shared_memory.ts";
export type { SeatTicket, ThreadStatsHandle } from "./src/threads/handle.ts";
export type { RevokeOptions, Seat } from "./src/threads/seat.ts";
export type { ThreadInfo, ThreadState, ThreadTurn } from "./src/threads/control_word.ts";
export type { ObserveRuntimeOptions, RuntimeObservation } from "./src/runtime/options.ts";
export type { MetricsOfMemory, Thread } from "./src/thread.ts";
export type {
  Aggregator,
  SeriesSnapshot,
  SeriesValue,
  ThreadValue,
} from "./src/metrics/series_values.ts";
export type { Exemplar, ExemplarLabels } from "./src/metrics/exemplars/exemplar.ts";
export type { BurstMethods, RecordBurst } from "./src/metrics/burst_types.ts";
export type { FieldsOf, LabelsOf, NamesOfKind } from "./src/metrics/definition_types.ts";
export type {
  BucketMaker,
  BucketManager,
  CounterReader,
  GaugeReader,
  HistogramReader,
  LabelledCounterReader,
  LabelledGaugeReader,
  LabelledHistogramReader,
  LabelledReader,
  LabelledReadersByKind,
  LabelledRecordReader,
  MetricReaders,
  MultiReader,
  ReaderOf,
  ReadersByKind,
  RecordReader,
  SelectionOf,
  SeriesSelection,
  SingleReader,
  ValueOf,
  ValuesByKind,
} from "./src/metrics/reader_types.ts";
export type { HistogramBin, HistogramData } from "./src/metrics/histogram/histogram_data.ts";
export type { Timed, Timer } from "./src/metrics/histogram/timer.ts";
export { HistogramValue } from "./src/metrics/histogram/histogram_value.ts";
export type {
  CounterAddOptions,
  CounterWriter,
  GaugeWriter,
  HistogramRecordOptions,
  HistogramWriter,
  LabelledCounterWriter,
  LabelledGaugeWriter,
  LabelledHistogramWriter,
  LabelledRecordWriter,
  LabelledWritersByKind,
  MetricWriters,
  RecordBucketWriter,
  RecordWriter,
  WriterOf,
  WritersByKind,
} from "./src/metrics/writer_types.ts";
export type { FieldSums } from "./src/snapshots/arithmetic.ts";
export { Snapshot } from "./src/snapshots/snapshot.ts";
export type {
  MetricSnapshot,
  ObservedThread,
  SelfMetrics,
  SnapshotData,
} from "./src/snapshots/snapshot_data.ts";
export type { SnapshotSource } from "./src/snapshots/snapshot_source.ts";
export type { SnapshotOptions } from "./src/snapshots/take_snapshot.ts";
export { Window } from "./src/snapshots/window.ts";
export type { WindowOptions } from "./src/snapshots/window_options.ts";
