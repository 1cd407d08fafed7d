/**
 * Statistics and producers as the tests of these need them.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  defineSchema,
  HistogramValue,
  type SchemaDefinition,
  Snapshot,
  type SnapshotOptions,
  ThreadStats,
} from "../../mod.ts";
import {
  type DataPoint,
  type HighResolutionTime,
  type MetricData,
  type MetricSource,
  ThreadStatsProducer,
  type ThreadStatsProducerOptions,
} from "../../src/opentelemetry/mod.ts";

/** The metrics of a collection by name. */
export async function collect(producer: ThreadStatsProducer): Promise<Record<string, MetricData>> {
  const { resourceMetrics, errors } = await producer.collect();
  assertEquals(errors, []);
  const [{ metrics }] = resourceMetrics.scopeMetrics;
  return Object.fromEntries(metrics.map((metric) => [metric.descriptor.name, metric]));
}

/** A producer without the library's own figures. */
export function producerOf(
  stats: MetricSource,
  options: ThreadStatsProducerOptions = {},
): ThreadStatsProducer {
  return new ThreadStatsProducer(stats, { selfMetrics: false, ...options });
}

/** Attributes and value of each point. */
export function valuesOf(metric: MetricData | undefined): unknown[] {
  const points: readonly DataPoint<unknown>[] = metric?.dataPoints ?? [];
  return points.map(({ attributes, value }) => ({ ...attributes, value }));
}

/** When the first series of a metric began, in milliseconds since 1970. */
export function startOf(metric: MetricData): number {
  return millisecondsOf(metric.dataPoints[0].startTime);
}

/** A time in milliseconds. */
export function millisecondsOf([seconds, nanoseconds]: HighResolutionTime): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Time that the clock, which has milliseconds, can tell from now. */
export async function tick(): Promise<void> {
  const now = Date.now();
  while (Date.now() === now) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Statistics with one thread, and its writers. */
export function make<const Metrics extends SchemaDefinition>(metrics: Metrics) {
  const stats = ThreadStats.create(defineSchema(metrics));
  return { stats, ...stats.registerThread("main") };
}

/** Statistics in which the last value of each histogram is under way: its sum is there, its bin, the first one, is not. */
export class InFlight implements MetricSource {
  readonly #stats: MetricSource;
  isInFlight = false;

  constructor(stats: MetricSource) {
    this.#stats = stats;
  }

  snapshot(options?: SnapshotOptions): Snapshot {
    const now = this.#stats.snapshot(options);
    if (!this.isInFlight) return now;
    const metrics = Object.entries(now.metrics).map(([name, { definition, series }]) => {
      const rows = series.map((row) => {
        const perThread = row.perThread?.map(withoutLast);
        return { ...withoutLast(row), ...(perThread && { perThread }) };
      });
      return [name, { definition, series: rows }];
    });
    return new Snapshot({ ...now, metrics: Object.fromEntries(metrics) });
  }
}

function withoutLast<Part extends { value: unknown }>(part: Part): Part {
  const value = part.value as HistogramValue;
  const counts = value.counts.map((count, n) => count - (value.offset + n === 0 ? 1 : 0));
  return { ...part, value: new HistogramValue({ ...value, counts }) };
}
