import { loadPackage } from "../packages.ts";
import { type Cases, privateCase } from "./case.ts";
import { boundaries, labelMask, labelNames, labelSets, mask, seconds } from "./inputs.ts";

/** The part of prom-client that is measured, which `@prometheus-io/client` has as well. */
export interface PromClient {
  Registry: new () => { getMetricsAsJSON(): Promise<Awaited<ReturnType<Metric["get"]>>[]> };
  Counter: new (options: object) => Counter;
  Gauge: new (options: object) => Gauge;
  Histogram: new (options: object) => Histogram;
}

/** What can be read. */
export interface Metric {
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

/** The sum of all series, or of those of one name. */
export async function sumOf(metric: Metric, name?: string): Promise<number> {
  const { values } = await metric.get();
  return values.filter(({ metricName }) => name === undefined || metricName === name)
    .reduce((total, { value }) => total + value, 0);
}

/** `prom-client`, or its successor. */
export async function makeCases(name: string): Promise<Cases> {
  const client = await loadPackage<PromClient>(name);
  const options = () => ({ name: "m", help: "m", registers: [new client.Registry()] });
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
  };
}
