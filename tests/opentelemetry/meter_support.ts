/**
 * What the tests of the meter provider share: collections of both kinds of providers in one form.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { defineSchema, ThreadStats } from "../../mod.ts";
import {
  type MetricData,
  ThreadStatsMeterProvider,
  type ThreadStatsMeterProviderOptions,
  ThreadStatsProducer,
} from "../../src/opentelemetry/mod.ts";
import { sdk } from "./packages.ts";

/** A metric without times. */
export interface PlainMetric {
  readonly unit: string;
  readonly description: string;
  readonly valueType: number;
  readonly dataPointType: number;
  readonly isMonotonic: boolean | undefined;
  readonly points: readonly { attributes: Record<string, unknown>; value: unknown }[];
}

/** Metrics by scope and name. */
export type PlainMetrics = Record<string, PlainMetric>;

/** A collection of a reader or producer. */
interface Collected {
  readonly scopeMetrics: readonly {
    readonly scope: { name: string; version?: string; schemaUrl?: string };
    readonly metrics: readonly object[];
  }[];
}

/** A collection without times, in a fixed order. */
export function plain({ scopeMetrics }: Collected): PlainMetrics {
  const all: PlainMetrics = {};
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics as readonly MetricData[]) {
      const { descriptor, dataPointType, dataPoints } = metric;
      if (dataPoints.length === 0) continue;
      const { name, description, unit, valueType } = descriptor;
      const points = dataPoints.map(({ attributes, value }) => ({ attributes, value }))
        .sort((a, b) => keyOf(a.attributes) < keyOf(b.attributes) ? -1 : 1);
      const key = [scope.name, scope.version ?? "", scope.schemaUrl ?? "", name].join(" ");
      const isMonotonic = "isMonotonic" in metric ? metric.isMonotonic : undefined;
      if (all[key] !== undefined) throw new Error(`Two metrics ${key}`);
      all[key] = { unit, description, valueType, dataPointType, isMonotonic, points };
    }
  }
  return all;
}

function keyOf(attributes: object): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => a < b ? -1 : 1));
}

/** The SDK's own provider, with a reader that collects on demand. */
export function sdkProvider(options: { limit?: number } = {}) {
  class Reader extends sdk.MetricReader {
    protected override onForceFlush = () => Promise.resolve();
    protected override onShutdown = () => Promise.resolve();
  }
  const { limit } = options;
  const reader = new Reader(limit === undefined ? {} : { cardinalitySelector: () => limit });
  const provider = new sdk.MeterProvider({ readers: [reader] });
  return {
    provider,
    async collect(): Promise<PlainMetrics> {
      const { resourceMetrics, errors } = await reader.collect();
      assertEquals(errors, []);
      return plain(resourceMetrics);
    },
  };
}

/** A provider with shared memory of its own, and a producer. */
export function sharedProvider(options: ThreadStatsMeterProviderOptions = {}) {
  const stats = ThreadStats.create(defineSchema({}));
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  const provider = new ThreadStatsMeterProvider(stats, { onWarning, ...options });
  const producer = new ThreadStatsProducer(stats, { selfMetrics: false });
  return { stats, provider, warnings, collect: () => collectPlain(producer) };
}

/** A producer's metrics without times. */
export async function collectPlain(producer: ThreadStatsProducer): Promise<PlainMetrics> {
  const { resourceMetrics, errors } = await producer.collect();
  assertEquals(errors, []);
  return plain(resourceMetrics);
}
