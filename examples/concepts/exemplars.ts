/** An exemplar leads from a figure to an example of what was counted, usually a trace. */
import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
import { prometheusText } from "@x/thread-stats/prometheus";

const stats = ThreadStats.create(
  defineSchema({ latency: histogram({ unit: "seconds", boundaries: [0.1, 1] }) }),
);
const { latency } = stats.registerThread("main").metrics;
latency.record(0.7, { exemplar: { trace_id: "4bf92f3577b34da6" } });

const text = prometheusText(stats.snapshot(), { format: "openmetrics" });
console.log(text.includes('latency_seconds_bucket{le="1.0"} 1 # {trace_id="4bf92f3577b34da6"}')); // true
