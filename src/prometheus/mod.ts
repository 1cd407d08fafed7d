/**
 * Metrics for Prometheus: as text, and as a handler for scrapes.
 *
 * | kind | in Prometheus |
 * | --- | --- |
 * | counter `requests` | `requests_total` |
 * | gauge `queueDepth` | `queue_depth` |
 * | histogram `latency`, unit seconds | `latency_seconds_bucket`, `_sum`, `_count` |
 * | record `flow`, field `bytes: sum()` | counter `flow_bytes_total` |
 * | record `flow`, field `lastSeen: max()` | gauge `flow_last_seen` |
 *
 * Names are written in snake case; a unit becomes the end of the name. Buckets that were made by `create()` have the label `id`
 * (`bucket_id` beside a label `id` of the metric's own); an id that is
 * used again is a new series with an old name.
 *
 * A record's `sum` is a counter here. One that takes negative changes is none: a server takes its falls for restarts.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { defineSchema, histogram, max, record, sum, ThreadStats } from "@x/thread-stats";
 * import { prometheusHandler } from "@x/thread-stats/prometheus";
 *
 * const schema = defineSchema({
 *   latency: histogram({ help: "Time to answer", unit: "seconds", lowest: 0.001, highest: 10 }),
 *   flow: record({ bytes: sum("u64"), lastSeen: max() }, { help: "Traffic", labels: ["protocol"] }),
 * });
 * const stats = ThreadStats.create(schema);
 * const { latency, flow } = stats.registerThread("main").metrics;
 * latency.record(0.2);
 * flow.labels({ protocol: "tcp" }).update({ bytes: 1500, lastSeen: 1_700_000_000 });
 *
 * const handler = prometheusHandler(stats, { boundaries: { latency: [0.1, 1] }, runtimeMetrics: true });
 * const text = await handler(new Request("http://localhost/metrics")).text();
 * assertStringIncludes(text, 'latency_seconds_bucket{le="0.1"} 0\nlatency_seconds_bucket{le="1"} 1\n');
 * assertStringIncludes(text, 'flow_bytes_total{protocol="tcp"} 1500\n');
 * assertStringIncludes(text, 'flow_last_seen{protocol="tcp"} 1700000000\n');
 * ```
 *
 * @module
 */
export type { MetricSource } from "../snapshots/snapshot_source.ts";
export { prometheusHandler, type PrometheusHandlerOptions } from "./handler.ts";
export type { PrometheusOptions } from "./options.ts";
export type { TextFormat } from "./render.ts";
export { prometheusText, type PrometheusTextOptions } from "./text.ts";
