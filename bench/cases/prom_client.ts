import { loadPackage } from "../packages.ts";
import { type Cases, makeKeys, privateCase } from "./case.ts";
import { boundaries, labelMask, labelNames, labelSets, mask, seconds } from "./inputs.ts";

/** The part of prom-client that is measured. `@prometheus-io/client` has it as well. */
interface PromClient {
  Registry: new () => { getMetricsAsJSON(): Promise<Awaited<ReturnType<Metric["get"]>>[]> };
  Counter: new (options: object) => Counter;
  Gauge: new (options: object) => Gauge;
  Histogram: new (options: object) => Histogram;
}

/** The part of all metrics that is measured. */
interface Metric {
  get(): Promise<{ values: { value: number; metricName?: string }[] }>;
}

interface Counter extends Metric {
  inc(n?: number): void;
  labels(labels: object): { inc(n?: number): void };
  remove(labels: object): void;
}

interface Gauge extends Metric {
  set(value: number): void;
  inc(n?: number): void;
}

interface Histogram extends Metric {
  observe(value: number): void;
}

/** The sum of all series, or of the series of one name. */
async function sumOf(metric: Metric, name?: string): Promise<number> {
  const { values } = await metric.get();
  return values.filter(({ metricName }) => name === undefined || metricName === name)
    .reduce((total, { value }) => total + value, 0);
}

/** `prom-client`, or its successor. They count for one thread, and are read asynchronously. */
export async function makeCases(name: string): Promise<Cases> {
  const client = await loadPackage<PromClient>(name);
  const options = () => ({ name: "m", help: "m", registers: [new client.Registry()] });
  const makeCounter = (labelNames: readonly string[]) => {
    const registry = new client.Registry();
    const options = { name: "m", help: "m", registers: [registry], labelNames };
    return { registry, counter: new client.Counter(options) };
  };
  return {
    "counter add": privateCase(() => {
      const counter = new client.Counter(options());
      return {
        run(updates) {
          for (let i = 0; i < updates; i++) counter.inc(1);
        },
        total: () => sumOf(counter),
      };
    }),
    "labelled add, bound child": privateCase(() => {
      const counter = new client.Counter({ ...options(), labelNames });
      const child = counter.labels(labelSets[3]);
      return {
        run(updates) {
          for (let i = 0; i < updates; i++) child.inc(1);
        },
        total: () => sumOf(counter),
      };
    }),
    "labelled add, fresh lookup": privateCase(() => {
      const counter = new client.Counter({ ...options(), labelNames });
      return {
        run(updates) {
          for (let i = 0; i < updates; i++) {
            const { method, route, status } = labelSets[i & labelMask];
            counter.labels({ method, route, status }).inc(1);
          }
        },
        total: () => sumOf(counter),
      };
    }),
    "gauge set": privateCase(() => {
      const gauge = new client.Gauge(options());
      return {
        run(updates) {
          for (let i = 1; i <= updates; i++) gauge.set(i);
        },
        total: () => sumOf(gauge),
        expected: (_, last) => last,
      };
    }),
    "gauge add": privateCase(() => {
      const gauge = new client.Gauge(options());
      return {
        run(updates) {
          for (let i = 0; i < updates; i++) gauge.inc(1);
        },
        total: () => sumOf(gauge),
      };
    }),
    "histogram record": privateCase(() => {
      const histogram = new client.Histogram({ ...options(), buckets: boundaries });
      return {
        run(updates) {
          for (let i = 0; i < updates; i++) histogram.observe(seconds[i & mask]);
        },
        total: () => sumOf(histogram, "m_count"),
      };
    }),
    "counter read": privateCase(() => {
      const { counter } = makeCounter([]);
      counter.inc(1);
      let last: Awaited<ReturnType<Metric["get"]>>;
      return {
        async run(reads) {
          for (let i = 0; i < reads; i++) last = await counter.get();
        },
        total: () => last.values[0].value,
        expected: () => 1,
      };
    }),
    "snapshot of counters": privateCase(({ buckets = 1 }) => {
      const { registry, counter } = makeCounter(["key"]);
      for (const key of makeKeys(buckets)) counter.labels({ key }).inc(1);
      let last: Awaited<ReturnType<typeof registry.getMetricsAsJSON>>;
      return {
        async run(snapshots) {
          for (let i = 0; i < snapshots; i++) last = await registry.getMetricsAsJSON();
        },
        total: () => last[0].values.reduce((total, { value }) => total + value, 0),
        expected: () => buckets,
      };
    }),
    "create and destroy a labelled bucket": privateCase(() => {
      const { counter } = makeCounter(["key"]);
      let n = 0;
      return {
        run(times) {
          for (let i = 0; i < times; i++) {
            const key = `key-${n++ & 1023}`;
            // A child is no series before its first value.
            counter.labels({ key }).inc(1);
            counter.remove({ key });
          }
        },
        total: () => sumOf(counter),
        expected: () => 0,
      };
    }),
  };
}
