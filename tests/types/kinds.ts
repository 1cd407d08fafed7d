/**
 * What TypeScript infers for gauges, histograms, snapshots and windows, and what it refuses. Never
 * run.
 *
 * @module
 */
import {
  counter,
  defineSchema,
  gauge,
  type GaugeDefinition,
  type GaugeWriter,
  histogram,
  type HistogramDefinition,
  HistogramValue,
  type HistogramWriter,
  type LabelledGaugeReader,
  type LabelledGaugeWriter,
  type LabelledHistogramReader,
  type LabelledHistogramWriter,
  max,
  type MissingBins,
  record,
  type SchemaDefinition,
  type SelfMetrics,
  type SingleReader,
  Snapshot,
  type SnapshotData,
  sum,
  type ThreadInfo,
  ThreadStats,
  type Timer,
  Window,
} from "../../mod.ts";
import { type Equal, same } from "./equal.ts";

const schema = defineSchema({
  jobs: gauge({ aggregate: "latest" }),
  queue: gauge({ labels: ["name", "kind"] }),
  latency: histogram({ lowest: 1e-6, highest: 60, relativeError: 0.01 }),
  size: histogram({ boundaries: [1, 2, 3], labels: ["route"] }),
  hits: counter(),
  requests: counter({ labels: ["method"] }),
  flow: record({ bytes: sum("u64"), longest: max() }, { labels: ["source"] }),
});
type Metrics = typeof schema.metrics;

export function definitions(): void {
  same<Equal<Metrics["jobs"], GaugeDefinition>>();
  same<Equal<Metrics["queue"], GaugeDefinition<"name" | "kind">>>();
  same<Equal<Metrics["latency"], HistogramDefinition>>();
  same<Equal<Metrics["size"], HistogramDefinition<"route">>>();

  // @ts-expect-error: no such aggregate
  gauge({ aggregate: "average" });
  // @ts-expect-error: maxSeries without labels
  gauge({ maxSeries: 5 });
  // @ts-expect-error: maxLabelLength without labels
  gauge({ maxLabelLength: 5 });
  // The compiler names this type in its error for options without bins.
  same<Equal<keyof MissingBins, "boundaries, or lowest and highest">>();
  // @ts-expect-error: no bins, as the property of this name says
  histogram({ unit: "seconds" });
  // @ts-expect-error: no bins
  histogram({});
  // @ts-expect-error: no options
  histogram();
  // @ts-expect-error: no highest
  histogram({ lowest: 1 });
  // @ts-expect-error: both kinds of bins
  histogram({ boundaries: [1], lowest: 1, highest: 2 });
  // @ts-expect-error: an error without a range
  histogram({ boundaries: [1], relativeError: 0.1 });
  // @ts-expect-error: a boundary is a number
  histogram({ boundaries: ["1"] });
}

export function writers(stats: ThreadStats<Metrics>): void {
  const { jobs, queue, latency, size } = stats.registerThread().metrics;
  same<Equal<typeof jobs, GaugeWriter>>();
  same<Equal<typeof queue, LabelledGaugeWriter<"name" | "kind">>>();
  same<Equal<typeof latency, HistogramWriter>>();
  same<Equal<typeof size, LabelledHistogramWriter<"route">>>();
  using scope = jobs.scope();
  using time = size.labels({ route: "/" }).time();
  same<Equal<typeof scope, Disposable>>();
  same<Equal<typeof time, Timer>>();
  const end = latency.startTimer();
  same<Equal<typeof end, Timer>>();
  same<Equal<ReturnType<typeof end>, number>>();
  using _ = latency.startTimer();
  const endWith = size.startTimer();
  same<Equal<ReturnType<typeof endWith>, number>>();
  endWith({ route: "/" });
  const text = latency.time(() => "text");
  same<Equal<typeof text, string>>();
  const later = latency.time(() => Promise.resolve(5));
  same<Equal<typeof later, Promise<number>>>();
  const either = latency.time((): number | Promise<string> => 5);
  same<Equal<typeof either, number | Promise<string>>>();
  const nothing = latency.time(() => {});
  same<Equal<typeof nothing, void>>();
  jobs.add();
  jobs.sub();
  latency.record(1, 2);

  // @ts-expect-error: nothing is passed
  latency.time((given: number) => given);
  // @ts-expect-error: not a function
  latency.time(5);
  // @ts-expect-error: the labels are known already
  size.labels({ route: "/" }).startTimer()({ route: "/" });
  // @ts-expect-error: with which labels?
  endWith();
  // @ts-expect-error: misspelt label
  endWith({ rout: "/" });
  // @ts-expect-error: the labels are not known yet
  size.time(() => 5);
  // @ts-expect-error: counters do not time
  stats.registerThread().metrics.hits.startTimer();
  // @ts-expect-error: what to?
  jobs.set();
  // @ts-expect-error: gauges are numbers
  jobs.add(1n);
  // @ts-expect-error: labels are needed
  queue.set(1);
  // @ts-expect-error: all of them
  queue.labels({ name: "a" });
  // @ts-expect-error: and no others
  size.labels({ rout: "/" });
  // @ts-expect-error: record what?
  latency.record();
  // @ts-expect-error: histograms do not add
  latency.add(1);
  // @ts-expect-error: values are numbers
  latency.record("1");
}

