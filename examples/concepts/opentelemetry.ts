/** A producer for the metric readers of OpenTelemetry's SDK. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
import { ThreadStatsProducer } from "@x/thread-stats/opentelemetry";

const stats = ThreadStats.create(defineSchema({ jobs: counter({ help: "Jobs done" }) }));
stats.registerThread("main").metrics.jobs.add(3);

// new PeriodicExportingMetricReader({ exporter, metricProducers: [producer] })
const producer = new ThreadStatsProducer(stats, { selfMetrics: false });
const { resourceMetrics } = await producer.collect();
const [metric] = resourceMetrics.scopeMetrics[0].metrics;
console.log(metric.descriptor.name, metric.dataPoints[0].value); // jobs 3
