import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, ThreadStats } from "../../mod.ts";
import {
  type MeterAttributes,
  ThreadStatsMeterProvider,
  ThreadStatsProducer,
} from "../../src/opentelemetry/mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { collectPlain, plain, sharedProvider } from "./meter_support.ts";

const NAMES = ["meter 1 https://schema name", "meter   name"] as const;

describe("ThreadStatsMeterProvider.getMeter()", () => {
  it("returns one meter for the same name, version and schema", () => {
    const { provider } = sharedProvider();
    const meter = provider.getMeter("a", "1", { schemaUrl: "x" });
    assertEquals(provider.getMeter("a", "1", { schemaUrl: "x" }) === meter, true);
    assertEquals(provider.getMeter("a", "1") === meter, false);
  });

  it("keeps instruments of two meters apart, with scope, unit and description", async () => {
    const { provider, collect } = sharedProvider();
    const options = { unit: "By", description: "Sent", valueType: 0 };
    provider.getMeter("meter", "1", { schemaUrl: "https://schema" }).createCounter("name", options)
      .add(3);
    provider.getMeter("meter").createCounter("name", options).add(4);
    const metrics = await collect();
    assertEquals(Object.keys(metrics), [...NAMES]);
    assertEquals(metrics[NAMES[0]], {
      ...{ unit: "By", description: "Sent", valueType: 0, dataPointType: 3, isMonotonic: true },
      points: [{ attributes: {}, value: 3 }],
    });
    assertEquals(metrics[NAMES[1]].points, [{ attributes: {}, value: 4 }]);
  });

  it("never throws, nor do the methods of its meters, whatever they are given", () => {
    const { provider, warnings } = sharedProvider();
    // deno-lint-ignore no-explicit-any -- no type must be right
    const throwing: any = new Proxy({}, {
      get: () => {
        throw new Error("no such property");
      },
    });
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    // deno-lint-ignore no-explicit-any
    const bad: any[] = [
      throwing,
      revoked,
      undefined,
      null,
      0,
      NaN,
      "",
      "1 x",
      {},
      [],
      () => {},
      Symbol("s"),
      "a\0",
    ];
    for (const name of bad) {
      const meter = provider.getMeter(name, name, name);
      for (const options of bad) {
        // deno-lint-ignore no-explicit-any
        const made: any[] = [
          meter.createCounter(name, options),
          meter.createUpDownCounter(name, options),
          meter.createGauge(name, options),
          meter.createHistogram(name, options),
          meter.createHistogram(name, { advice: { explicitBucketBoundaries: options } }),
        ];
        for (const value of bad) {
          for (const instrument of made) {
            instrument.add?.(value, value);
            instrument.record?.(value, value);
            instrument.add?.(1, value);
            instrument.record?.(1, { value });
          }
        }
        const observable = meter.createObservableCounter(name, options);
        observable.addCallback(options);
        observable.removeCallback(options);
        observable.addCallback((result) => result.observe(options, options));
        meter.addBatchObservableCallback(options, options);
        meter.addBatchObservableCallback((result) => result.observe(options, 1), [observable]);
        meter.removeBatchObservableCallback(options, options);
      }
    }
    assert(warnings.length > 0);
    assertEquals(new Set(warnings).size, warnings.length);
  });

  it("warns of values that it ignores, once for each instrument", async () => {
    const { provider, warnings, collect } = sharedProvider();
    const meter = provider.getMeter("meter");
    const counter = meter.createCounter("bytes");
    for (const value of [-1, NaN, Infinity, 2]) counter.add(value);
    const histogram = meter.createHistogram("took");
    for (const value of [-1, NaN, 2]) histogram.record(value);
    meter.createGauge("load").record(-Infinity);
    assertEquals(warnings, [
      "Values of the instrument bytes were ignored: they must be finite numbers and not negative",
      "Values of the instrument took were ignored: they must be finite numbers and not negative",
      "Values of the instrument load were ignored: they must be finite numbers",
    ]);
    const metrics = await collect();
    assertEquals(metrics["meter   bytes"].points, [{ attributes: {}, value: 2 }]);
    assertEquals((metrics["meter   took"].points[0].value as { count: number }).count, 1);
  });

  it("makes an instrument that records nothing when there is no room", () => {
    const stats = ThreadStats.create(defineSchema({}), { maxMetrics: 1 });
    const warnings: string[] = [];
    const onWarning = (text: string) => void warnings.push(text);
    const meter = new ThreadStatsMeterProvider(stats, { onWarning }).getMeter("meter");
    meter.createCounter("first").add(1);
    meter.createCounter("second").add(1);
    assertEquals(Object.keys(stats.snapshot().metrics).length, 1);
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0], "maxMetrics");
  });

  it("stops recording when the thread was unregistered, with a warning", () => {
    const stats = ThreadStats.create(defineSchema({}));
    const thread = stats.registerThread("main");
    const warnings: string[] = [];
    const onWarning = (text: string) => void warnings.push(text);
    const provider = new ThreadStatsMeterProvider(stats, { thread, onWarning });
    const counter = provider.getMeter("meter").createCounter("jobs");
    counter.add(1);
    thread.unregister();
    counter.add(1);
    assertEquals(warnings.length, 1);
    assertStringIncludes(prometheusText(stats.snapshot()), 'jobs_total{otel_scope_name="meter"} 1');
  });
});