export function readers(stats: ThreadStats<Metrics>): void {
  const { jobs, queue, latency, size } = stats.metrics;
  same<Equal<typeof jobs, SingleReader<number>>>();
  same<Equal<typeof queue, LabelledGaugeReader<"name" | "kind">>>();
  same<Equal<typeof latency, SingleReader<HistogramValue>>>();
  same<Equal<typeof size, LabelledHistogramReader<"route">>>();
  const value = size.read({ route: "/" });
  same<Equal<ReturnType<typeof size.read>, HistogramValue>>();
  const totals = [size.read(), size.read({}), queue.read({ kind: "a" }), queue.read()] as const;
  same<Equal<typeof totals, readonly [HistogramValue, HistogramValue, number, number]>>();
  queue.perThread({ kind: "a" })[0].value.toFixed();
  queue.series({ kind: "a" })[0].labels.name;
  const parts = size.aggregate({}, 0, (sum, { count }) => sum + count);
  same<Equal<typeof parts, number>>();
  same<Equal<typeof value, HistogramValue>>();
  same<Equal<ReturnType<typeof value.merge>, HistogramValue>>();
  const greatest = size.aggregate(0, 0, (most, { max }) => Math.max(most, max));
  same<Equal<typeof greatest, number>>();

  // @ts-expect-error: values do not change
  value.count = 1;
  // @ts-expect-error: none is possible
  latency.read({ route: "/" });
  // @ts-expect-error: gauges have no quantiles
  jobs.read().quantile(0.5);
  // @ts-expect-error: buckets of gauges come with labels
  queue.create();
}

export function snapshots(stats: ThreadStats<Metrics>): void {
  const snapshot = stats.snapshot({ perThread: true });
  same<Equal<typeof snapshot, Snapshot<Metrics>>>();
  const { metrics, threads, self } = snapshot;
  same<Equal<typeof threads, readonly ThreadInfo[]>>();
  same<Equal<typeof self, SelfMetrics>>();
  const [jobs] = metrics.jobs.series;
  same<Equal<typeof jobs.value, number>>();
  const [size] = metrics.size.series;
  same<Equal<typeof size.value, HistogramValue>>();
  same<Equal<typeof size.labels.route, string | undefined>>();
  const [flow] = metrics.flow.series;
  same<Equal<typeof flow.value.bytes, bigint>>();
  same<Equal<typeof flow.value.longest, number>>();
  const parts = size.perThread;
  if (parts !== undefined) same<Equal<(typeof parts)[number]["value"], HistogramValue>>();
  same<Equal<typeof metrics.jobs.definition, GaugeDefinition>>();

  const delta = snapshot.since(stats.snapshot());
  same<Equal<typeof delta, Snapshot<Metrics>>>();
  const data: SnapshotData<Metrics> = structuredClone(snapshot);
  same<Equal<Snapshot<Metrics>, ReturnType<typeof snapshot.since>>>();
  new Snapshot(data).since(data);
  const view = ThreadStats.inspect(stats.handle).snapshot();
  view.metrics.whatever?.series;

  // @ts-expect-error: no such metric
  snapshot.metrics.job;
  // @ts-expect-error: no such label
  size.labels.rout;
  // @ts-expect-error: no such field
  flow.value.byte;
  // @ts-expect-error: snapshots do not change
  snapshot.takenAt = 0;
  // @ts-expect-error: nor do their series
  metrics.jobs.series[0] = jobs;
  // @ts-expect-error: nor the values of these
  jobs.value = 1;
  // @ts-expect-error: no such option
  stats.snapshot({ perThreads: true });
  // @ts-expect-error: a snapshot is needed
  snapshot.since();
  // @ts-expect-error: of the same metrics
  snapshot.since(ThreadStats.create(defineSchema({ other: counter() })).snapshot());
  // @ts-expect-error: a view is read-only
  ThreadStats.inspect(stats.handle).registerThread();
}

