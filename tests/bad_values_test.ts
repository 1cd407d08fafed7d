import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  HistogramValue,
  record,
  Snapshot,
  sum,
  ThreadStats,
  Window,
} from "../mod.ts";
import { observe, ThreadStatsProducer } from "../src/opentelemetry/mod.ts";
import { prometheusHandler, prometheusNodeHandler, prometheusText } from "../src/prometheus/mod.ts";
import { isPlain } from "../src/base/shapes.ts";
import { observe as observed } from "./metrics/observe.ts";

// deno-lint-ignore no-explicit-any -- these tests pass values that no type allows
type Any = any;

const schema = defineSchema({
  hits: counter(),
  calls: counter({ labels: ["method"] }),
  level: gauge(),
  latest: gauge({ aggregate: "latest" }),
  took: histogram({ boundaries: [1] }),
  waits: histogram({ boundaries: [1], labels: ["queue"] }),
  flow: record({ bytes: sum("u64"), n: sum() }),
});

const METER = {
  createObservableCounter: () => ({}),
  createObservableUpDownCounter: () => ({}),
  createObservableGauge: () => ({}),
  addBatchObservableCallback: () => {},
  removeBatchObservableCallback: () => {},
};

/** Which of the bad values are valid for a function after all. */
type Takes = "texts" | "bigints" | "empty objects";

/**
 * Calls of public functions with one bad argument, and the action that each names in its error.
 */
function calls(
  stats: ThreadStats<typeof schema.metrics>,
): [what: string, call: (value: Any) => unknown, takes?: Takes][] {
  const thread = stats.registerThread("main");
  const { metrics } = thread;
  const flow = stats.metrics.flow.create();
  const burst = metrics.flow.begin(stats.metrics.flow.create());
  const seat = stats.reserveThread("seat");
  const window = new Window(stats, { seconds: 1 });
  const handler = prometheusHandler(stats);
  return [
    ["define a counter", (value) => counter(value), "empty objects"],
    ["define a counter", (value) => counter({ help: value }), "texts"],
    ["define a counter", (value) => counter({ labels: value })],
    ["define a label", (value) => counter({ labels: [value] }), "texts"],
    ["define a counter", (value) => counter({ name: value }), "texts"],
    ["define a label", (value) => counter({ name: "a", labels: [value] }), "texts"],
    ["define a gauge", (value) => gauge({ aggregate: value })],
    ["define a histogram", (value) => histogram({ boundaries: value })],
    ["define a histogram", (value) => histogram({ lowest: value, highest: 1 })],
    ["define a record", (value) => record(value)],
    ["define the field a", (value) => record({ a: value })],
    ["define a sum", (value) => sum(value)],
    ["define a schema", (value) => defineSchema(value), "empty objects"],
    ["define the metric a", (value) => defineSchema({ a: value })],
    ["create the statistics", (value) => ThreadStats.create(value)],
    ["create the statistics", (value) => ThreadStats.create(schema, { maxThreads: value })],
    ["attach to the handle", (value) => ThreadStats.attach(value, stats.handle)],
    ["attach to the handle", (value) => ThreadStats.attach(schema, value)],
    [
      "attach to the handle",
      (value) => ThreadStats.attach(schema, { ...stats.handle, seat: value }),
    ],
    ["inspect the handle", (value) => ThreadStats.inspect(value)],
    ["inspect the handle", (value) => ThreadStats.inspect({ ...stats.handle, buffer: value })],
    ["inspect the handle", (value) => ThreadStats.inspect({ ...stats.handle, memory: value })],
    ["extend the statistics", (value) => stats.extend(value)],
    ["extend the thread", (value) => thread.extend(value)],
    ["extend the thread", (value) => thread.extend({ schema: value, handle: stats.handle })],
    ["extend the thread", (value) => thread.extend({ schema, handle: value })],
    ["observe the runtime", (value) => thread.observeRuntime(value), "empty objects"],
    ["observe the runtime", (value) => thread.observeRuntime({ periodSeconds: value })],
    ["register a thread", (value) => stats.registerThread(value)],
    ["reserve a thread", (value) => stats.reserveThread(value)],
    ["take a snapshot", (value) => stats.snapshot({ perThread: value })],
    ["revoke the seat", (value) => seat.revoke({ stopped: value })],
    ["add to hits", (value) => metrics.hits.add(value)],
    ["set level", (value) => metrics.level.set(value)],
    ["add to level", (value) => metrics.level.add(value)],
    ["subtract from level", (value) => metrics.level.sub(value)],
    ["set latest", (value) => metrics.latest.set(value)],
    ["add to latest", (value) => metrics.latest.add(value)],
    ["subtract from latest", (value) => metrics.latest.sub(value)],
    ["record in took", (value) => metrics.took.record(value)],
    ["record in took", (value) => metrics.took.record(1, value), "empty objects"],
    ["record in took", (value) => metrics.took.record(1, { count: value })],
    ["record in took", (value) => metrics.took.record(1, { exemplar: value }), "empty objects"],
    ["record in took", (value) => metrics.took.record(1, { exemplar: { a: value } })],
    ["add to hits", (value) => metrics.hits.add(1, value), "empty objects"],
    ["add to hits", (value) => metrics.hits.add(1, { exemplar: value }), "empty objects"],
    ["add to hits", (value) => metrics.hits.add(1, { exemplar: { a: value } })],
    ["time took", (value) => metrics.took.time(value)],
    ["bind labels of waits", (value) => metrics.waits.startTimer()({ queue: value }), "texts"],
    ["bind labels of calls", (value) => metrics.calls.labels({ method: value }), "texts"],
    ["update flow", (value) => metrics.flow.update(flow, { n: value })],
    ["update flow", (value) => metrics.flow.update(flow, { bytes: value }), "bigints"],
    ["update flow", (value) => metrics.flow.update(value, { n: 1 })],
    ["begin flow", (value) => metrics.flow.begin(value)],
    ["merge into flow", (value) => burst.merge({ n: value })],
    ["change flow", (value) => burst.n = value],
    ["aggregate flow", (value) => stats.metrics.flow.aggregate(flow, 0, value)],
    ["find a bucket of calls", (value) => stats.metrics.calls.id({ method: value }), "texts"],
    ["read calls", (value) => stats.metrics.calls.read({ method: value }), "texts"],
    ["read calls", (value) => stats.metrics.calls.read(value), "empty objects"],
    ["read calls", (value) => stats.metrics.calls.perThread(value), "empty objects"],
    ["list the series of calls", (value) => stats.metrics.calls.series(value), "empty objects"],
    ["list the series of calls", (value) => stats.metrics.calls.series({ method: value }), "texts"],
    ["clear flow", (value) => stats.metrics.flow.clear(value)],
    ["destroy flow", (value) => stats.metrics.flow.destroy(value)],
    ["make a window", (value) => new Window(value, { seconds: 1 })],
    ["make a window", (value) => new Window(stats, { seconds: value })],
    ["compute a delta", (value) => window.delta(value)],
    ["compute a delta of calls", (value) => window.delta("calls", value), "empty objects"],
    ["compute a delta of calls", (value) => window.delta("calls", { method: value }), "texts"],
    ["compute a rate", (value) => window.rate(value)],
    ["compute a maximum", (value) => window.max(value)],
    ["compute a quantile", (value) => window.quantile(value, 0.5)],
    ["tell a quantile", (value) => stats.metrics.took.read().quantile(value)],
    ["tell cumulative counts", (value) => stats.metrics.took.read().cumulative(value)],
    ["make a HistogramValue", (value) => new HistogramValue(value)],
    ["make a snapshot", (value) => new Snapshot(value)],
    ["start the window", (value) => window.start(value)],
    ["make a handler", (value) => prometheusHandler(value)],
    ["make a handler", (value) => prometheusHandler(stats, { created: value })],
    ["answer a scrape", (value) => handler(value)],
    ["render the snapshot", (value) => prometheusText(value)],
    ["render the snapshot", (value) => prometheusText(stats.snapshot(), { format: value })],
    ["render the snapshot", (value) => prometheusText(stats.snapshot(), { escaping: value })],
    ["make a handler", (value) => prometheusNodeHandler(value)],
    ["answer a request", (value) => prometheusNodeHandler(stats)(value, value)],
    ["answer a request", (value) => prometheusNodeHandler(stats)({ headers: {} }, value)],
    ["observe the statistics", (value) => observe(value, METER as Any)],
    ["observe the statistics", (value) => observe(stats, value)],
    ["observe the statistics", (value) => observe(stats, METER as Any, { onError: value })],
    ["make a producer", (value) => new ThreadStatsProducer(value)],
    ["make a producer", (value) => new ThreadStatsProducer(stats, { temporality: value })],
  ];
}

