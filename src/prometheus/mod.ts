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
 * | counter, `name: "HTTP_requests"` | `HTTP_requests`; in OpenMetrics with `_total` |
 * | gauge, `name: "job:errors:rate5m"` | `job:errors:rate5m` |
 * | record, `name: "Flow"`, field `lastSeen: max()` | gauge `Flow_lastSeen` |
 *
 * Names are converted to snake case, and end with the unit. The option `name` of a definition is
 * the exact name instead, and the names of labels are then written as they are. OpenMetrics demands
 * that a counter's samples end with `_total`, and that the name of a metric with a unit ends with
 * it; so `_total` is appended there, and a unit that the name does not end with is left out.
 *
 * **Names in quotes.** Names with other characters than letters, digits, `_` and (in names of
 * metrics) `:`, such as `http.requests`, are for clients that send `escaping=allow-utf-8`, as
 * Prometheus does from version 3 on. Other clients get them by the scheme that they ask for:
 * `underscores`, which is the default, `dots` or `values`. No two metrics of a schema, and no two
 * labels of a metric, may be the same in any scheme.
 *
 * A bucket that was created by `create()` has the label `id` (`bucket_id` if the metric itself has
 * a label `id`). When an id is used again, the new bucket continues the series of the old one.
 *
 * In OpenMetrics, counters and Prometheus buckets have the latest exemplar that was given with an
 * update. The bucket is that of its exact value. Prometheus stores exemplars if it was started with
 * `--enable-feature=exemplar-storage`.
 *
 * A `sum` field of a record is exported as a counter. This is wrong for a sum that takes negative
 * changes: a server mistakes each decrease for a restart.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { defineSchema, histogram, max, record, sum, ThreadStats } from "@x/thread-stats";
 * import { prometheusHandler } from "@x/thread-stats/prometheus";
 *
 * const schema = defineSchema({
 *   latency: histogram({ help: "Time to answer", unit: "seconds", lowest: 0.001, highest: 10 }),
 *   flow: record(
 *     { bytes: sum("u64"), lastSeen: max() },
 *     { help: "Traffic", labels: ["protocol"] },
 *   ),
 * });
 * const stats = ThreadStats.create(schema);
 * const { latency, flow } = stats.registerThread("main").metrics;
 * latency.record(0.2);
 * flow.labels({ protocol: "tcp" }).update({ bytes: 1500, lastSeen: 1_700_000_000 });
 *
 * const boundaries = { latency: [0.1, 1] };
 * const handler = prometheusHandler(stats, { boundaries, runtimeMetrics: true });
 * const text = await handler(new Request("http://localhost/metrics")).text();
 * assertStringIncludes(text, 'latency_seconds_bucket{le="0.1"} 0\n');
 * assertStringIncludes(text, 'latency_seconds_bucket{le="1"} 1\n');
 * assertStringIncludes(text, 'flow_bytes_total{protocol="tcp"} 1500\n');
 * assertStringIncludes(text, 'flow_last_seen{protocol="tcp"} 1700000000\n');
 * ```
 *
 * @example Exact names, and names in quotes
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { counter, defineSchema, gauge, ThreadStats } from "@x/thread-stats";
 * import { prometheusHandler } from "@x/thread-stats/prometheus";
 *
 * const schema = defineSchema({
 *   requests: counter({ name: "HTTP_requests", labels: ["statusCode"] }),
 *   load: gauge({ name: "system.load", labels: ["host.name"] }),
 * });
 * const stats = ThreadStats.create(schema);
 * const { requests, load } = stats.registerThread("main").metrics;
 * requests.labels({ statusCode: "200" }).add();
 * load.labels({ "host.name": "a" }).set(0.5);
 *
 * const handler = prometheusHandler(stats);
 * const scrape = (accept: string) =>
 *   handler(new Request("http://localhost/metrics", { headers: { accept } })).text();
 * const old = await scrape("text/plain;version=0.0.4");
 * assertStringIncludes(old, 'HTTP_requests{statusCode="200"} 1\n');
 * assertStringIncludes(old, 'system_load{host_name="a"} 0.5\n');
 * const utf8 = await scrape("text/plain;version=1.0.0;escaping=allow-utf-8");
 * assertStringIncludes(utf8, '{"system.load","host.name"="a"} 0.5\n');
 * ```
 *
 * @module
 */
export type {
  NodeHandler,
  NodeRequest,
  NodeResponse,
  NodeResponseStream,
} from "../http/node_types.ts";
export type { EscapingScheme } from "../schema/escaping.ts";
export type { SnapshotSource } from "../snapshots/snapshot_source.ts";
export { prometheusHandler } from "./handler.ts";
export type { PrometheusHandlerOptions } from "./handler_options.ts";
export { prometheusNodeHandler } from "./node_handler.ts";
export type { PrometheusOptions } from "./prometheus_options.ts";
export { PrometheusStartTimes } from "./prometheus_start_times.ts";
export type { TextFormat } from "./render.ts";
export { prometheusText, type PrometheusTextOptions } from "./text.ts";
