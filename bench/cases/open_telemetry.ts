import { loadPackage } from "../packages.ts";
import { type Cases, makeKeys, type Prepared, privateCase } from "./case.ts";
import { boundaries, labelMask, labelSets, mask, seconds } from "./inputs.ts";

/** The part of the SDK that is measured. */
interface Sdk {
  MeterProvider: new (options: object) => { getMeter(name: string): Meter };
  MetricReader: new (options: object) => object;
  AggregationType: { EXPONENTIAL_HISTOGRAM: unknown };
}

/** The part of a meter that is measured. */
interface Meter {
  createCounter(name: string): { add(n: number, attributes?: object): void };
  createGauge(name: string): { record(value: number): void };
  createHistogram(name: string, options?: object): { record(value: number): void };
}

/** The result of a collection. */
interface Collected {
  resourceMetrics: { scopeMetrics: { metrics: { dataPoints: { value: unknown }[] }[] }[] };
}

const sdk = await loadPackage<Sdk>("@opentelemetry/sdk-metrics");

/** A reader that collects on demand. Without a reader the SDK stores nothing and costs nothing. */
class ManualReader
  extends (sdk.MetricReader as new (options: object) => { collect(): Promise<Collected> }) {
  onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

/** Makes a meter with a reader of its own. The default limit of series is the SDK's. */
function makeMeter(views: object[] = [], cardinalityLimit = 2000): MadeMeter {
  const reader = new ManualReader({ cardinalitySelector: () => cardinalityLimit });
  const meter = new sdk.MeterProvider({ readers: [reader], views }).getMeter("bench");
  const total = async () => {
    const { resourceMetrics } = await reader.collect();
    const points = resourceMetrics.scopeMetrics[0].metrics[0].dataPoints;
    // The value of a histogram is an object with the count.
    return points.reduce(
      (sum, { value }) => sum + (typeof value === "number" ? value : (value as Count).count),
      0,
    );
  };
  return { meter, total, collect: () => reader.collect() };
}

/** A meter, and the reader that collects from it. */
interface MadeMeter {
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

/** Makes a loop that collects all series of one counter. */
function collecting(buckets: number, count: (add: ReturnType<typeof makeAdd>) => void): Prepared {
  const made = makeMeter([], buckets + 1);
  count(makeAdd(made.meter));
  return {
    async run(times) {
      for (let i = 0; i < times; i++) await made.collect();
    },
    total: made.total,
    expected: () => buckets,
  };
}

function makeAdd(meter: ReturnType<typeof makeMeter>["meter"]) {
  const counter = meter.createCounter("m");
  return (attributes?: object) => counter.add(1, attributes);
}

/**
 * The OpenTelemetry SDK. It has no bound children; an attributes object that is kept is the
 * nearest. The only way to read is to collect.
 */
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
  "counter read": privateCase(() => collecting(1, (add) => add())),
  "snapshot of counters": privateCase(({ buckets = 1 }) =>
    collecting(buckets, (add) => {
      for (const key of makeKeys(buckets)) add({ key });
    })
  ),
};

/** The other kind of histogram of the SDK: the width of a bin is proportional to its values. */
export const exponential: Cases = {
  "histogram record": histogramRecord([{
    instrumentName: "m",
    aggregation: { type: sdk.AggregationType.EXPONENTIAL_HISTOGRAM },
  }]),
};