/** Values that are large, hostile, or of a type that no function accepts. */
function badValues(stats: ThreadStats<typeof schema.metrics>): unknown[] {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const trap = () => {
    throw new Error("Somebody read it");
  };
  const getter = Object.defineProperty({}, "toJSON", { get: trap, enumerable: false });
  return [
    null,
    proxy,
    getter,
    Object.create(null),
    Symbol("x"),
    new Float64Array(2 ** 24),
    new Map(),
    -(2n ** 100_000n),
    "x".repeat(2 ** 27),
    stats.metrics.flow,
  ];
}

describe("every public function", () => {
  it("refuses every bad value by a short error that names the action, and changes nothing", () => {
    const stats = ThreadStats.create(schema, { maxThreads: 4 });
    const entries = calls(stats);
    const values = badValues(stats);
    const before = observed(stats);
    const wrong: string[] = [];
    for (const [what, call, takes] of entries) {
      for (const value of values) {
        if (isTaken(takes, value)) continue;
        const { message } = refusalOf(() => call(value));
        const isRight = message.startsWith(`Cannot ${what}: `) && /: .+, got .+$/s.test(message) &&
          message.length < 400;
        if (!isRight) wrong.push(`${what}, ${call}: ${message.slice(0, 1000)}`);
      }
    }
    assertEquals(wrong, []);
    assertEquals(observed(stats), before);
  });
});

/** The error of a call, if it is a TypeError or RangeError. */
function refusalOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return error;
    return new Error(`${error} is thrown`);
  }
  return new Error("nothing is thrown");
}

function isTaken(takes: Takes | undefined, value: unknown): boolean {
  switch (takes) {
    case "texts":
      return typeof value === "string";
    case "bigints":
      return typeof value === "bigint";
    case "empty objects":
      return isPlain(value) && Object.keys(value).length === 0;
    default:
      return false;
  }
}
