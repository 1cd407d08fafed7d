/**
 * Metrics of the process and of its threads.
 *
 * @module
 */
import {
  type DefaultMetric,
  type DefaultMetricsCollectorConfiguration,
  processOf,
} from "./defaults/options.ts";
import {
  osMemoryHeap,
  processCpuTotal,
  processMaxFileDescriptors,
  processOpenFileDescriptors,
  processStartTime,
} from "./defaults/process.ts";
import {
  eventLoopLag,
  gc,
  heapSizeAndUsed,
  heapSpacesSizeAndUsed,
  processHandles,
  processRequests,
  processResources,
  version,
} from "./defaults/thread.ts";

const metrics: Readonly<Record<string, DefaultMetric>> = {
  processCpuTotal,
  processStartTime,
  osMemoryHeap,
  processOpenFileDescriptors,
  processMaxFileDescriptors,
  eventLoopLag,
  ...(typeof processOf()?.getActiveResourcesInfo === "function" ? { processResources } : {}),
  processHandles,
  processRequests,
  heapSizeAndUsed,
  heapSpacesSizeAndUsed,
  version,
  gc,
};
import type { RegistryContentType } from "./types.ts";

/** The type of {@linkcode collectDefaultMetrics}. */
export interface CollectDefaultMetrics {
  <Format extends RegistryContentType>(
    config?: DefaultMetricsCollectorConfiguration<Format> | null,
  ): void;
  /** The names of all groups of default metrics. */
  metricsList: string[];
}

function collect(config?: DefaultMetricsCollectorConfiguration | null): void {
  if (config !== null && config !== undefined && typeof config !== "object") {
    throw new TypeError("config must be null, undefined, or an object");
  }
  for (const metric of Object.values(metrics)) metric(config ?? {});
}

/**
 * Makes the default metrics in this thread: CPU, memory, event loop, garbage collections. Figures
 * of the whole process are those that the reading thread measures; those of threads are merged.
 *
 * @param config Registry, prefix and labels.
 * @throws {TypeError} When the options are no object.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { collectDefaultMetrics, Registry } from "@x/thread-stats/prom-client";
 *
 * const registry = new Registry();
 * collectDefaultMetrics({ register: registry, prefix: "shop_" });
 * assertStringIncludes(await registry.metrics(), "shop_process_cpu_seconds_total");
 * ```
 */
export const collectDefaultMetrics: CollectDefaultMetrics = Object.assign(
  collect,
  {
    metricsList: Object.keys(metrics),
  },
);
