import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  type SnapshotOptions,
  ThreadStats,
} from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { H_OTHER_MEMORIES } from "../../src/memory/layout.ts";
import { observe, type ObserveOptions, type SnapshotSource } from "../../src/opentelemetry/mod.ts";
import { collect, producerOf } from "./collect.ts";
import { EXACT_VALUES, exactly } from "./exact.ts";
import { api, sdk, sdk2 } from "./packages.ts";
import { schema, update } from "./schema.ts";

/** A meter of an SDK, with a reader that collects values by name and attributes. */
function startMeter(
  { MeterProvider, MetricReader, AggregationTemporality }: typeof sdk = sdk,
  temporality = AggregationTemporality.CUMULATIVE,
) {
  class Reader extends MetricReader {
    protected override onShutdown(): Promise<void> {
      return Promise.resolve();
    }
    protected override onForceFlush(): Promise<void> {
      return Promise.resolve();
    }
  }
  const reader = new Reader({ aggregationTemporalitySelector: () => temporality });
  const provider = new MeterProvider({ readers: [reader] });
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    assertEquals(errors, []);
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  };
  return {
    meter: provider.getMeter("test"),
    collect,
    async values(): Promise<Record<string, unknown>> {
      const points = (await collect()).flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => {
          const texts = Object.entries(attributes).map(([key, text]) => `${key}=${text}`);
          return [[descriptor.name, ...texts].join(" "), value];
        })
      );
      return Object.fromEntries(points);
    },
  };
}

function counted(rounds = 20): ThreadStats<typeof schema.metrics> {
  const stats = ThreadStats.create(schema);
  const thread = stats.registerThread("main");
  for (let round = 0; round < rounds; round++) update(thread, round);
  return stats;
}

/** A source that records the options of its snapshots. */
function noting(
  stats: SnapshotSource,
): SnapshotSource & { asked: (SnapshotOptions | undefined)[] } {
  const asked: (SnapshotOptions | undefined)[] = [];
  return {
    asked,
    snapshot(options) {
      asked.push(options);
      return stats.snapshot(options);
    },
  };
}

