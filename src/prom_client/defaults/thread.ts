/**
 * Default metrics of each thread: its event loop, its heap, and what it waits for.
 *
 * @module
 */
import perfHooks from "node:perf_hooks";
import v8 from "node:v8";
import type { Gauge } from "../gauge.ts";
import { Histogram } from "../histogram.ts";
import type { Aggregator, LabelValues } from "../types.ts";
import { commonOf, type DefaultMetric, makeGauge, memoryUsage, processOf } from "./options.ts";

/** Name, help, aggregator and value of the figures of the event loop's delay. */
const LAGS: readonly (readonly [string, string, Aggregator, (delay: Delay) => number])[] = [
  [
    "min",
    "The minimum recorded event loop delay.",
    "min",
    ({ min }) => min,
  ],
  [
    "max",
    "The maximum recorded event loop delay.",
    "max",
    ({ max }) => max,
  ],
  [
    "mean",
    "The mean of the recorded event loop delays.",
    "average",
    ({ mean }) => mean,
  ],
  [
    "stddev",
    "The standard deviation of the recorded event loop delays.",
    "average",
    ({ stddev }) => stddev,
  ],
  ...[50, 90, 99].map((percent) =>
    [
      `p${percent}`,
      `The ${percent}th percentile of the recorded event loop delays.`,
      "average",
      (delay: Delay) => delay.percentile(percent),
    ] as const
  ),
];

/** A histogram of the event loop's delay, in nanoseconds. */
interface Delay {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  percentile(percent: number): number;
  enable(): void;
  reset(): void;
}

/** The delay of the event loop. */
export const eventLoopLag: DefaultMetric = (config) => {
  const { labels } = commonOf(config);
  let delay: Delay;
  try {
    const resolution = config.eventLoopMonitoringPrecision ?? 10;
    delay = perfHooks.monitorEventLoopDelay({ resolution }) as unknown as Delay;
    delay.enable();
  } catch {
    // A runtime that does not measure it.
    return;
  }
  const lag = makeGauge(
    config,
    "nodejs_eventloop_lag_seconds",
    "Lag of event loop in seconds.",
    {
      aggregator: "average",
      collect() {
        const start = performance.now();
        setImmediate(() => lag.set(labels, Math.max(0, performance.now() - start) / 1000));
        for (const [n, [, , , valueOf]] of LAGS.entries()) {
          gauges[n].set(labels, valueOf(delay) / 1e9);
        }
        delay.reset();
      },
    },
  );
  const gauges = LAGS.map(([name, help, aggregator]) =>
    makeGauge(config, `nodejs_eventloop_lag_${name}_seconds`, help, {
      aggregator,
    })
  );
};

/** Sets one series for each type, and removes those of types that are gone. */
function setByType(
  gauge: Gauge<string>,
  types: readonly string[],
  labels: LabelValues<string>,
): void {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  gauge.reset();
  for (const [type, count] of counts) gauge.set({ type, ...labels }, count);
}

/** Makes a gauge by type and one of the total. */
function makeCounts(
  config: Parameters<DefaultMetric>[0],
  { name, help, totalHelp, typesOf, countOf }: {
    readonly name: string;
    readonly help: string;
    readonly totalHelp: string;
    typesOf(): string[];
    countOf(): number;
  },
): void {
  const { labels } = commonOf(config);
  makeGauge(config, name, help, {
    labelNames: ["type"],
    collect() {
      setByType(this, typesOf(), labels);
    },
  });
  makeGauge(config, `${name}_total`, totalHelp, {
    collect() {
      this.set(labels, countOf());
    },
  });
}

function classesOf(objects: readonly object[]): string[] {
  return objects.filter((object) => object?.constructor !== undefined)
    .map(({ constructor }) => constructor.name);
}

/** What keeps the event loop alive. */
export const processResources: DefaultMetric = (config) => {
  const process = processOf();
  if (typeof process?.getActiveResourcesInfo !== "function") return;
  makeCounts(config, {
    name: "nodejs_active_resources",
    help: "Number of active resources that are currently keeping the event loop alive, grouped " +
      "by async resource type.",
    totalHelp: "Total number of active resources.",
    typesOf: () => process.getActiveResourcesInfo!(),
    countOf: () => process.getActiveResourcesInfo!().length,
  });
};

