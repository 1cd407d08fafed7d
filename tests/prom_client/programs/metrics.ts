/**
 * The metrics of the programs, made anew in each thread.
 *
 * @module
 */
import { Counter, Gauge, Histogram, Summary } from "../../../src/prom_client/mod.ts";

/** Makes all metrics. */
export function makeMetrics(): {
  readonly requests: Counter<"method" | "status">;
  readonly jobs: Counter;
  readonly depth: Gauge;
  readonly up: Gauge;
  readonly least: Gauge<"thread">;
  readonly took: Histogram<"route">;
  readonly size: Summary;
} {
  return {
    requests: new Counter({
      name: "requests",
      help: "Requests",
      labelNames: ["method", "status"],
    }),
    jobs: new Counter({ name: "jobs", help: "Jobs" }),
    depth: new Gauge({ name: "depth", help: "Depth" }),
    up: new Gauge({ name: "up", help: "Up", aggregator: "max" }),
    least: new Gauge({
      ...{ name: "least", help: "Least", labelNames: ["thread"] as const },
      aggregator: "min",
    }),
    took: new Histogram({
      ...{ name: "took", help: "Took", labelNames: ["route"] as const },
      buckets: [0.1, 1, 10],
    }),
    size: new Summary({ name: "size", help: "Size", percentiles: [0.5] }),
  };
}