describe("observe()", () => {
  it("reports metrics that another thread defines later, from the next collection on", async () => {
    const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
    const { meter, values } = startMeter();
    const errors: unknown[] = [];
    const observation = observe(stats, meter, { onError: (error) => errors.push(error) });
    const late = defineSchema({ requests: counter(), [`n${"a".repeat(300)}`]: counter() });
    const { metrics } = stats.registerThread("main").extend(stats.extend(late));
    metrics.requests.add(3);
    await values();
    assertEquals((await values()).requests, 3);
    assertEquals(errors.length, 1);
    metrics.requests.add(1);
    assertEquals([(await values()).requests, (await values()).jobs, errors.length], [4, 0, 1]);
    observation[Symbol.dispose]();
    metrics.requests.add(1);
    assertEquals((await values()).requests, 4);
  });

  for (const [version, packages] of Object.entries({ 3: sdk, 2: sdk2 })) {
    it(`reports exact names and labels as they are to a meter of the SDK ${version}.x`, async () => {
      const { meter, values } = startMeter(packages);
      using _ = observe(exactly(), meter, { selfMetrics: false });
      const { "tookSeconds Route=/": took, ...others } = EXACT_VALUES;
      assertEquals(await values(), {
        ...others,
        "tookSeconds.count Route=/": 1,
        "tookSeconds.sum Route=/": took,
      });
    });
  }

  for (const [version, packages] of Object.entries({ 3: sdk, 2: sdk2 })) {
    it(`reports the library's own values to a meter of the SDK ${version}.x, in the right instruments`, async () => {
      const stats = counted();
      const { meter, collect, values } = startMeter(packages);
      using _ = observe(stats, meter, { selfMetrics: false, quantiles: [0.5, 0.99] });
      const { jobsDone, queueDepth, longestQueue, latency, bodySize, flow } = stats.metrics;
      const [took, size] = [latency.read(), bodySize.read()];
      const [tcp, udp] = ["tcp", "udp"].map((protocol) => flow.read({ protocol }));
      assertEquals(await values(), {
        "jobs_done job_kind=mail": jobsDone.read({ jobKind: "mail" }),
        "jobs_done job_kind=page": jobsDone.read({ jobKind: "page" }),
        "queue_depth": queueDepth.read(),
        "longest_queue": longestQueue.read(),
        "latency.count": took.count,
        "latency.sum": took.sum,
        "latency.quantile quantile=0.5": took.quantile(0.5),
        "latency.quantile quantile=0.99": took.quantile(0.99),
        "body_size.count": size.count,
        "body_size.sum": size.sum,
        "body_size.quantile quantile=0.5": size.quantile(0.5),
        "body_size.quantile quantile=0.99": size.quantile(0.99),
        "flow.bytes protocol=tcp": Number(tcp.bytes),
        "flow.bytes protocol=udp": Number(udp.bytes),
        "flow.time protocol=tcp": tcp.time,
        "flow.time protocol=udp": udp.time,
        "flow.first_seen protocol=tcp": tcp.firstSeen,
        "flow.first_seen protocol=udp": udp.firstSeen,
        "flow.last_seen protocol=tcp": tcp.lastSeen,
        "flow.last_seen protocol=udp": udp.lastSeen,
        "flow.flags protocol=tcp": tcp.flags,
        "flow.flags protocol=udp": udp.flags,
      });
      const { SUM, GAUGE } = packages.DataPointType;
      const kinds = (await collect()).map((metric) => [
        metric.descriptor.name,
        metric.descriptor.unit,
        metric.dataPointType,
        "isMonotonic" in metric ? metric.isMonotonic : undefined,
      ]);
      assertEquals(kinds, [
        ["jobs_done", "", SUM, true],
        ["queue_depth", "", SUM, false],
        ["longest_queue", "", GAUGE, undefined],
        ["latency.count", "", SUM, true],
        ["latency.sum", "s", SUM, true],
        ["latency.quantile", "s", GAUGE, undefined],
        ["body_size.count", "", SUM, true],
        ["body_size.sum", "By", SUM, true],
        ["body_size.quantile", "By", GAUGE, undefined],
        ["flow.bytes", "", SUM, true],
        ["flow.time", "", SUM, true],
        ["flow.first_seen", "", GAUGE, undefined],
        ["flow.last_seen", "", GAUGE, undefined],
        ["flow.flags", "", GAUGE, undefined],
      ]);
    });
  }

  it("takes one snapshot for each collection, and none after its disposal", async () => {
    const stats = noting(counted());
    const { meter, values } = startMeter();
    const observing = observe(stats, meter);
    stats.asked.length = 0;
    await values();
    assertEquals(stats.asked, [{ perThread: false }]);
    await values();
    assertEquals(stats.asked.length, 2);
    observing[Symbol.dispose]();
    await values();
    assertEquals(stats.asked.length, 2);
    observing[Symbol.dispose]();
  });

  it("reports threads and the library's own metrics on request", async () => {
    const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
    for (const [n, name] of ["a", "b"].entries()) {
      stats.registerThread(name).metrics.jobs.add(n + 1);
    }
    const { meter, values } = startMeter();
    using _ = observe(ThreadStats.inspect(stats.handle), meter, { perThread: true });
    const told = await values();
    const jobs = ["jobs thread=a slot=0", "jobs thread=b slot=1", "jobs"].map((name) => told[name]);
    assertEquals(jobs, [1, 2, undefined]);
    assertEquals(told["thread_stats.threads state=active"], 2);
  });

  it("reports other memories that are found after the start", async () => {
    const stats = counted();
    const { i32 } = new Arena(stats.handle).views();
    const { meter, values } = startMeter();
    const errors: unknown[] = [];
    using _ = observe(stats, meter, { onError: (error) => errors.push(error) });
    assertEquals((await values())["thread_stats.other_memories"], 0);
    Atomics.add(i32, H_OTHER_MEMORIES, 2);
    assertEquals((await values())["thread_stats.other_memories"], 2);
    assertEquals(errors, []);
  });

  it("passes errors of a collection to onError, and the next collection is complete", async () => {
    const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
    const error = new Error("broken");
    let isBroken = false;
    const source = {
      snapshot() {
        if (isBroken) throw error;
        return stats.snapshot();
      },
    };
    const { meter, values } = startMeter(sdk, sdk.AggregationTemporality.DELTA);
    const told: unknown[] = [];
    const options = { selfMetrics: false, onError: (error: unknown) => told.push(error) };
    using _ = observe(source, meter, options);
    const { jobs } = stats.registerThread("main").metrics;
    jobs.add(1);
    assertEquals(await values(), { jobs: 1 });
    isBroken = true;
    jobs.add(2);
    assertEquals([await values(), told], [{}, [error]]);
    isBroken = false;
    assertEquals([await values(), told], [{ jobs: 2 }, [error]]);
  });

  it("leaves series that no longer exist to the meter", async () => {
    const { CUMULATIVE, DELTA } = sdk.AggregationTemporality;
    for (const temporality of [CUMULATIVE, DELTA]) {
      const stats = ThreadStats.create(defineSchema({
        jobs: counter({ labels: ["kind"] }),
        depth: gauge({ labels: ["queue"] }),
      }));
      const { meter, values } = startMeter(sdk, temporality);
      const observing = observe(stats, meter, { selfMetrics: false, perThread: true });
      const threads = ["a", "b"].map((name) => stats.registerThread(name));
      threads[0].metrics.jobs.labels({ kind: "mail" }).add(1);
      threads[1].metrics.depth.labels({ queue: "mail" }).set(2);
      const whole = {
        "jobs kind=mail thread=a slot=0": 1,
        "depth queue=mail thread=b slot=1": 2,
      };
      assertEquals(await values(), whole);
      stats.metrics.jobs.destroy({ kind: "mail" });
      threads[1].unregister();
      // As documented: a cumulative SDK reader keeps exporting series that no longer exist.
      assertEquals(await values(), temporality === CUMULATIVE ? whole : {});
      observing[Symbol.dispose]();
      assertEquals(await values(), temporality === CUMULATIVE ? whole : {});
      // A producer does not.
      assertEquals(await collect(producerOf(stats, { perThread: true })), {});
    }
  });

  it("reports only counts and sums of 0 for histograms without values", async () => {
    const { meter, values } = startMeter();
    using _ = observe(ThreadStats.create(schema), meter, { selfMetrics: false, quantiles: [0.5] });
    assertEquals(await values(), {
      ...{ "queue_depth": 0, "latency.count": 0, "latency.sum": 0 },
      ...{ "body_size.count": 0, "body_size.sum": 0 },
    });
  });

  it("accepts a meter that does nothing", () => {
    const stats = noting(counted());
    using _ = observe(stats, api.createNoopMeter());
    assertEquals(stats.asked.length, 1);
  });

  it("refuses bad input, and then makes no instrument", () => {
    const stats = counted();
    const made: string[] = [];
    const create = (name: string) => {
      made.push(name);
      return {};
    };
    const meter = {
      ...{ createObservableCounter: create, createObservableGauge: create },
      ...{ createObservableUpDownCounter: create },
      ...{ addBatchObservableCallback: () => {}, removeBatchObservableCallback: () => {} },
    };
    type Refusal = [source: unknown, meter: unknown, options: unknown, text: string];
    const wrong: Refusal[] = [
      [undefined, meter, {}, "the source must be a ThreadStats or a view of one, got undefined"],
      [schema, meter, {}, "the source must be a ThreadStats or a view of one"],
      [stats, undefined, {}, "the meter must have createObservableCounter(), got undefined"],
      [stats, null, {}, "the meter must have createObservableCounter(), got null"],
      [stats, { ...meter, addBatchObservableCallback: 1 }, {}, "addBatchObservableCallback()"],
      [stats, meter, null, "the options must be an object, got null"],
      [stats, meter, { perThread: "yes" }, 'perThread must be a boolean, got "yes"'],
      [stats, meter, { selfMetrics: 0 }, "selfMetrics must be a boolean, got 0"],
      [stats, meter, { quantiles: 0.5 }, "quantiles must be an array, got 0.5"],
      [stats, meter, { onError: "log" }, 'onError must be a function, got "log"'],
    ];
    for (const [source, given, options, text] of wrong) {
      const act = () => observe(source as typeof stats, given as typeof meter, options as object);
      assertThrows(act, TypeError, text);
    }
    const observing = (options: unknown) => () => observe(stats, meter, options as ObserveOptions);
    const what = "Cannot observe the statistics";
    for (const quantiles of [["0.5"], [0.5, null], new Array(1)]) {
      const text = `${what}: quantiles must be numbers, got`;
      assertThrows(observing({ quantiles }), TypeError, text);
    }
    const text = `${what}: quantiles must be from 0 to 1, got`;
    for (const q of [1.1, -0.1, NaN]) {
      assertThrows(observing({ quantiles: [0.5, q] }), RangeError, `${text} ${q}`);
    }
    const labelled = ThreadStats.create(defineSchema({
      took: histogram({ boundaries: [1], labels: ["Quantile"] }),
    }));
    assertThrows(
      () => observe(labelled, meter, { quantiles: [1] }),
      TypeError,
      'a histogram must have no label quantile if its quantiles are reported, got "took"',
    );
    const exact = ThreadStats.create(defineSchema({
      took: histogram({ name: "Took", boundaries: [1], labels: ["quantile"] }),
    }));
    assertThrows(() => observe(exact, meter, { quantiles: [1] }), TypeError, "no label quantile");
    const underlined = ThreadStats.create(defineSchema({ jobs: counter(), _jobs: counter() }));
    assertThrows(() => observe(underlined, meter), RangeError, "begin with a letter");
    const took = histogram({ boundaries: [1] });
    const long = ThreadStats.create(defineSchema({ ["h".repeat(250)]: took }));
    assertThrows(() => observe(long, meter), RangeError, "have at most 255 characters");
    assertEquals(made, []);
  });
});
