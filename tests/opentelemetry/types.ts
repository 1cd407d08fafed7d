// deno-lint-ignore-file no-import-prefix -- every task would download imports of deno.json
/**
 * Compares the types of `@x/thread-stats/opentelemetry`, which imports no package, with those of
 * OpenTelemetry's packages. Type-checked only, never run.
 *
 * @module
 */
import type { Meter, MeterProvider, ValueType } from "npm:@opentelemetry/api@1.10.0";
import type * as api109 from "npm:@opentelemetry/api@1.9.0";
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
  ThreadStatsMeterProvider,
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

export function providers(valueType: ValueType): MeterProvider {
  const thread = stats.registerThread();
  const ours = new ThreadStatsMeterProvider(stats, {
    thread,
    views: [{ instrumentName: "http.*", boundaries: [1], attributeKeys: ["a"], drop: false }],
  });
  const _old: api109.MeterProvider = ours;
  const meter: Meter = ours.getMeter("http", "1", { schemaUrl: "" });
  const options = { valueType, advice: { explicitBucketBoundaries: [1] } };
  // The same calls are possible without the package's types.
  ours.getMeter("http").createHistogram("took", options).record(1, { a: ["b"], c: 1 });
  ours.getMeter("http").createCounter("jobs", options).add(1, { a: true });
  ours.getMeter("http").createObservableGauge("load").addCallback(async (result) => {
    await Promise.resolve();
    result.observe(1, { a: "b" });
  });
  meter.createCounter<{ a: string }>("jobs").add(1, { a: "b" });

  // @ts-expect-error: no statistics
  new ThreadStatsMeterProvider(view);
  // @ts-expect-error: no such option
  new ThreadStatsMeterProvider(stats, { readers: [] });
  // @ts-expect-error: a registered thread
  new ThreadStatsMeterProvider(stats, { thread: stats });
  // @ts-expect-error: no such condition
  new ThreadStatsMeterProvider(stats, { views: [{ instrumentType: 1 }] });
  return ours;
}
