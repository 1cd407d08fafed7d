import { counter, defineSchema, gauge, histogram, record, sum, ThreadStats } from "../../mod.ts";
import { burst, type Case, type Cases, makeDelta, type Prepared } from "./case.ts";
import { boundaries, labelMask, labelNames, labelSets, mask, seconds } from "./inputs.ts";

const schema = defineSchema({
  hits: counter(),
  requests: counter({ labels: labelNames }),
  depth: gauge(),
  latency: histogram({ lowest: 1e-6, highest: 60, relativeError: 0.01 }),
  bounded: histogram({ boundaries }),
  traffic: record({ packets: sum(), bytes: sum(), errors: sum(), time: sum() }),
});

interface Shared {
  readonly handle: ThreadStats<typeof schema.metrics>["handle"];
  readonly id: number;
}

function writers(shared: unknown, thread: number) {
  const { handle, id } = shared as Shared;
  const stats = ThreadStats.attach(schema, handle);
  return { id, stats, ...stats.registerThread(`bench-${thread}`).metrics };
}

function statsCase(loop: (of: ReturnType<typeof writers>) => Prepared): Case {
  return {
    share: (): Shared => {
      const stats = ThreadStats.create(schema);
      return { handle: stats.handle, id: stats.metrics.traffic.create() };
    },
    prepare: (shared, thread) => loop(writers(shared, thread)),
    reader: (shared) => {
      const { handle, id } = shared as Shared;
      const stats = ThreadStats.attach(schema, handle);
      return {
        read: () => stats.metrics.traffic.read(id),
        retries: () => stats.snapshot().self.readRetries,
      };
    },
  };
}

const counterAdd = statsCase(({ hits, stats }) => ({
  run(updates) {
    for (let i = 0; i < updates; i++) hits.add(1);
  },
  total: () => stats.metrics.hits.read(),
}));

const boundAdd = statsCase(({ requests, stats }) => {
  const child = requests.labels(labelSets[3]);
  return {
    run(updates) {
      for (let i = 0; i < updates; i++) child.add(1);
    },
    total: () => stats.metrics.requests.read(labelSets[3]),
  };
});

const lookupAdd = statsCase(({ requests, stats }) => ({
  run(updates) {
    for (let i = 0; i < updates; i++) {
      const { method, route, status } = labelSets[i & labelMask];
      requests.labels({ method, route, status }).add(1);
    }
  },
  total: () => stats.metrics.requests.series().reduce((total, { value }) => total + value, 0),
}));

const gaugeSet = statsCase(({ depth, stats }) => ({
  run(updates) {
    for (let i = 1; i <= updates; i++) depth.set(i);
  },
  total: () => stats.metrics.depth.read(),
  expected: (_, last) => last,
}));

const gaugeAdd = statsCase(({ depth, stats }) => ({
  run(updates) {
    for (let i = 0; i < updates; i++) depth.add(1);
  },
  total: () => stats.metrics.depth.read(),
}));

const histogramRecord = statsCase(({ latency, stats }) => ({
  run(updates) {
    for (let i = 0; i < updates; i++) latency.record(seconds[i & mask]);
  },
  total: () => stats.metrics.latency.read().count,
}));

const boundedRecord = statsCase(({ bounded, stats }) => ({
  run(updates) {
    for (let i = 0; i < updates; i++) bounded.record(seconds[i & mask]);
  },
  total: () => stats.metrics.bounded.read().count,
}));

const recordUpdate = statsCase(({ traffic, id, stats }) => {
  const delta = makeDelta();
  return {
    run(updates) {
      for (let i = 0; i < updates; i++) {
        delta.bytes = 64 + (i & 1023);
        traffic.update(id, delta);
      }
    },
    total: () => stats.metrics.traffic.read(id).packets,
  };
});

const recordBurst = statsCase(({ traffic, id, stats }) => {
  const delta = makeDelta();
  return {
    run(updates) {
      for (let i = 0; i < updates; i += burst) {
        const bucket = traffic.begin(id);
        for (let j = 0; j < burst; j++) {
          delta.bytes = 64 + (j & 1023);
          bucket.merge(delta);
        }
        bucket.commit();
      }
    },
    total: () => stats.metrics.traffic.read(id).packets,
  };
});

/** This library: updates. Histograms are log-linear. */
export const cases: Cases = {
  "counter add": counterAdd,
  "labelled add, bound child": boundAdd,
  "labelled add, fresh lookup": lookupAdd,
  "gauge set": gaugeSet,
  "gauge add": gaugeAdd,
  "histogram record": histogramRecord,
  "record update": recordUpdate,
  "record burst of 32": recordBurst,
};

/** This library: histograms with boundaries. */
export const withBoundaries: Cases = { "histogram record": boundedRecord };
