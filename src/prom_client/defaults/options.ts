/**
 * The options of the default metrics, and how each of them is made.
 *
 * @module
 */
import { Gauge } from "../gauge.ts";
import type { Merge } from "../merging.ts";
import { MERGE } from "../metric.ts";
import type { AnyRegistry, Registry } from "../registry.ts";
import type { Aggregator, LabelValues, RegistryContentType } from "../types.ts";

/**
 * Options of {@linkcode collectDefaultMetrics}.
 *
 * @typeParam Format The content type of the registry.
 */
export interface DefaultMetricsCollectorConfiguration<
  Format extends RegistryContentType = RegistryContentType,
> {
  /** The registry; by default the global one. */
  register?: Registry<Format> | AnyRegistry;
  /** Text before all names. */
  prefix?: string;
  /** Labels of all series. */
  labels?: object;
  /** Upper bounds of the histogram of garbage collections, in seconds. */
  gcDurationBuckets?: readonly number[];
  /** How precisely the delay of the event loop is measured, in milliseconds. */
  eventLoopMonitoringPrecision?: number;
  /** Whether the counters of CPU time have exemplars with the present trace. */
  enableExemplars?: boolean;
}

/** What makes one group of default metrics. */
export type DefaultMetric = (
  config: DefaultMetricsCollectorConfiguration,
) => void;

/** The options that all default metrics of a configuration share. */
export function commonOf(
  { register, prefix = "", labels }: DefaultMetricsCollectorConfiguration,
): {
  readonly prefix: string;
  readonly labels: LabelValues<string>;
  readonly labelNames: string[];
  readonly registers: AnyRegistry[] | undefined;
} {
  return {
    prefix,
    labels: (labels ?? {}) as LabelValues<string>,
    labelNames: Object.keys(labels ?? {}),
    registers: register ? [register] : undefined,
  };
}

/** What is particular about one gauge. */
interface GaugeParts {
  readonly aggregator?: Aggregator;
  /** How the threads' parts become one. */
  readonly merge?: Merge;
  readonly labelNames?: readonly string[];
  collect?(this: Gauge<string>): void;
}

/** Makes one gauge. */
export function makeGauge(
  config: DefaultMetricsCollectorConfiguration,
  name: string,
  help: string,
  { aggregator = "sum", merge, labelNames = [], collect }: GaugeParts = {},
): Gauge<string> {
  const common = commonOf(config);
  return new Gauge<string>({
    name: common.prefix + name,
    help,
    registers: common.registers,
    labelNames: [...labelNames, ...common.labelNames],
    aggregator,
    ...(collect && { collect }),
    ...{ [MERGE]: merge },
  });
}

/** The process, where there is one. */
export function processOf(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

/** The part of `process` that default metrics use. */
export interface NodeProcess {
  readonly version: string;
  readonly platform: string;
  cpuUsage?(): { user: number; system: number };
  uptime(): number;
  memoryUsage?(): {
    rss: number;
    heapTotal: number;
    heapUsed: number;
    external?: number;
  };
  getActiveResourcesInfo?(): string[];
  _getActiveHandles?(): object[];
  _getActiveRequests?(): object[];
}

/** This process's memory; `undefined` where reading it fails. */
export function memoryUsage():
  | ReturnType<NonNullable<NodeProcess["memoryUsage"]>>
  | undefined {
  try {
    return processOf()?.memoryUsage?.();
  } catch {
    return undefined;
  }
}
