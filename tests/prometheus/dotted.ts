/**
 * Statistics with names that Prometheus takes only in quotes.
 *
 * @module
 */
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  sum,
  ThreadStats,
} from "../../mod.ts";

/** A metric of each kind. */
export const schema = defineSchema({
  requests: counter({
    name: "http.requests",
    help: 'All "requests"',
    labels: ["http.method", "a:b", "plain"],
  }),
  took: histogram({
    name: "http.took_seconds",
    help: "Took",
    unit: "seconds",
    boundaries: [1],
  }),
  odd: gauge({ name: '9 "\\\n花😱', help: "Odd" }),
  io: record({ bytes: sum(), peak: max() }, { name: "net.io", help: "Traffic" }),
});

/** The labels of the only series of `requests`. */
export const labels = { "http.method": "GET", "a:b": '"', plain: "x" };

/** Statistics with a value of each metric. */
export function dotted(): ThreadStats<typeof schema.metrics> {
  const stats = ThreadStats.create(schema);
  const { requests, took, odd, io } = stats.registerThread("main").metrics;
  requests.labels(labels).add(1);
  took.record(0.5);
  odd.set(2);
  io.update(stats.metrics.io.create(), { bytes: 3, peak: 4 });
  return stats;
}
