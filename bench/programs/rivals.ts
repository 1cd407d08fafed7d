/**
 * The packages that programs use today. They count for one thread.
 *
 * @module
 */

import {
  boundaries,
  labelMask,
  labelNames,
  labelSets,
  microseconds,
  seconds,
} from "../cases/inputs.ts";
import { loadPackage } from "../packages.ts";
import { fresh, type Increments, increments, type Loop, mask, round, sumOf } from "./loop.ts";
import { routes } from "./inputs.ts";

interface Incremented {
  inc(n?: number): void;
}

interface Observer {
  observe(value: number): void;
}

interface Client {
  Registry: new () => object;
  Counter: new (options: object) => Incremented & Metric & { labels(labels: object): Incremented };
  Histogram: new (options: object) => Observer & Metric;
}

interface Metric {
  get(): Promise<{ values: { value: number; metricName?: string }[] }>;
}

const loadClient = () => loadPackage<Client>("prom-client");

const optionsFor = ({ Registry }: Client, labelNames: readonly string[] = []) => ({
  ...{ name: "m", help: "m", labelNames, registers: [new Registry()] },
});

async function totalOf(metrics: readonly Metric[], name?: string): Promise<number> {
  const all = await Promise.all(metrics.map((metric) => metric.get()));
  return sumOf(
    all.flatMap(({ values }) => values)
      .filter(({ metricName }) => name === undefined || metricName === name)
      .map(({ value }) => value),
  );
}

/** prom-client: `counter.inc(n)`. */
export async function addition(kind: Increments, writers: number): Promise<Loop> {
  const client = await loadClient();
  const all = Array.from({ length: writers }, () => new client.Counter(optionsFor(client)));
  return { ...adding(all, kind), total: () => totalOf(all) };
}

/** prom-client: `counter.inc()`. */
export async function increment(): Promise<Loop> {
  const client = await loadClient();
  const counter = new client.Counter(optionsFor(client));
  const run = fresh((counter: Incremented) => (updates: number) => {
    for (let i = 0; i < updates; i++) counter.inc();
  })(counter);
  return { run, total: () => totalOf([counter]), perRound: round };
}

/** prom-client: the same with a kept child. */
export async function boundAddition(kind: Increments, writers: number): Promise<Loop> {
  const client = await loadClient();
  const counter = new client.Counter(optionsFor(client, labelNames));
  const children = labelSets.slice(0, writers).map((labels) => counter.labels(labels));
  return { ...adding(children, kind), total: () => totalOf([counter]) };
}

function adding(all: readonly Incremented[], kind: Increments) {
  const values = increments[kind];
  const add = fresh(
    (all: readonly Incremented[], values: readonly number[], mask: number) =>
    (updates: number, which: number) => {
      for (let i = 0; i < updates; i++) all[i & which].inc(values[i & mask]);
    },
  )(all, values, mask);
  return { run: (updates: number) => add(updates, all.length - 1), perRound: sumOf(values) };
}

/** prom-client: `counter.labels({ ... }).inc(n)`. */
export async function lookup(series: number): Promise<Loop> {
  const client = await loadClient();
  const counter = new client.Counter(optionsFor(client, labelNames));
  const which = series === 1 ? 0 : labelMask;
  const last = Math.max(0, (series >> 3) - 1);
  const count = fresh((
    counter: InstanceType<Client["Counter"]>,
    sets: typeof labelSets,
    routes: readonly string[],
    { values, mask }: { values: readonly number[]; mask: number },
  ) =>
  (updates: number, which: number, last: number) => {
    for (let i = 0; i < updates; i++) {
      const { method, status } = sets[i & which];
      const route = routes[(i >> 3) & last];
      counter.labels({ method, route, status }).inc(values[i & mask]);
    }
  })(counter, labelSets, routes, { values: increments.whole, mask });
  return {
    run: (updates) => count(updates, which, last),
    total: () => totalOf([counter]),
    perRound: sumOf(increments.whole),
  };
}

/** prom-client: `histogram.observe(value)`, with its default boundaries. */
export async function histogram(writers: number): Promise<Loop> {
  const client = await loadClient();
  const all = Array.from(
    { length: writers },
    () => new client.Histogram({ ...optionsFor(client), buckets: boundaries }),
  );
  const observe = fresh(
    (all: readonly Observer[], values: Float64Array, mask: number) =>
    (updates: number, which: number) => {
      for (let i = 0; i < updates; i++) all[i & which].observe(values[i & mask]);
    },
  )(all, seconds, mask);
  const run = (updates: number) => observe(updates, writers - 1);
  return { run, total: () => totalOf(all, "m_count"), perRound: round };
}

interface Hdr {
  recordValue(value: number): void;
  readonly totalCount: number;
}

/** hdr-histogram-js, its WebAssembly build: whole microseconds, with two digits. */
export async function hdrHistogram(writers: number): Promise<Loop> {
  const hdr = await loadPackage<{ initWebAssemblySync(): void; build(options: object): Hdr }>(
    "hdr-histogram-js",
  );
  hdr.initWebAssemblySync();
  const all = Array.from({ length: writers }, () =>
    hdr.build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: 60e6,
      numberOfSignificantValueDigits: 2,
      bitBucketSize: 64,
      useWebAssembly: true,
    }));
  const record = fresh(
    (all: readonly Hdr[], values: readonly number[], mask: number) =>
    (updates: number, which: number) => {
      for (let i = 0; i < updates; i++) all[i & which].recordValue(values[i & mask]);
    },
  )(all, microseconds, mask);
  return {
    run: (updates) => record(updates, writers - 1),
    total: () => all.reduce((total, { totalCount }) => total + totalCount, 0),
    perRound: round,
  };
}
