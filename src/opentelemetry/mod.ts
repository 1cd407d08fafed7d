/**
 * Metrics for OpenTelemetry: as observable instruments of any meter ({@linkcode observe}), or whole, histograms too, for the readers of its SDK
 * ({@linkcode ThreadStatsProducer}).
 *
 * Names are in snake case: counter `requestsServed` is `requests_served`, field `lastSeen` of record `flow` is `flow.last_seen`. Labels become attributes, in
 * snake case too; a bucket that was made by `create()` has the attribute `id`, the series that takes what is beyond `maxSeries` has
 * `otel.metric.overflow`. Units are written in UCUM: `seconds` is `s`, `bytes` is `By`.
 *
 * A collector that writes these metrics for Prometheus, with suffixes as is its default, gives them the names that they have in
 * `@x/thread-stats/prometheus`, as long as a unit is one word (`milliseconds`, not `ms`), and a name has its unit and `total` at its end or
 * not at all, and no two `_` in a row. Otherwise it goes by rules of its own:
 *
 * | metric | in `./prometheus` | by a collector |
 * | --- | --- | --- |
 * | `took` in `ms`, or another unit as UCUM writes it | `took_ms` | `took_milliseconds` |
 * | `load` in `%`, or another unit that can be part of no name | `load` | `load_percent` |
 * | `secondsWaited` in `seconds` | `seconds_waited_seconds` | `seconds_waited` |
 * | `hitRatioNow`, a gauge in `ratio` | `hit_ratio_now_ratio` | `hit_now_ratio` |
 * | `rate_cache_hits` in `cache_hits` | `rate_cache_hits` | `rate_cache_hits_cache_hits` |
 * | counter `totalRequests` | `total_requests_total` | `requests_total` |
 * | counter `total` | `total_total` | `total` |
 * | `a__b` | `a__b` | `a_b` |
 *
 * A histogram `latency` in `seconds` has its names there by a producer only: the `latency.count` and `latency.sum` of a meter become `latency_count_total` and
 * `latency_sum_seconds_total`.
 *
 * Nothing is imported: the package `@opentelemetry/api` or `@opentelemetry/sdk-metrics` (2.x or 3.x) is there if a program has a meter or a reader.
 *
 * @example A program that sends its metrics to a collector
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
 *       exporter: new OTLPMetricExporter(), // OTEL_EXPORTER_OTLP_ENDPOINT says where to
 *       metricProducers: [new ThreadStatsProducer(stats)],
 *     }),
 *   ],
 * });
 * // at the end: what is left is sent
 * await provider.shutdown();
 * ```
 *
 * @example What a reader of the SDK gets
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
 * @example With the meter that Deno gives
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
  BatchCallback,
  BatchResult,
  InstrumentOptions,
  ObservableInstrument,
  ObservableMeter,
  SeriesAttributes,
} from "./api.ts";
export { observe, type ObserveOptions } from "./observe.ts";
export type { MetricSource } from "../snapshots/snapshot_source.ts";
export type { OpenTelemetryOptions } from "./options.ts";
export { ThreadStatsProducer, type ThreadStatsProducerOptions } from "./producer.ts";
export type {
  BaseMetricData,
  CollectionResult,
  DataPoint,
  ExplicitHistogram,
  ExponentialBuckets,
  ExponentialHistogram,
  HighResolutionTime,
  MetricData,
  MetricDescriptor,
  MetricProducer,
  NoResource,
  SumMetricData,
} from "./sdk.ts";
