/**
 * Statistics with exact names, some of which OpenTelemetry's API does not allow.
 *
 * @module
 */
import { counter, defineSchema, gauge, histogram, record, sum, ThreadStats } from "../../mod.ts";

const schema = defineSchema({
  requests: counter({
    name: "HTTP_requests_total",
    labels: ["statusCode", "http.method"],
  }),
  rate: gauge({ name: "job:errors:rate5m", unit: "ratio" }),
  took: histogram({
    name: "tookSeconds",
    unit: "seconds",
    boundaries: [1],
    labels: ["Route"],
  }),
  flow: record({ bytesSent: sum() }, { name: "net.Flow", labels: ["srcHost"] }),
  odd: counter({ name: "_花" }),
});

/** Statistics with a value of each metric. */
export function exactly(): ThreadStats<typeof schema.metrics> {
  const stats = ThreadStats.create(schema);
  const { requests, rate, took, flow, odd } = stats.registerThread("main").metrics;
  requests.labels({ statusCode: "200", "http.method": "GET" }).add(1);
  rate.set(2);
  took.labels({ Route: "/" }).record(3);
  flow.labels({ srcHost: "h" }).update({ bytesSent: 4 });
  odd.add(5);
  return stats;
}

/** Its values, by the names of instruments and attributes; of a histogram the sum. */
export const EXACT_VALUES = {
  "HTTP_requests_total statusCode=200 http.method=GET": 1,
  "job:errors:rate5m": 2,
  "tookSeconds Route=/": 3,
  "net.Flow.bytesSent srcHost=h": 4,
  "_花": 5,
};
