import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  record,
  sum,
  ThreadStats,
  Window,
} from "../../mod.ts";
import { observe, ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { prometheusHandler, prometheusText } from "../../src/prometheus/mod.ts";
import { takeOptions } from "../../src/base/options.ts";
import { polluted } from "../property/hostile.ts";

// deno-lint-ignore no-explicit-any -- what no type allows is what these tests are about
type Any = any;

/** Every public function that takes options. */
interface Taker {
  readonly call: (options: Any) => unknown;
  readonly what: string;
  /** Options that are good. */
  readonly good: object;
  /** All options that there are. */
  readonly names: string;
}

const METRIC = "help, unit, labels";
const schema = defineSchema({ jobs: counter(), took: histogram({ lowest: 1, highest: 2 }) });

/** A meter that does nothing. */
const meter = {
  createObservableCounter: () => ({}),
  createObservableUpDownCounter: () => ({}),
  createObservableGauge: () => ({}),
  addBatchObservableCallback: () => {},
  removeBatchObservableCallback: () => {},
} as Any;

function takers(): Taker[] {
  const stats = ThreadStats.create(schema);
  const snapshot = stats.snapshot();
  const seat = stats.reserveThread("seat");
  const prometheus = "boundaries, created, perThread, selfMetrics";
  return [
    {
      call: (options) => counter(options),
      what: "define a counter",
      good: { help: "Jobs", labels: ["a"] },
      names: `${METRIC} and maxSeries`,
    },
    {
      call: (options) => gauge(options),
      what: "define a gauge",
      good: { aggregate: "max" },
      names: `${METRIC}, maxSeries and aggregate`,
    },
    {
      call: (options) => histogram(options),
      what: "define a histogram",
      good: { boundaries: [1] },
      names: `${METRIC}, maxSeries, boundaries, lowest, highest and relativeError`,
    },
    {
      call: (options) => record({ a: sum() }, options),
      what: "define a record",
      good: { unit: "bytes" },
      names: `${METRIC} and maxSeries`,
    },
    {
      call: (options) => ThreadStats.create(schema, options),
      what: "create the statistics",
      good: { maxThreads: 2 },
      names: "maxThreads, maxByteLength and quarantineSeconds",
    },
    {
      call: (options) => stats.snapshot(options),
      what: "take a snapshot",
      good: { perThread: true },
      names: "perThread",
    },
    {
      call: (options) => ThreadStats.inspect(stats.handle).snapshot(options),
      what: "take a snapshot",
      good: { perThread: false },
      names: "perThread",
    },
    {
      call: (options) => seat.revoke(options),
      what: "revoke the seat",
      good: { stopped: true },
      names: "stopped",
    },
    {
      call: (options) => new Window(stats, options),
      what: "make a window",
      good: { seconds: 1 },
      names: "seconds, maxSnapshots and mode",
    },
    {
      call: (options) => prometheusText(snapshot, options),
      what: "render the snapshot",
      good: { created: false },
      names: `${prometheus} and format`,
    },
    {
      call: (options) => prometheusHandler(stats, options),
      what: "make a handler",
      good: { runtimeMetrics: true },
      names: `${prometheus}, maxAnswers, maxAnswerSeconds and runtimeMetrics`,
    },
    {
      call: (options) => observe(stats, meter, options),
      what: "observe the statistics",
      good: { quantiles: [0.5] },
      names: "perThread, selfMetrics, quantiles and onError",
    },
    {
      call: (options) => new ThreadStatsProducer(stats, options),
      what: "make a producer",
      good: { temporality: "delta" },
      names: "perThread, selfMetrics, boundaries, temporality and maxSize",
    },
  ];
}

describe("every function with options", () => {
  it("refuses an option that it does not know, and names those that it knows", () => {
    for (const { call, what, good, names } of takers()) {
      call(good);
      for (const name of ["labelNames", "maxThread", "runtimeMetric", "toString", "", "a b"]) {
        // The names of all options are a part of what is refused in the end: the good ones beside
        // it do not help.
        for (const others of [{}, good]) {
          const error = assertThrows(() => call({ ...others, [name]: 1 }), TypeError);
          assertEquals(
            error.message,
            `Cannot ${what}: the options are ${names}, got the unknown option ${
              JSON.stringify(name)
            }`,
          );
        }
      }
    }
  });

  it("takes undefined for left out, of options that it knows and of others", () => {
    for (const { call, good, names } of takers()) {
      const all = Object.fromEntries(names.split(/, | and /).map((name) => [name, undefined]));
      call({ ...all, labelNames: undefined, ...good });
    }
  });

  it("refuses what is no object, and looks at none of its items", () => {
    const huge = new Int32Array(2 ** 26);
    for (const { call, what } of takers()) {
      for (const options of [null, 1, "perThread", true, () => {}, [], [1], huge]) {
        const { message } = assertThrows(() => call(options), TypeError);
        assert(message.startsWith(`Cannot ${what}: the options must be an object, got `), message);
        assert(message.length < 200, message);
      }
    }
  });

  it("looks at own options only, known or not, and once at each", () => {
    for (const { call, good } of takers()) {
      call(Object.assign(Object.create({ labelNames: 1 }), good));
      call(Object.assign(Object.create(null), good));
      call(Object.defineProperty({ ...good }, "hidden", { value: 1 }));
      call({ ...good, [Symbol("mine")]: 1 });
      polluted({ labelNames: 1 }, () => call(good));
      const looks: string[] = [];
      const watched = Object.fromEntries(Object.entries(good));
      for (const [name, value] of Object.entries(good)) {
        const get = () => {
          looks.push(name);
          return value;
        };
        Object.defineProperty(watched, name, { get, enumerable: true });
      }
      call(watched);
      assertEquals(looks, Object.keys(good));
    }
  });

  it("says of a long name no more than its beginning", () => {
    for (const { call } of takers()) {
      const { message } = assertThrows(() => call({ ["x".repeat(1e6)]: 1 }), TypeError);
      assert(message.length < 400, message);
    }
  });
});

describe("takeOptions()", () => {
  it("gives a copy without prototype, without what is undefined", () => {
    const taken = takeOptions("test", { a: 1, b: undefined }, { a: true, b: true });
    assertEquals(Object.getPrototypeOf(taken), null);
    assertEquals(Object.entries(taken), [["a", 1]]);
  });
});