describe("new ThreadStatsMeterProvider()", () => {
  it("refuses bad arguments", () => {
    const stats = ThreadStats.create(defineSchema({}));
    // deno-lint-ignore no-explicit-any
    const make = (options: any, given: any = stats) => () =>
      new ThreadStatsMeterProvider(given, options);
    assertThrows(make({}, {}), TypeError, "it must be given a ThreadStats");
    assertThrows(make({}, null), TypeError, "it must be given a ThreadStats");
    assertThrows(make({ other: 1 }), TypeError, "the options are");
    assertThrows(make({ thread: {} }), TypeError, "thread must be a registered thread");
    assertThrows(make({ onWarning: 1 }), TypeError, "onWarning must be a function");
    assertThrows(make({ observeSeconds: "1" }), TypeError, "observeSeconds must be a number");
    assertThrows(make({ observeSeconds: 0 }), RangeError, "observeSeconds must be from");
    assertThrows(make({ cardinalityLimit: "9" }), TypeError, "cardinalityLimit");
    assertThrows(make({ cardinalityLimit: 1 }), RangeError, "cardinalityLimit");
    assertThrows(make({ views: {} }), TypeError, "views must be an array");
    assertThrows(make({ views: [1] }), TypeError, "the options must be an object");
    assertThrows(make({ views: [{ instrumentName: 1 }] }), TypeError, "instrumentName of a view");
    assertThrows(make({ views: [{ boundaries: 1 }] }), TypeError, "boundaries of a view");
    assertThrows(make({ views: [{ boundaries: [2, 1] }] }), RangeError, "ascending");
    assertThrows(make({ views: [{ attributeKeys: [1] }] }), TypeError, "attributeKeys of a view");
    assertThrows(make({ views: [{ cardinalityLimit: 0 }] }), RangeError, "cardinalityLimit");
    assertThrows(make({ views: [{ drop: 1 }] }), TypeError, "drop of a view");
  });
});

