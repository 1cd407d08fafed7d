/**
 * What must compile, with which types, and what must not.
 *
 * @module
 */
import {
  bitOr,
  counter,
  type CounterDefinition,
  type CounterReader,
  type CounterWriter,
  defineSchema,
  type FieldDefinition,
  type LabelledCounterReader,
  type LabelledCounterWriter,
  type LabelledRecordWriter,
  max,
  min,
  record,
  type RecordDefinition,
  type RecordWriter,
  type SeriesValue,
  type StaleThreadError,
  sum,
  type Thread,
  type ThreadInfo,
  type ThreadState,
  ThreadStats,
  type ThreadStatsHandle,
  type ThreadValue,
} from "@x/thread-stats";
import { type Equal, same } from "./equal.ts";

// As in the README: definitions stand in the schema itself, with nothing else to help inference.
const schema = defineSchema({
  packets: counter({ help: "Packets parsed" }),
  hits: counter(),
  requests: counter({ help: "Requests", labels: ["method", "status"], maxSeries: 500 }),
  flow: record(
    { bytes: sum("u64"), packets: sum(), first: min(), last: max(), flags: bitOr() },
    { help: "Flows", labels: ["source"] },
  ),
  cell: record({ a: sum(), b: sum("f64"), c: sum("u64") }),
});

export function holds(handle: ThreadStatsHandle): void {
  const stats = ThreadStats.create(schema, {
    maxThreads: 1,
    maxByteLength: 2,
    quarantineSeconds: 3,
  });
  const there = ThreadStats.attach(schema, handle);
  same<Equal<typeof there, typeof stats>>();
  const thread = stats.registerThread();
  stats.registerThread("name");
  same<Equal<typeof thread, Thread<typeof schema.metrics>>>();
  // Extended readers and writers have the types that they have in one schema.
  const part = defineSchema({ requests: schema.metrics.requests, cell: schema.metrics.cell });
  const http = stats.extend(part);
  same<Equal<typeof http, ThreadStats<typeof part.metrics>>>();
  same<Equal<typeof http.metrics.requests, typeof stats.metrics.requests>>();
  const extended = thread.extend(http);
  same<Equal<typeof extended, Thread<typeof part.metrics>>>();
  same<Equal<typeof extended.metrics.requests, typeof thread.metrics.requests>>();
  same<Equal<typeof extended.metrics.cell, typeof thread.metrics.cell>>();
  same<Equal<typeof stats.schema.metrics, typeof schema.metrics>>();

  same<Equal<typeof schema.metrics.hits, CounterDefinition<never>>>();
  same<Equal<typeof schema.metrics.requests, CounterDefinition<"method" | "status">>>();
  same<
    Equal<
      typeof schema.metrics.cell,
      RecordDefinition<{
        readonly a: FieldDefinition<number>;
        readonly b: FieldDefinition<number>;
        readonly c: FieldDefinition<bigint>;
      }>
    >
  >();

  const { packets, hits, requests, flow, cell } = thread.metrics;
  same<Equal<typeof packets, CounterWriter>>();
  same<Equal<typeof hits, CounterWriter>>();
  same<Equal<typeof requests, LabelledCounterWriter<"method" | "status">>>();
  same<
    Equal<
      typeof flow,
      LabelledRecordWriter<typeof schema.metrics.flow.fields, "source">
    >
  >();
  same<Equal<typeof cell, RecordWriter<typeof schema.metrics.cell.fields>>>();

  const read = stats.metrics;
  same<Equal<typeof read.packets, CounterReader>>();
  same<Equal<typeof read.requests, LabelledCounterReader<"method" | "status">>>();
  same<Equal<ReturnType<typeof read.packets.read>, number>>();
  same<Equal<ReturnType<typeof read.packets.perThread>, ThreadValue<number>[]>>();
  same<Equal<ReturnType<typeof read.requests.id>, number>>();
  same<Equal<ReturnType<typeof read.cell.create>, number>>();
  same<
    Equal<
      ReturnType<typeof read.requests.series>,
      SeriesValue<number, "method" | "status">[]
    >
  >();

  const { bytes, packets: count, first, last, flags } = read.flow.read({ source: "a" });
  same<Equal<typeof bytes, bigint>>();
  same<Equal<typeof count, number>>();
  same<Equal<typeof first, number>>();
  same<Equal<typeof last, number>>();
  same<Equal<typeof flags, number>>();
  const value = read.cell.read(0);
  same<Equal<typeof value.a, number>>();
  same<Equal<typeof value.c, bigint>>();
  const largest = read.cell.aggregate(0, 0n, (most, part, of) => {
    same<Equal<typeof part.c, bigint>>();
    same<Equal<typeof of, ThreadInfo>>();
    return part.c > most ? part.c : most;
  });
  same<Equal<typeof largest, bigint>>();
  const labels = read.requests.series()[0].labels;
  same<Equal<typeof labels.method, string | undefined>>();
  same<Equal<typeof labels.otel_metric_overflow, string | undefined>>();
  same<Equal<ThreadState, "active" | "reserved" | "retired" | "revoked">>();
  same<Equal<typeof StaleThreadError.prototype.name, "StaleThreadError">>();

  // Changes: fields may be left out, a u64 takes a number or a bigint.
  cell.update(0, {});
  cell.update(0, { c: 1 });
  cell.update(0, { c: 1n, a: 2 });
  flow.update(0, { bytes: 5n, flags: 1 });
  flow.labels({ source: "a" }).update({ bytes: 5n });
  const burst = flow.labels({ source: "a" }).begin();
  burst.bytes += 1n;
  burst.flags &= ~1;
  burst.merge({ bytes: 1, last: 2 });
  burst.merge({ bytes: 1n });
  same<Equal<typeof burst.id, number>>();
  same<Equal<typeof burst.bytes, bigint>>();
  burst.commit();
  using _discarded = cell.begin(0);
  requests.labels({ method: "GET", status: "200" }).add();
  read.requests.read({ status: "200", method: "GET" });
  read.requests.read(0);
  read.requests.read();
  read.requests.read({});
  read.requests.read({ method: "GET" });
  read.requests.perThread({ status: "200" });
  read.requests.series({ status: "200" });
  read.requests.aggregate({}, 0, (most, value) => Math.max(most, value));
  const whole = read.flow.read();
  same<Equal<typeof whole.bytes, bigint>>();
  read.flow.destroy({ source: "a" });
}