export function windows(stats: ThreadStats<Metrics>): void {
  using recent = new Window(stats, { seconds: 60, mode: "fixed", maxSnapshots: 5 });
  same<Equal<typeof recent, Window<Metrics>>>();
  const [rate, delta] = [recent.rate("hits"), recent.delta("requests", { method: "GET" })];
  same<Equal<typeof rate | typeof delta, number>>();
  const sums = recent.rate("flow");
  same<Equal<typeof sums, Record<string, number>>>();
  same<Equal<ReturnType<typeof recent.quantile>, number>>();
  recent.max("jobs");
  same<Equal<ReturnType<typeof recent.take>, Snapshot<Metrics>>>();
  new Window({ snapshot: () => stats.snapshot() }, { seconds: 1 }).max("queue");

  recent.rate("requests", {});
  recent.rate("requests", 0);
  recent.delta("flow", { source: "a" });
  recent.max("queue", { kind: "a" });
  recent.quantile("size", 0.5, { route: "/" });
  const names: Parameters<typeof recent.quantile>[0][] = ["latency", "size"];
  recent.quantile(names[0], 0.5);
  const any: Window<SchemaDefinition> = new Window(ThreadStats.inspect(stats.handle), {
    seconds: 1,
  });
  any.quantile("latency", 0.5, { route: "/" });
  any.max("jobs");

  // @ts-expect-error: a counter has no quantiles
  recent.quantile("hits", 0.5);
  // @ts-expect-error: nor has one with labels
  recent.quantile("requests", 0.5);
  // @ts-expect-error: nor a gauge
  recent.quantile("jobs", 0.5);
  // @ts-expect-error: nor a record
  recent.quantile("flow", 0.5);
  // @ts-expect-error: a counter has no maximum
  recent.max("hits");
  // @ts-expect-error: nor has a record
  recent.max("flow");
  // @ts-expect-error: misspelt label
  recent.rate("requests", { methods: "GET" });
  // @ts-expect-error: misspelt label
  recent.quantile("size", 0.5, { rout: "/" });
  // @ts-expect-error: misspelt label
  recent.max("queue", { names: "a" });
  // @ts-expect-error: no labels
  recent.rate("hits", { method: "GET" });
  // @ts-expect-error: one bucket
  recent.rate("hits", 0);
  // @ts-expect-error: no such metric
  recent.rate("hit");
  // @ts-expect-error: no such metric
  recent.delta("request");
  // @ts-expect-error: no such metric
  recent.quantile("latencies", 0.5);
  // @ts-expect-error: no such metric
  recent.max("job");
  // @ts-expect-error: which quantile?
  recent.quantile("latency");
  // @ts-expect-error: labels are strings
  recent.rate("requests", { method: 1 });
  // @ts-expect-error: a length is needed
  new Window(stats, {});
  // @ts-expect-error: no such mode
  new Window(stats, { seconds: 1, mode: "still" });
  // @ts-expect-error: no source of snapshots
  new Window({}, { seconds: 1 });
}

export function values(value: HistogramValue): void {
  const [bin] = value.bins;
  same<Equal<typeof bin.count, number>>();
  new HistogramValue(structuredClone(value));
  // @ts-expect-error: boundaries are numbers
  value.cumulative(["1"]);
  // @ts-expect-error: a bin does not change
  bin.count = 1;
}