/** Open handles of libuv. */
export const processHandles: DefaultMetric = (config) => {
  const process = processOf();
  if (typeof process?._getActiveHandles !== "function") return;
  makeCounts(config, {
    name: "nodejs_active_handles",
    help: "Number of active libuv handles grouped by handle type. Every handle type is C++ class " +
      "name.",
    totalHelp: "Total number of active handles.",
    typesOf: () => classesOf(process._getActiveHandles!()),
    countOf: () => process._getActiveHandles!().length,
  });
};

/** Requests of libuv in progress. */
export const processRequests: DefaultMetric = (config) => {
  const process = processOf();
  if (typeof process?._getActiveRequests !== "function") return;
  makeCounts(config, {
    name: "nodejs_active_requests",
    help: "Number of active libuv requests grouped by request type. Every request type is C++ " +
      "class name.",
    totalHelp: "Total number of active requests.",
    typesOf: () => classesOf(process._getActiveRequests!()),
    countOf: () => process._getActiveRequests!().length,
  });
};

/** The heap of this thread. */
export const heapSizeAndUsed: DefaultMetric = (config) => {
  if (typeof processOf()?.memoryUsage !== "function") return;
  const { labels } = commonOf(config);
  const total = makeGauge(
    config,
    "nodejs_heap_size_total_bytes",
    "Process heap size from Node.js in bytes.",
    {
      collect() {
        const usage = memoryUsage();
        if (usage === undefined) return;
        total.set(labels, usage.heapTotal);
        used.set(labels, usage.heapUsed);
        if (usage.external !== undefined) external.set(labels, usage.external);
      },
    },
  );
  const used = makeGauge(
    config,
    "nodejs_heap_size_used_bytes",
    "Process heap size used from Node.js in bytes.",
  );
  const external = makeGauge(
    config,
    "nodejs_external_memory_bytes",
    "Node.js external memory size in bytes.",
  );
};

/** The spaces of this thread's heap. */
export const heapSpacesSizeAndUsed: DefaultMetric = (config) => {
  try {
    v8.getHeapSpaceStatistics();
  } catch {
    // A runtime that does not measure it.
    return;
  }
  const { labels } = commonOf(config);
  const [total, used, available] = ["total", "used", "available"].map((kind) =>
    makeGauge(
      config,
      `nodejs_heap_space_size_${kind}_bytes`,
      `Process heap space size ${kind} from Node.js in bytes.`,
      { labelNames: ["space"] },
    )
  );
  total.collect = () => {
    for (const statistics of v8.getHeapSpaceStatistics()) {
      const space = statistics.space_name.replace(/_space.*$/, "");
      total.set({ space, ...labels }, statistics.space_size);
      used.set({ space, ...labels }, statistics.space_used_size);
      available.set({ space, ...labels }, statistics.space_available_size);
    }
  };
};

/** The runtime's version. */
export const version: DefaultMetric = (config) => {
  const process = processOf();
  if (process === undefined) return;
  const [major, minor, patch] = process.version.slice(1).split(".").map(Number);
  const { labels } = commonOf(config);
  makeGauge(config, "nodejs_version_info", "Node.js version info.", {
    labelNames: ["version", "major", "minor", "patch"],
    aggregator: "first",
    collect() {
      this.set({ version: process.version, major, minor, patch, ...labels }, 1);
    },
  });
};

const GC_KINDS = ["major", "minor", "incremental", "weakcb"] as const;

/** How long garbage collections of this thread take. */
export const gc: DefaultMetric = (config) => {
  const { prefix, labels, labelNames, registers } = commonOf(config);
  const duration = new Histogram<string>({
    name: `${prefix}nodejs_gc_duration_seconds`,
    help: "Garbage collection duration by kind, one of major, minor, incremental or weakcb.",
    labelNames: ["kind", ...labelNames],
    buckets: config.gcDurationBuckets ?? [0.001, 0.01, 0.1, 1, 2, 5],
    registers,
  });
  const kinds = new Map(GC_KINDS.map((kind) => {
    const constants = perfHooks.constants as Record<string, number> | undefined;
    return [constants?.[`NODE_PERFORMANCE_GC_${kind.toUpperCase()}`], kind];
  }));
  try {
    const observer = new perfHooks.PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { detail } = entry as { detail?: { kind?: number } };
        const kind = kinds.get(detail?.kind);
        if (kind !== undefined) {
          duration.observe({ kind, ...labels }, entry.duration / 1000);
        }
      }
    });
    observer.observe({ entryTypes: ["gc"] });
  } catch {
    // A runtime that does not measure it.
  }
};
