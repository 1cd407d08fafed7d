// deno-lint-ignore-file no-import-prefix -- every task would download imports of deno.json
/**
 * Compares the types of `@x/thread-stats/opentelemetry`, which imports no package, with those of
 * OpenTelemetry's packages. Type-checked only, never run.
 *
 * @module
 */
import type { Meter } from "npm:@opentelemetry/api@1.10.0";
import type {
  MetricData,
  MetricProducer,
  MetricReaderOptions,
} from "npm:@opentelemetry/sdk-metrics@3.1.0";
import type * as sdk2 from "npm:@opentelemetry/sdk-metrics@2.5.1";
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
import {
  type CollectionResult,
  type ObservableMeter,
  observe,
  ThreadStatsProducer,
} from "@x/thread-stats/opentelemetry";

const stats = ThreadStats.create(defineSchema({ requests: counter() }));
const view = ThreadStats.inspect(stats.handle);

export function producers(): MetricReaderOptions {
  const producer = new ThreadStatsProducer(view, {
    temporality: "delta",
    maxSize: 20,
  });
  const _old: sdk2.MetricProducer = producer;
  const ours: MetricProducer = producer;

  // @ts-expect-error: no statistics
  new ThreadStatsProducer({});
  // @ts-expect-error: no such temporality
  new ThreadStatsProducer(stats, { temporality: "both" });
  // @ts-expect-error: a number
  new ThreadStatsProducer(stats, { maxSize: "20" });
  new ThreadStatsProducer(stats, { boundaries: [0.1, 1] });
  new ThreadStatsProducer(stats, { boundaries: { latency: [0.1, 1] } });
  // @ts-expect-error: numbers
  new ThreadStatsProducer(stats, { boundaries: ["1"] });
  // @ts-expect-error: no such option
  new ThreadStatsProducer(stats, { quantiles: [] });
  return { metricProducers: [producer, ours] };
}

export function data(
  result: CollectionResult,
): (MetricData | sdk2.MetricData)[] {
  const { metrics } = result.resourceMetrics.scopeMetrics[0];
  const _old: sdk2.MetricData[] = metrics;
  const ours: MetricData[] = metrics;
  for (const metric of metrics) {
    // 0: a histogram with boundaries
    if (metric.dataPointType === 0) metric.dataPoints[0].value.buckets.counts;
    // @ts-expect-error: not all have boundaries
    metric.dataPoints[0].value.buckets;
  }
  return ours;
}

export function meters(meter: Meter): void {
  const ours: ObservableMeter = meter;
  using _ = observe(stats, ours, { quantiles: [0.5] });
  using _again = observe(view, meter, { perThread: true, selfMetrics: false });

  using _quiet = observe(view, meter, { onError() {} });

  // @ts-expect-error: no meter
  observe(stats, {});
  // @ts-expect-error: no statistics
  observe({}, meter);
  // @ts-expect-error: numbers
  observe(stats, meter, { quantiles: ["0.5"] });
  // @ts-expect-error: no such option
  observe(stats, meter, { temporality: "delta" });
}