export function refuses(handle: ThreadStatsHandle): void {
  const stats = ThreadStats.create(schema);
  const thread = stats.registerThread();
  const { metrics } = stats;

  // Names of metrics.
  // @ts-expect-error misspelt
  metrics.packet;
  // @ts-expect-error misspelt
  thread.metrics.packet;
  // @ts-expect-error the metrics cannot be replaced
  stats.metrics = metrics;
  // @ts-expect-error nor a single one
  metrics.packets = metrics.hits;
  // @ts-expect-error nor the handle's memory
  stats.handle.buffer = handle.buffer;

  // A counter without labels.
  // @ts-expect-error takes no id
  metrics.packets.read(0);
  // @ts-expect-error takes no labels
  metrics.packets.read({ method: "GET" });
  // @ts-expect-error takes no id
  metrics.packets.clear(0);
  // @ts-expect-error takes no id
  metrics.packets.perThread(0);
  // @ts-expect-error its bucket cannot be destroyed
  metrics.packets.destroy;
  // @ts-expect-error has one bucket
  metrics.packets.create;
  // @ts-expect-error has one bucket
  metrics.packets.id;
  // @ts-expect-error has one bucket
  metrics.packets.ids;
  // @ts-expect-error has one bucket
  metrics.packets.series;
  // @ts-expect-error has one bucket
  metrics.packets.overflowed;
  // @ts-expect-error has no labels
  thread.metrics.packets.labels;
  // @ts-expect-error readers do not count
  metrics.packets.add;
  // @ts-expect-error writers do not read
  thread.metrics.packets.read;
  // @ts-expect-error not a bigint
  thread.metrics.packets.add(1n);
  // @ts-expect-error not a number
  thread.metrics.packets.add("1");

  // A counter with labels.
  // @ts-expect-error counts through its children only
  thread.metrics.requests.add;
  // @ts-expect-error has no buckets without labels
  metrics.requests.create;
  // @ts-expect-error missing label
  thread.metrics.requests.labels({ method: "GET" });
  // @ts-expect-error no labels
  thread.metrics.requests.labels({});
  // @ts-expect-error misspelt label
  thread.metrics.requests.labels({ method: "GET", statuss: "200" });
  // @ts-expect-error one label too many
  thread.metrics.requests.labels({ method: "GET", status: "200", host: "a" });
  // @ts-expect-error not a string
  thread.metrics.requests.labels({ method: "GET", status: 200 });
  // @ts-expect-error an id is no label
  thread.metrics.requests.labels(0);
  // @ts-expect-error misspelt label
  metrics.requests.read({ methods: "GET" });
  // @ts-expect-error one label too many
  metrics.requests.read({ method: "GET", host: "a" });
  // @ts-expect-error not a string
  metrics.requests.read({ method: 5 });
  // @ts-expect-error misspelt label
  metrics.requests.perThread({ methods: "GET" });
  // @ts-expect-error which series? {} for all
  metrics.requests.aggregate(0, () => 0);
  // @ts-expect-error misspelt label
  metrics.requests.aggregate({ methods: "GET" }, 0, () => 0);
  // @ts-expect-error misspelt label
  metrics.requests.series({ methods: "GET" });
  // @ts-expect-error an id is no filter
  metrics.requests.series(0);
  // @ts-expect-error missing label
  metrics.requests.clear({ method: "GET" });
  // @ts-expect-error which one?
  metrics.requests.clear();
  // @ts-expect-error missing label
  metrics.requests.destroy({ method: "GET" });
  // @ts-expect-error missing label
  metrics.requests.id({ method: "GET" });
  // @ts-expect-error an id has no id
  metrics.requests.id(0);
  // @ts-expect-error labels that the metric has not
  metrics.requests.series()[0].labels.host;

  // A record without labels.
  // @ts-expect-error has no labels
  thread.metrics.cell.labels;
  // @ts-expect-error no labels, no id
  metrics.cell.id;
  // @ts-expect-error no labels, no overflow series
  metrics.cell.overflowed;
  // @ts-expect-error takes no labels
  metrics.cell.read({ a: "b" });
  // @ts-expect-error needs a bucket
  metrics.cell.read();
  // @ts-expect-error nor a filter
  metrics.cell.series({});
  // @ts-expect-error misspelt field
  metrics.cell.read(0).d;
  // @ts-expect-error misspelt field
  thread.metrics.cell.update(0, { d: 1 });
  // @ts-expect-error not a number
  thread.metrics.cell.update(0, { a: "1" });
  // @ts-expect-error a double takes no bigint
  thread.metrics.cell.update(0, { a: 1n });
  // @ts-expect-error the id is missing
  thread.metrics.cell.update({ a: 1 });
  // @ts-expect-error the change is missing
  thread.metrics.cell.update(0);
  // @ts-expect-error a u64 is a bigint
  const _wrong: number = metrics.cell.read(0).c;

  // A record with labels.
  // @ts-expect-error bits take no bigint
  thread.metrics.flow.labels({ source: "a" }).update({ flags: 1n });
  // @ts-expect-error misspelt label
  thread.metrics.flow.labels({ sources: "a" });
  // @ts-expect-error a bound child takes no id
  thread.metrics.flow.labels({ source: "a" }).update(0, { flags: 1 });
  // @ts-expect-error nor does its begin
  thread.metrics.flow.labels({ source: "a" }).begin(0);

  // Bursts.
  const burst = thread.metrics.cell.begin(0);
  // @ts-expect-error misspelt field
  burst.d;
  // @ts-expect-error a u64 is a bigint
  burst.c += 1;
  // @ts-expect-error a double is a number
  burst.a = 1n;
  // @ts-expect-error the bucket cannot be changed
  burst.id = 5;
  // @ts-expect-error misspelt field
  burst.merge({ d: 1 });

  // Definitions and options.
  // @ts-expect-error labels are a list
  counter({ labels: "method" });
  // @ts-expect-error help is text
  counter({ help: 5 });
  // @ts-expect-error misspelt option
  counter({ helps: "" });
  // @ts-expect-error no field
  record({ a: "sum" });
  // @ts-expect-error no fields
  record();
  // @ts-expect-error no such type
  sum("u32");
  // @ts-expect-error no definition
  defineSchema({ a: {} });
  // @ts-expect-error a field is no metric
  defineSchema({ a: sum() });
  // @ts-expect-error no schema
  ThreadStats.create({});
  // @ts-expect-error misspelt option
  ThreadStats.create(schema, { threads: 5 });
  // @ts-expect-error not a number
  ThreadStats.create(schema, { maxThreads: "5" });
  // @ts-expect-error no handle
  ThreadStats.attach(schema);
  // @ts-expect-error definitions are no schema
  stats.extend({ a: counter() });
  // @ts-expect-error a schema has no memory
  stats.registerThread().extend(schema);
  // @ts-expect-error not in that schema
  stats.registerThread().extend(stats.extend(defineSchema({ a: counter() }))).metrics.hits;
  // @ts-expect-error the memory is no handle
  ThreadStats.attach(schema, handle.buffer);
  // @ts-expect-error a name is text
  stats.registerThread(5);
  // @ts-expect-error options are an object
  stats.reserveThread().revoke(true);
  // @ts-expect-error misspelt option
  stats.reserveThread().revoke({ stop: true });
  // @ts-expect-error a thread's state cannot be changed
  stats.threads()[0].state = "active";
}
