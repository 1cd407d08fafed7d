/**
 * The metrics of {@linkcode Thread.observeRuntime}. Their names are reserved, so that no metric of
 * a program has them. Exporters show them for each thread, as their totals mean little.
 *
 * @module
 */
import { counter } from "./counter.ts";
import { gauge } from "./gauge.ts";
import { histogram } from "./histogram.ts";
import { defineOwnSchema } from "./schema.ts";

/** The schema of the library's own metrics of a thread's runtime. */
export const runtimeSchema = defineOwnSchema({
  threadStatsThreadEventLoopDelay: histogram({
    help: "Delay of a timer behind its time, by the thread's event loop",
    unit: "seconds",
    lowest: 0.001,
    highest: 1000,
    relativeError: 0.1,
  }),
  threadStatsThreadEventLoopUtilization: gauge({
    help: "Share of the last period in which the thread was not idle",
    unit: "ratio",
    aggregate: "max",
  }),
  threadStatsThreadHeapUsed: gauge({
    help: "JavaScript heap in use by the thread",
    unit: "bytes",
  }),
  threadStatsThreadCpu: counter({
    help: "Processor time of the thread since it is observed",
    unit: "seconds",
  }),
});

/** Names of the metrics of a thread's runtime. */
export type RuntimeMetrics = typeof runtimeSchema.metrics;
