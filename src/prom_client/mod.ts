/**
 * prom-client's API over shared memory: a program that changes one import has the metrics of all
 * its threads in every `register.metrics()`.
 *
 * Each thread makes its metrics as its code does. The same name, kind, buckets and registry in
 * several threads is one metric, whose series are the sums of the threads' parts, or what
 * `aggregator` says. Threads find each other by themselves, as in {@linkcode ThreadStats.joinSync}:
 * load this module in a thread before it creates workers.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import client from "@x/thread-stats/prom-client"; // in place of prom-client
 *
 * const jobs = new client.Counter({ name: "jobs_total", help: "Jobs", labelNames: ["queue"] });
 * jobs.inc({ queue: "mail" });
 * assertStringIncludes(await client.register.metrics(), 'jobs_total{queue="mail"} 1');
 * ```
 *
 * @module
 */
import { aggregators } from "./aggregators.ts";
import { exponentialBuckets, linearBuckets } from "./bucket_generators.ts";
import { AggregatorRegistry } from "./cluster.ts";
import { Counter } from "./counter.ts";
import { collectDefaultMetrics } from "./default_metrics.ts";
import { Gauge } from "./gauge.ts";
import { Histogram } from "./histogram.ts";
import { joinMemory } from "./memory.ts";
import { Pushgateway } from "./pushgateway.ts";
import { register, Registry } from "./registry.ts";
import { Summary } from "./summary.ts";
import type {
  OpenMetricsContentType,
  PrometheusContentType,
  RegistryContentType,
} from "./types.ts";
import { validateMetricName } from "./validation.ts";

export { type AggregatorFunction, aggregators } from "./aggregators.ts";
export { exponentialBuckets, linearBuckets } from "./bucket_generators.ts";
export { AggregatorRegistry } from "./cluster.ts";
export { Counter, type CounterChild, type CounterConfiguration } from "./counter.ts";
export { type CollectDefaultMetrics, collectDefaultMetrics } from "./default_metrics.ts";
export type { DefaultMetricsCollectorConfiguration } from "./defaults/options.ts";
export { Gauge, type GaugeChild, type GaugeConfiguration } from "./gauge.ts";
export { Histogram, type HistogramChild, type HistogramConfiguration } from "./histogram.ts";
export { type CollectFunction, Metric, type MetricConfiguration } from "./metric.ts";
export {
  Pushgateway,
  type PushgatewayOptions,
  type PushgatewayParameters,
  type PushgatewayResponse,
} from "./pushgateway.ts";
export { type AnyRegistry, register, Registry } from "./registry.ts";
export { Summary, type SummaryChild, type SummaryConfiguration } from "./summary.ts";
export type {
  Aggregator,
  AnyMetric,
  Exemplar,
  IncreaseDataWithExemplar,
  LabelValues,
  MetricObjectWithValues,
  MetricValue,
  ObserveDataWithExemplar,
  OpenMetricsContentType,
  PrometheusContentType,
  RegistryContentType,
} from "./types.ts";
export { validateMetricName } from "./validation.ts";

// Now, so that the workers that this thread makes find the memory.
joinMemory();

/** The content type of Prometheus' text format. */
export const prometheusContentType: PrometheusContentType = Registry.PROMETHEUS_CONTENT_TYPE;
/** The content type of OpenMetrics. */
export const openMetricsContentType: OpenMetricsContentType = Registry.OPENMETRICS_CONTENT_TYPE;

/** What prom-client's CommonJS module is. */
export interface PromClient {
  /** See {@linkcode register}. */
  register: Registry;
  /** See {@linkcode Registry}. */
  Registry: typeof Registry;
  /** The content type of the global registry; setting it sets that. */
  contentType: RegistryContentType;
  /** See {@linkcode prometheusContentType}. */
  prometheusContentType: PrometheusContentType;
  /** See {@linkcode openMetricsContentType}. */
  openMetricsContentType: OpenMetricsContentType;
  /** See {@linkcode validateMetricName}. */
  validateMetricName: typeof validateMetricName;
  /** See {@linkcode Counter}. */
  Counter: typeof Counter;
  /** See {@linkcode Gauge}. */
  Gauge: typeof Gauge;
  /** See {@linkcode Histogram}. */
  Histogram: typeof Histogram;
  /** See {@linkcode Summary}. */
  Summary: typeof Summary;
  /** See {@linkcode Pushgateway}. */
  Pushgateway: typeof Pushgateway;
  /** See {@linkcode linearBuckets}. */
  linearBuckets: typeof linearBuckets;
  /** See {@linkcode exponentialBuckets}. */
  exponentialBuckets: typeof exponentialBuckets;
  /** See {@linkcode collectDefaultMetrics}. */
  collectDefaultMetrics: typeof collectDefaultMetrics;
  /** See {@linkcode aggregators}. */
  aggregators: typeof aggregators;
  /** See {@linkcode AggregatorRegistry}. */
  AggregatorRegistry: typeof AggregatorRegistry;
}

/** All of it, as the default export of prom-client has it. */
const client: PromClient = {
  register,
  Registry,
  get contentType(): RegistryContentType {
    return register.contentType;
  },
  set contentType(value: RegistryContentType) {
    register.setContentType(value);
  },
  prometheusContentType,
  openMetricsContentType,
  validateMetricName,
  Counter,
  Gauge,
  Histogram,
  Summary,
  Pushgateway,
  linearBuckets,
  exponentialBuckets,
  collectDefaultMetrics,
  aggregators,
  AggregatorRegistry,
};

export default client;
