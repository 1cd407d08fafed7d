/**
 * Metrics for OpenTelemetry, in two ways: {@linkcode observe} reports them to any meter, as
 * observable instruments; {@linkcode ThreadStatsProducer} gives them to the readers of the SDK,
 * with histograms at full resolution.
 *
 * Metrics from OpenTelemetry: {@linkcode ThreadStatsMeterProvider} records what instrumented
 * libraries report through `@opentelemetry/api`, in all threads. These metrics are exported under
 * their own meters' scopes, with their own names and attributes; what follows is about the others.
 *
 * Names are in snake case: counter `requestsServed` is `requests_served`, field `lastSeen` of
 * record `flow` is `flow.last_seen`. Labels become attributes, in snake case too. A metric with the
 * option `name` has exactly this name (a field is appended with a dot) and its labels as they are,
 * whether OpenTelemetry's API allows the name or not: SDKs make such an instrument with a warning,
 * and OTLP carries any name. A bucket that was created by `create()` has the attribute `id`; the
 * series for updates beyond `maxSeries` has `otel.metric.overflow`. Units are in UCUM: `seconds` is
 * `s`, `bytes` is `By`.
 *
 * A collector that writes these metrics for Prometheus, with suffixes as is its default, gives them
 * the same names as `@x/thread-stats/prometheus` if three conditions hold: the unit is one word
 * (`milliseconds`, not `ms`); the name contains its unit and `total` only at its end; and the name
 * has no two `_` in a row. Otherwise the collector applies rules of its own:
 *
 * | metric | in `./prometheus` | by a collector |
 * | --- | --- | --- |
 * | `took` in `ms`, or another unit in UCUM | `took_ms` | `took_milliseconds` |
 * | `load` in `%`, or another unit that cannot be in a name | `load` | `load_percent` |
 * | `secondsWaited` in `seconds` | `seconds_waited_seconds` | `seconds_waited` |
 * | `hitRatioNow`, a gauge in `ratio` | `hit_ratio_now_ratio` | `hit_now_ratio` |
 * | `rate_cache_hits` in `cache_hits` | `rate_cache_hits` | `rate_cache_hits_cache_hits` |
 * | counter `totalRequests` | `total_requests_total` | `requests_total` |
 * | counter `total` | `total_total` | `total` |
 * | `a__b` | `a__b` | `a_b` |
 *
 * A histogram `latency` in `seconds` has the same names only if a producer exports it. From a
 * meter, `latency.count` and `latency.sum` become `latency_count_total` and
 * `latency_sum_seconds_total`.
 *
 * Data points of a producer have the exemplars of counters and histograms, in the form of the SDK:
 * labels `trace_id` and `span_id` in the form of W3C's Trace Context are the trace and the span.
 * The SDK's readers pass them on. Its exporters for OTLP (up to 0.301) leave them out. A meter
 * takes no exemplars.
 *
 * This module imports no package. A program that has a meter or a reader already has
 * `@opentelemetry/api` or `@opentelemetry/sdk-metrics` (2.x or 3.x).
 *
 * @example Send metrics to a collector
 * ```ts ignore
 * import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
 * import { resourceFromAttributes } from "@opentelemetry/resources";
 * import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
 * import { ThreadStatsProducer } from "@x/thread-stats/opentelemetry";
 * import { stats } from "./stats.ts";
 *
 * const provider = new MeterProvider({
 *   resource: resourceFromAttributes({ "service.name": "shop" }),
 *   readers: [
 *     new PeriodicExportingMetricReader({
 *       exporter: new OTLPMetricExporter(), // to OTEL_EXPORTER_OTLP_ENDPOINT
 *       metricProducers: [new ThreadStatsProducer(stats)],
 *     }),
 *   ],
 * });
 * // at the end of the program: sends the remaining data
 * await provider.shutdown();
 * ```
 *
 * @example Collect metrics as a reader of the SDK does
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, histogram, ThreadStats } from "@x/thread-stats";
 * import { ThreadStatsProducer } from "@x/thread-stats/opentelemetry";
 *
 * const schema = defineSchema({
 *   requests: counter({ help: "Requests served", labels: ["method"] }),
 *   latency: histogram({ help: "Time to answer", unit: "seconds", boundaries: [0.1, 1] }),
 * });
 * const stats = ThreadStats.create(schema);
 * const { requests, latency } = stats.registerThread("main").metrics;
 * requests.labels({ method: "GET" }).add();
 * latency.record(0.25);
 *
 * const producer = new ThreadStatsProducer(stats, { selfMetrics: false });
 * const { resourceMetrics } = await producer.collect();
 * const [{ metrics }] = resourceMetrics.scopeMetrics;
 * assertEquals(metrics.map(({ descriptor }) => descriptor.name), ["requests", "latency"]);
 * assertEquals(metrics[1].descriptor.unit, "s");
 * assertEquals(metrics[1].dataPoints[0].value, {
 *   buckets: { boundaries: [0.1, 1], counts: [0, 1, 0] },
 *   ...{ count: 1, sum: 0.25, min: 0.25, max: 0.25 },
 * });
 * ```
 *
 * @example Use Deno's built-in meter
 * ```ts ignore
 * // OTEL_DENO=true deno run main.ts
 * import { metrics } from "npm:@opentelemetry/api@1";
 * import { observe } from "@x/thread-stats/opentelemetry";
 * import { stats } from "./stats.ts";
 *
 * using _ = observe(stats, metrics.getMeter("shop"), { quantiles: [0.5, 0.99] });
 * ```
 *
 * @module
 */
export type {
  AttributeValue,
  BatchCallback,
  BatchResult,
  InstrumentOptions,
  ObservableInstrument,
  ObservableMeter,
  SeriesAttributes,
} from "./api.ts";
export type {
  MeterAttributes,
  MeterBatchCallback,
  MeterBatchResult,
  MeterCallback,
  MeterCounter,
  MeterInstrumentOptions,
  MeterObservable,
  MeterObservableResult,
  MeterRecorder,
  ThreadStatsMeter,
} from "./meter_api.ts";
export { ThreadStatsMeterProvider } from "./meter_provider.ts";
export type { ThreadStatsMeterProviderOptions } from "./meter_provider_options.ts";
export type { ExtendedStats, MeterStats, MeterThread } from "./meter_streams.ts";
export type { MeterView } from "./meter_views.ts";
export { observe, type ObserveOptions } from "./observe.ts";
export type { OpenTelemetryOptions } from "./opentelemetry_options.ts";
export { ThreadStatsProducer } from "./producer.ts";
export type { ThreadStatsProducerOptions } from "./producer_options.ts";
export type {
  BaseMetricData,
  CollectionResult,
  DataPoint,
  ExemplarData,
  ExplicitHistogram,
  ExponentialBuckets,
  ExponentialHistogram,
  HighResolutionTime,
  InstrumentationScope,
  MetricData,
  MetricDescriptor,
  MetricProducer,
  NoResource,
  SumMetricData,
} from "./sdk.ts";
export type { SnapshotSource } from "../snapshots/snapshot_source.ts";
