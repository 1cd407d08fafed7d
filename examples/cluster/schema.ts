import { counter, defineSchema, gauge, histogram } from "../../mod.ts";

/** What every thread of every process counts; in Prometheus `http_requests_total`, `http_requests_in_flight`, `http_request_duration_seconds`. */
export const schema = defineSchema({
  httpRequests: counter({ help: "Requests handled", labels: ["method", "status"], maxSeries: 100 }),
  httpRequestsInFlight: gauge({ help: "Requests that are being handled" }),
  httpRequestDuration: histogram({
    help: "Time to handle a request",
    unit: "seconds",
    lowest: 0.001,
    highest: 10,
    relativeError: 0.02,
  }),
});

/**
 * Upper bounds of the latency's buckets in Prometheus. They are the same in all processes, or their sums would be of unlike things; and
 * each is one series more for every process.
 */
export const boundaries = {
  httpRequestDuration: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
};