describe("the instruments of a ThreadStatsMeterProvider", () => {
  it("take attributes of every kind, and tell their types apart", async () => {
    const { provider, collect } = sharedProvider();
    const counter = provider.getMeter("meter").createCounter("jobs");
    const all: MeterAttributes[] = [
      { a: 1 },
      { a: "1" },
      { a: true },
      { a: "true" },
      { a: [1, 2] },
      { a: ["1", "2"] },
      { a: "[1,2]" },
      { a: 1, b: 1 },
      { a: null },
      { a: NaN },
      { a: new Uint8Array([1, 2]) },
      { a: { b: [1, { c: "d" }] } },
      { "": 0.1 },
      { ["__proto__"]: "x" },
      { number: "NaN" },
    ];
    for (const [n, attributes] of all.entries()) {
      counter.add(n + 1, attributes);
      counter.add(100, attributes);
    }
    const { points } = (await collect())["meter   jobs"];
    assertEquals(points.length, all.length);
    const found = [...points].sort((a, b) => (a.value as number) - (b.value as number));
    assertEquals(
      found,
      all.map((attributes, n) => ({ attributes: { ...attributes }, value: n + 101 })),
    );
  });

  it("take the attributes at the time of the call, in any order, and leave undefined ones out", async () => {
    const { provider, collect } = sharedProvider();
    const counter = provider.getMeter("meter").createCounter("jobs");
    const attributes: Record<string, unknown> = { a: 1, b: 2 };
    counter.add(1, attributes);
    attributes.b = 3;
    counter.add(10, attributes);
    counter.add(100, { b: 2, a: 1 });
    counter.add(1000, { b: 2, c: undefined, a: 1 });
    const list = [1];
    counter.add(1, { list });
    list.push(2);
    counter.add(1, { list });
    assertEquals((await collect())["meter   jobs"].points, [
      { attributes: { a: 1, b: 2 }, value: 1101 },
      { attributes: { a: 1, b: 3 }, value: 10 },
      { attributes: { list: [1, 2] }, value: 1 },
      { attributes: { list: [1] }, value: 1 },
    ]);
  });

  it("send series beyond the limit to the overflow series, and lose nothing", async () => {
    const { provider, collect } = sharedProvider({ cardinalityLimit: 10 });
    const meter = provider.getMeter("meter");
    const counter = meter.createCounter("jobs");
    const observable = meter.createObservableCounter("seen");
    observable.addCallback((result) => {
      for (let n = 0; n < 50; n++) result.observe(n, { n });
    });
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 200; n++) counter.add(1, { n });
    }
    await collect();
    const metrics = await collect();
    const { points } = metrics["meter   jobs"];
    assertEquals(points.length, 10);
    assertEquals(points.at(-1), { attributes: { "otel.metric.overflow": true }, value: 573 });
    assertEquals(metrics["meter   seen"].points.at(-1)!.value, (50 * 49 - 9 * 8) / 2);
  });

  it("are changed by views", async () => {
    const { provider, collect } = sharedProvider({
      views: [
        { instrumentName: "http.*", boundaries: [1, 10] },
        { instrumentName: "HTTP.server.?ook", attributeKeys: ["method"], boundaries: [5] },
        { meterName: "other", drop: true },
        { instrumentName: "few", cardinalityLimit: 2 },
      ],
    });
    const meter = provider.getMeter("meter");
    const took = meter.createHistogram("http.server.took");
    took.record(3, { method: "GET", path: "/a" });
    took.record(30, { method: "GET", path: "/b" });
    provider.getMeter("other").createCounter("jobs").add(1);
    const few = meter.createCounter("few");
    for (let n = 0; n < 5; n++) few.add(1, { n });
    const metrics = await collect();
    assertEquals(Object.keys(metrics), ["meter   http.server.took", "meter   few"]);
    assertEquals(metrics["meter   http.server.took"].points, [{
      attributes: { method: "GET" },
      value: {
        buckets: { boundaries: [1, 10], counts: [0, 1, 1] },
        ...{ count: 2, sum: 33, min: 3, max: 30 },
      },
    }]);
    assertEquals(metrics["meter   few"].points.map(({ value }) => value), [1, 4]);
  });

  it("take boundaries from their author, also none and negative ones", async () => {
    const { provider, collect } = sharedProvider();
    const meter = provider.getMeter("meter");
    const bucketsOf = async (name: string, explicitBucketBoundaries: number[]) => {
      const histogram = meter.createHistogram(name, { advice: { explicitBucketBoundaries } });
      for (const value of [0, 2, 5]) histogram.record(value);
      const { value } = (await collect())[`meter   ${name}`].points[0];
      return (value as { buckets: unknown }).buckets;
    };
    assertEquals(await bucketsOf("a", [4, 2]), { boundaries: [2, 4], counts: [2, 0, 1] });
    assertEquals(await bucketsOf("b", []), { boundaries: [], counts: [3] });
    assertEquals(await bucketsOf("c", [-2, -1]), { boundaries: [-2, -1], counts: [0, 0, 3] });
    assertEquals(await bucketsOf("d", [-1, 0, 2]), {
      boundaries: [-1, 0, 2],
      counts: [0, 1, 1, 1],
    });
  });

  it("are the same in two threads; description and boundaries are those of the first", async () => {
    const stats = ThreadStats.create(defineSchema({}));
    const meters = ["a", "b"].map((description, n) => {
      const there = ThreadStats.attach(defineSchema({}), stats.handle);
      const meter = new ThreadStatsMeterProvider(there).getMeter("meter");
      const advice = { explicitBucketBoundaries: [n + 1] };
      return {
        counter: meter.createCounter("jobs", { description }),
        upDown: meter.createUpDownCounter("open"),
        gauge: meter.createGauge("load"),
        histogram: meter.createHistogram("took", { advice }),
      };
    });
    for (const [n, { counter, upDown, gauge, histogram }] of meters.entries()) {
      counter.add(1, { job: "x" });
      upDown.add(n === 0 ? 5 : -3);
      gauge.record(n);
      histogram.record(2);
    }
    meters[0].gauge.record(7);
    const metrics = await collectPlain(new ThreadStatsProducer(stats, { selfMetrics: false }));
    const [counter, upDown, gauge, histogram] = Object.values(metrics);
    assertEquals(counter.description, "a");
    assertEquals(counter.points, [{ attributes: { job: "x" }, value: 2 }]);
    assertEquals([upDown.isMonotonic, upDown.points[0].value], [false, 2]);
    assertEquals(gauge.points[0].value, 7);
    assertEquals((histogram.points[0].value as { buckets: unknown }).buckets, {
      boundaries: [1],
      counts: [0, 2],
    });
  });

  it("keep the sum of an up-down counter when a thread ends, but not what it observed", async () => {
    const { stats, collect } = sharedProvider();
    const thread = stats.registerThread("worker");
    const there = new ThreadStatsMeterProvider(stats, { thread });
    const meter = there.getMeter("meter");
    meter.createUpDownCounter("queued").add(5);
    meter.createObservableUpDownCounter("heap").addCallback((result) => result.observe(8));
    meter.createObservableCounter("seen").addCallback((result) => result.observe(9));
    assertEquals(Object.values(await collect()).map(({ points }) => points[0].value), [5, 8, 9]);
    await there.shutdown();
    thread.unregister();
    assertEquals(Object.values(await collect()).map(({ points }) => points[0].value), [5, 0, 9]);
  });

  it("are exported as deltas, but for up-down counters", async () => {
    const { stats, provider } = sharedProvider();
    const options = { selfMetrics: false, temporality: "delta" } as const;
    const producer = new ThreadStatsProducer(stats, options);
    const meter = provider.getMeter("meter");
    const [counter, upDown] = [meter.createCounter("jobs"), meter.createUpDownCounter("open")];
    for (const round of [1, 2]) {
      counter.add(round);
      upDown.add(round);
      const { resourceMetrics } = await producer.collect();
      const metrics = Object.values(plain(resourceMetrics));
      assertEquals(metrics.map(({ points }) => points[0].value), [round, round === 1 ? 1 : 3]);
    }
  });
});

