import { loadPackage } from "../packages.ts";
import { type Cases, privateCase } from "./case.ts";
import { boundaries, labelMask, labelSets, mask, seconds } from "./inputs.ts";

/** The part of the SDK that is measured. */
interface Sdk {
  MeterProvider: new (options: object) => { getMeter(name: string): Meter };
  MetricReader: new (options: object) => object;
  AggregationType: { EXPONENTIAL_HISTOGRAM: unknown };
}

/** The part of a meter that is measured. */
export interface Meter {
  createCounter(name: string): { add(n: number, attributes?: object): void };
  createGauge(name: string): { record(value: number): void };
  createHistogram(name: string, options?: object): { record(value: number): void };
}

/** What a reader gives. */
export interface Collected {
  resourceMetrics: { scopeMetrics: { metrics: { dataPoints: { value: unknown }[] }[] }[] };
}

const sdk = await loadPackage<Sdk>("@opentelemetry/sdk-metrics");

/** A reader that collects when asked: without one, the SDK keeps nothing and costs nothing. */
class ManualReader
  extends (sdk.MetricReader as new (options: object) => { collect(): Promise<Collected> }) {
  onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

/** A meter of its own, with what it has collected. The SDK keeps 2000 series of a metric unless told otherwise. */
export function makeMeter(views: object[] = [], cardinalityLimit = 2000): MadeMeter {
  const reader = new ManualReader({ cardinalitySelector: () => cardinalityLimit });
  const meter = new sdk.MeterProvider({ readers: [reader], views }).getMeter("bench");
  const total = async () => {
    const { resourceMetrics } = await reader.collect();
    const points = resourceMetrics.scopeMetrics[0].metrics[0].dataPoints;
    // A histogram's value is an object that has the count.
    return points.reduce(
      (sum, { value }) => sum + (typeof value === "number" ? value : (value as Count).count),
      0,
    );
  };
  return { meter, total, collect: () => reader.collect() };
}

/** A meter and what reads it. */
export interface MadeMeter {
  readonly meter: Meter;
  total(): Promise<number>;
  collect(): Promise<Collected>;
}

interface Count {
  count: number;
}

const histogramRecord = (views: object[]) =>
  privateCase(() => {
    const { meter, total } = makeMeter(views);
    const histogram = meter.createHistogram("m", {
      advice: { explicitBucketBoundaries: boundaries },
    });
    return {
      run(updates) {
        for (let i = 0; i < updates; i++) histogram.record(seconds[i & mask]);
      },
      total,
    };
  });

/** The OpenTelemetry SDK; it has no bound children, so that a kept attributes object is the nearest. */
export const cases: Cases = {
  "counter add": privateCase(() => {
    const { meter, total } = makeMeter();
    const counter = meter.createCounter("m");
    return {
      run(updates) {
        for (let i = 0; i < updates; i++) counter.add(1);
      },
      total,
    };
  }),
  "labelled add, bound child": privateCase(() => {
    const { meter, total } = makeMeter();
    const counter = meter.createCounter("m");
    return {
      run(updates) {
        for (let i = 0; i < updates; i++) counter.add(1, labelSets[3]);
      },
      total,
    };
  }),
  "labelled add, fresh lookup": privateCase(() => {
    const { meter, total } = makeMeter();
    const counter = meter.createCounter("m");
    return {
      run(updates) {
        for (let i = 0; i < updates; i++) {
          const { method, route, status } = labelSets[i & labelMask];
          counter.add(1, { method, route, status });
        }
      },
      total,
    };
  }),
  "gauge set": privateCase(() => {
    const { meter, total } = makeMeter();
    const gauge = meter.createGauge("m");
    return {
      run(updates) {
        for (let i = 1; i <= updates; i++) gauge.record(i);
      },
      total,
      expected: (_, last) => last,
    };
  }),
  "histogram record": histogramRecord([]),
};

/** Its other kind of histogram, whose bins are as wide as a part of the value. */
export const exponential: Cases = {
  "histogram record": histogramRecord([{
    instrumentName: "m",
    aggregation: { type: sdk.AggregationType.EXPONENTIAL_HISTOGRAM },
  }]),
};
