/**
 * This library. All cases share one memory and one thread, as the metrics of a program do.
 *
 * @module
 */

import {
  counter,
  type CounterWriter,
  defineSchema,
  histogram as histogramOf,
  type HistogramWriter,
  record,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { labelMask, labelNames, labelSets, seconds } from "../cases/inputs.ts";
import { fresh, type Increments, increments, type Loop, mask, round, sumOf } from "./loop.ts";
import { burst, records, routes } from "./inputs.ts";

const four = [0, 1, 2, 3];

/** Some metrics of one kind, by name. */
function several<Definition>(names: readonly string[], make: () => Definition) {
  return Object.fromEntries(names.map((name) => [name, make()]));
}

const kinds: readonly Increments[] = ["whole", "fractional"];
const fields = { packets: sum(), bytes: sum(), errors: sum(), time: sum() };
const latency = { lowest: 1e-6, highest: 60, relativeError: 0.01 };

const counters = several(
  kinds.flatMap((kind) => [`${kind}Alone`, ...four.map((n) => `${kind}${n}`)]),
  () => counter(),
);
const histograms = several(
  ["latencyAlone", ...four.map((n) => `latency${n}`)],
  () => histogramOf(latency),
);
const schema = defineSchema({
  ones: counter(),
  ...counters,
  ...histograms,
  bound: counter({ labels: ["kind", "number"] }),
  requests8: counter({ labels: labelNames }),
  requests1024: counter({ labels: labelNames }),
  requests1: counter({ labels: labelNames }),
  traffic1: record(fields),
  traffic4: record(fields),
  burst4: record(fields),
  flows: record(fields, { labels: ["flow"] }),
});

const stats = ThreadStats.create(schema);
const { metrics } = stats.registerThread("main");
const readers = stats.metrics as unknown as Record<
  string,
  { read(): number & { readonly count: number } }
>;
const writers = metrics as unknown as Record<string, CounterWriter & HistogramWriter>;

/** `counter.add(n)`, with one counter at the call site or four in turn. */
export function addition(kind: Increments, count: number): Loop {
  const names = count === 1 ? [`${kind}Alone`] : four.map((n) => `${kind}${n}`);
  return {
    ...adding(names.map((name) => writers[name]), kind),
    total: () => sumOf(names.map((name) => readers[name].read())),
  };
}

/** `counter.add()`. */
export function increment(): Loop {
  const run = fresh((counter: CounterWriter) => (updates: number) => {
    for (let i = 0; i < updates; i++) counter.add();
  })(metrics.ones);
  return { run, total: () => stats.metrics.ones.read(), perRound: round };
}

/** The same with kept writers of labelled counters. */
export function boundAddition(kind: Increments, count: number): Loop {
  const labels = Array.from({ length: count }, (_, n) => ({ kind, number: `${n} of ${count}` }));
  return {
    ...adding(labels.map((each) => metrics.bound.labels(each)), kind),
    total: () => sumOf(labels.map((each) => stats.metrics.bound.read(each))),
  };
}

function adding(all: readonly CounterWriter[], kind: Increments) {
  const values = increments[kind];
  const perRound = sumOf(values);
  if (all.length === 1) {
    const run = fresh(
      (counter: CounterWriter, values: readonly number[], mask: number) => (updates: number) => {
        for (let i = 0; i < updates; i++) counter.add(values[i & mask]);
      },
    )(all[0], values, mask);
    return { run, perRound };
  }
  const run = fresh((
    counters: readonly CounterWriter[],
    values: readonly number[],
    mask: number,
    which: number,
  ) =>
  (updates: number) => {
    for (let i = 0; i < updates; i++) counters[i & which].add(values[i & mask]);
  })(all, values, mask, all.length - 1);
  return { run, perRound };
}

/** `histogram.record(value)`, log-linear with 1 %. */
export function histogram(count: number): Loop {
  const names = count === 1 ? ["latencyAlone"] : four.map((n) => `latency${n}`);
  const all: readonly HistogramWriter[] = names.map((name) => writers[name]);
  const one = fresh(
    (histogram: HistogramWriter, values: Float64Array, mask: number) => (updates: number) => {
      for (let i = 0; i < updates; i++) histogram.record(values[i & mask]);
    },
  );
  const inTurn = fresh((
    histograms: readonly HistogramWriter[],
    values: Float64Array,
    mask: number,
    which: number,
  ) =>
  (updates: number) => {
    for (let i = 0; i < updates; i++) histograms[i & which].record(values[i & mask]);
  });
  return {
    run: count === 1 ? one(all[0], seconds, mask) : inTurn(all, seconds, mask, count - 1),
    total: () => names.reduce((total, name) => total + readers[name].read().count, 0),
    perRound: round,
  };
}

/** `counter.labels({ ... }).add(n)`. */
export function lookup(series: 1 | 8 | 1024): Loop {
  const name = `requests${series}` as const;
  const which = series === 1 ? 0 : labelMask;
  const last = Math.max(0, (series >> 3) - 1);
  for (const route of routes.slice(0, last + 1)) {
    for (const { method, status } of labelSets) metrics[name].labels({ method, route, status });
  }
  const count = fresh((
    requests: typeof metrics[typeof name],
    sets: typeof labelSets,
    routes: readonly string[],
    { values, mask }: { values: readonly number[]; mask: number },
  ) =>
  (updates: number, which: number, last: number) => {
    for (let i = 0; i < updates; i++) {
      const { method, status } = sets[i & which];
      requests.labels({ method, route: routes[(i >> 3) & last], status }).add(values[i & mask]);
    }
  })(metrics[name], labelSets, routes, { values: increments.whole, mask });
  return {
    run: (updates) => count(updates, which, last),
    total: () => stats.metrics[name].read(),
    perRound: sumOf(increments.whole),
  };
}

/** `record.update(id, { ... })`, with one bucket or four in turn. */
export function update(buckets: 1 | 4): Loop {
  const name = `traffic${buckets}` as const;
  const ids = Array.from({ length: buckets }, () => stats.metrics[name].create());
  const change = fresh((
    traffic: typeof metrics[typeof name],
    ids: readonly number[],
    { bytes, times }: typeof records,
    mask: number,
  ) =>
  (updates: number, which: number) => {
    for (let i = 0; i < updates; i++) {
      traffic.update(ids[i & which], {
        packets: 1,
        bytes: bytes[i & mask],
        errors: i & 1,
        time: times[i & mask],
      });
    }
  })(metrics[name], ids, records, mask);
  const bytesIn = (id: number) => stats.metrics[name].read(id).bytes;
  const run = (updates: number) => change(updates, buckets - 1);
  return { run, total: () => sumOf(ids.map(bytesIn)), perRound: sumOf(records.bytes) };
}

/** `bucket.update({ ... })` of a kept writer of one bucket. */
export function boundUpdate(): Loop {
  const labels = { flow: "one" };
  const flow = metrics.flows.labels(labels);
  const run = fresh((
    bucket: typeof flow,
    { bytes, times }: typeof records,
    mask: number,
  ) =>
  (updates: number) => {
    for (let i = 0; i < updates; i++) {
      bucket.update({
        packets: 1,
        bytes: bytes[i & mask],
        errors: i & 1,
        time: times[i & mask],
      });
    }
  })(flow, records, mask);
  return {
    run,
    total: () => stats.metrics.flows.read(labels).bytes,
    perRound: sumOf(records.bytes),
  };
}

/** 32 changes and one commit, in four buckets in turn. */
export function burstUpdate(): Loop {
  const ids = four.map(() => stats.metrics.burst4.create());
  const run = fresh((
    traffic: typeof metrics.burst4,
    ids: readonly number[],
    { bytes, times }: typeof records,
    { mask, burst }: { mask: number; burst: number },
  ) =>
  (updates: number) => {
    for (let i = 0; i < updates;) {
      const bucket = traffic.begin(ids[(i >> 5) & 3]);
      for (let j = 0; j < burst; j++, i++) {
        bucket.merge({
          packets: 1,
          bytes: bytes[i & mask],
          errors: i & 1,
          time: times[i & mask],
        });
      }
      bucket.commit();
    }
  })(metrics.burst4, ids, records, { mask, burst });
  const bytesIn = (id: number) => stats.metrics.burst4.read(id).bytes;
  return { run, total: () => sumOf(ids.map(bytesIn)), perRound: sumOf(records.bytes) };
}