describe("observable instruments of a ThreadStatsMeterProvider", () => {
  it("are observed before each snapshot of their thread, synchronous or not", async () => {
    const { stats, provider, collect, warnings } = sharedProvider();
    const meter = provider.getMeter("meter");
    let calls = 0;
    meter.createObservableGauge("sync").addCallback((result) => result.observe(++calls));
    meter.createObservableGauge("later").addCallback(async (result) => {
      await Promise.resolve();
      result.observe(calls, { a: "b" });
    });
    meter.createObservableCounter("bad").addCallback(() => {
      throw new Error("no value");
    });
    meter.createObservableCounter("worse").addCallback(() => Promise.reject(new Error("none")));
    const first = await collect();
    assertEquals(first["meter   sync"].points[0].value, 1);
    assertEquals(first["meter   later"].points[0].value, 1);
    assertStringIncludes(prometheusText(stats.snapshot()), 'sync{otel_scope_name="meter"} 2\n');
    assertEquals(calls, 2);
    assertEquals(warnings, [
      "A callback has failed: no value",
      "A callback has failed: none",
    ]);
  });

  it("have a collection wait for a callback that is under way, but not for ever", async () => {
    const { stats, provider } = sharedProvider();
    const { promise, resolve } = Promise.withResolvers<void>();
    const meter = provider.getMeter("meter");
    meter.createObservableGauge("later").addCallback(async (result) => {
      await promise;
      result.observe(1);
    });
    stats.snapshot();
    const producer = new ThreadStatsProducer(stats, { selfMetrics: false });
    const cut = await producer.collect({ timeoutMillis: 2 });
    assertEquals(plain(cut.resourceMetrics), {});
    const whole = producer.collect();
    resolve();
    const { resourceMetrics } = await whole;
    assertEquals(plain(resourceMetrics)["meter   later"].points[0].value, 1);
  });

  it("are observed now and then, and no more after shutdown()", async () => {
    const { provider } = sharedProvider({ observeSeconds: 0.1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    let calls = 0;
    provider.getMeter("meter").createObservableGauge("load").addCallback((result) => {
      result.observe(++calls);
      if (calls === 3) resolve();
    });
    // The timer does not keep the thread alive.
    const alive = setInterval(() => {}, 1000);
    await promise;
    clearInterval(alive);
    await provider.shutdown();
    const before = calls;
    await provider.shutdown();
    await provider.forceFlush();
    assertEquals(calls, before);
  });

  it("count totals from 0 again after they fell, and never decrease", async () => {
    const { provider, collect } = sharedProvider();
    let total = 0;
    const meter = provider.getMeter("meter");
    const callback = (result: { observe(value: number): void }) => result.observe(total);
    const observable = meter.createObservableCounter("seen");
    observable.addCallback(callback);
    observable.addCallback(callback);
    const values: unknown[] = [];
    for (total of [5, 8, 2, 3]) values.push((await collect())["meter   seen"].points[0].value);
    assertEquals(values, [5, 8, 10, 11]);
    observable.removeCallback(callback);
    total = 100;
    assertEquals((await collect())["meter   seen"].points[0].value, 11);
  });

  it("are reported together by batch callbacks, but only their own", async () => {
    const { provider, collect } = sharedProvider();
    const meter = provider.getMeter("meter");
    const [a, b, c] = ["a", "b", "c"].map((name) => meter.createObservableUpDownCounter(name));
    const callback = (
      result: { observe(one: typeof a, value: number, attributes?: MeterAttributes): void },
    ) => {
      for (const [n, one] of [a, b, c].entries()) result.observe(one, n - 1, { n });
    };
    meter.addBatchObservableCallback(callback, [a, b]);
    const metrics = await collect();
    assertEquals(Object.values(metrics).map(({ points }) => points), [
      [{ attributes: { n: 0 }, value: -1 }],
      [{ attributes: { n: 1 }, value: 0 }],
    ]);
    meter.removeBatchObservableCallback(callback, [b, a]);
  });
});
