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
import { assertInteger, copyOwnProperties, takeOptions } from "../../src/base/options.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { polluted } from "../property/hostile.ts";

// deno-lint-ignore no-explicit-any -- these tests pass values that no type allows
type Any = any;

/** Every public function that takes options. */
interface Taker {
  readonly call: (options: Any) => unknown;
  readonly what: string;
  /** Valid options. */
  readonly good: object;
  /** The names of all options, as the error lists them. */
  readonly names: string;
}

const METRIC = "name, help, unit, labels";
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
  const prometheus =
    "boundaries, created, names, perThread, runtimeMetrics, selfMetrics, startTimes";
  return [
    {
      call: (options) => counter(options),
      what: "define a counter",
      good: { help: "Jobs", labels: ["a"] },
      names: `${METRIC}, maxSeries and maxLabelLength`,
    },
    {
      call: (options) => gauge(options),
      what: "define a gauge",
      good: { aggregate: "max" },
      names: `${METRIC}, maxSeries, maxLabelLength and aggregate`,
    },
    {
      call: (options) => histogram(options),
      what: "define a histogram",
      good: { boundaries: [1] },
      names: `${METRIC}, maxSeries, maxLabelLength, boundaries, lowest, highest and relativeError`,
    },
    {
      call: (options) => record({ a: sum() }, options),
      what: "define a record",
      good: { unit: "bytes" },
      names: `${METRIC}, maxSeries and maxLabelLength`,
    },
    {
      call: (options) => ThreadStats.create(schema, options),
      what: "create the statistics",
      good: { maxThreads: 2 },
      names: "maxThreads, maxMetrics, maxByteLength and quarantineSeconds",
    },
    {
      call: (options) => stats.snapshot(options),
      what: "take a snapshot",
      good: { perThread: true },
      names: "perThread and threadTotals",
    },
    {
      call: (options) => ThreadStats.inspect(stats.handle).snapshot(options),
      what: "take a snapshot",
      good: { perThread: false },
      names: "perThread and threadTotals",
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
      names: `${prometheus}, format and escaping`,
    },
    {
      call: (options) => prometheusHandler(stats, options),
      what: "make a handler",
      good: { runtimeMetrics: true },
      names: `${prometheus}, maxAnswers and maxAnswerSeconds`,
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
  it("refuses an unknown option, and lists the known ones", () => {
    for (const { call, what, good, names } of takers()) {
      call(good);
      for (const name of ["labelNames", "maxThread", "runtimeMetric", "toString", "", "a b"]) {
        // Valid options beside the unknown one make no difference.
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

  it("ignores options that are undefined, known or not", () => {
    for (const { call, good, names } of takers()) {
      const all = Object.fromEntries(names.split(/, | and /).map((name) => [name, undefined]));
      call({ ...all, labelNames: undefined, ...good });
    }
  });

  it("refuses values that are no plain object, without reading their items", () => {
    const huge = new Int32Array(2 ** 26);
    for (const { call, what } of takers()) {
      for (const options of [null, 1, "perThread", true, () => {}, [], [1], huge]) {
        const { message } = assertThrows(() => call(options), TypeError);
        assert(message.startsWith(`Cannot ${what}: the options must be an object, got `), message);
        assert(message.length < 200, message);
      }
    }
  });

  it("reads own properties only, and each once", () => {
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

  it("quotes only the beginning of a long name", () => {
    for (const { call } of takers()) {
      const { message } = assertThrows(() => call({ ["x".repeat(1e6)]: 1 }), TypeError);
      assert(message.length < 400, message);
    }
  });
});

describe("takeOptions()", () => {
  it("returns a copy without a prototype and without undefined options", () => {
    const taken = takeOptions("test", { a: 1, b: undefined }, { a: true, b: true });
    assertEquals(Object.getPrototypeOf(taken), null);
    assertEquals(Object.entries(taken), [["a", 1]]);
  });
});

describe("copyOwnProperties()", () => {
  it("copies what the object itself has, and inherits nothing", () => {
    const given = Object.assign(Object.create({ inherited: 1 }), { a: 1, b: undefined });
    const copy = copyOwnProperties(given);
    assertEquals(Object.entries(copy), [["a", 1], ["b", undefined]]);
    assertEquals(Object.getPrototypeOf(copy), null);
    polluted({ status: 500 }, () => assertEquals(copyOwnProperties<Any>({}).status, undefined));
  });
});

describe("assertInteger()", () => {
  const range = { least: 1, most: 2 ** 20 };

  it("accepts both ends of the range", () => {
    for (const value of [1, 2, 2 ** 20]) assertInteger("test", "size", value, range);
  });

  it("refuses what is no number, no integer or out of range", () => {
    for (
      const [value, got] of [["1", '"1"'], [1n, "1n"], [null, "null"], [undefined, "undefined"]]
    ) {
      assertRefuses(
        () => assertInteger("test", "size", value, range),
        TypeError,
        `Cannot test: size must be a number, got ${got}`,
      );
    }
    for (const value of [0, -1, 1.5, NaN, Infinity, 2 ** 20 + 1]) {
      assertRefuses(
        () => assertInteger("test", "size", value, range),
        RangeError,
        `Cannot test: size must be an integer from 1 to 2^20, got ${value}`,
      );
    }
    for (
      const [most, text] of [[3, "3"], [65_536, "65536"], [2 ** 33 - 1, "8589934591"]] as const
    ) {
      assertRefuses(
        () => assertInteger("test", "size", 0, { least: 1, most }),
        RangeError,
        `Cannot test: size must be an integer from 1 to ${text}, got 0`,
      );
    }
  });
});
