import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { withClocks } from "../support/clocks.ts";
import {
  bitOr,
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  min,
  record,
  Snapshot,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { type CollectionResult, ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import {
  collect,
  InFlight,
  make,
  millisecondsOf,
  producerOf,
  startOf,
  tick,
  valuesOf,
} from "./collect.ts";
import { EXACT_VALUES, exactly } from "./exact.ts";

describe("ThreadStatsProducer.collect()", () => {
  for (const temporality of ["cumulative", "delta"] as const) {
    it(`exports metrics that another thread defines later, ${temporality}`, async () => {
      const stats = ThreadStats.create(defineSchema({ jobs: counter({ labels: ["queue"] }) }));
      const producer = producerOf(stats, { selfMetrics: true, temporality });
      await producer.collect();
      const thread = stats.registerThread("main");
      const late = defineSchema({
        requests: counter(),
        took: histogram({ lowest: 1, highest: 100 }),
        [`n${"a".repeat(300)}`]: counter({ labels: ["a"] }),
      });
      const { metrics } = thread.extend(
        ThreadStats.attach(stats.schema, stats.handle).extend(late),
      );
      metrics.requests.add(3);
      metrics.took.record(5);
      const read = async () => {
        const { resourceMetrics, errors } = await producer.collect();
        const { metrics } = resourceMetrics.scopeMetrics[0];
        return { errors, told: new Map(metrics.map((one) => [one.descriptor.name, one])) };
      };
      const { errors, told } = await read();
      assertEquals(told.get("requests")!.dataPoints[0].value, 3);
      assertEquals(told.get("took")!.dataPointType, 1);
      // The families of the library's own are still what they were.
      assertEquals(told.get("thread_stats.threads")!.dataPoints.length, 4);
      // OpenTelemetry does not allow one of the names: the others do not suffer from it.
      assertEquals(errors.length, 1);
      assertMatch(`${errors[0]}`, /names begin with a letter and have at most 255 characters/);
      metrics.requests.add(2);
      const { told: again } = await read();
      assertEquals(again.get("requests")!.dataPoints[0].value, temporality === "delta" ? 2 : 5);
      // Deltas of nothing are left out.
      const overflowed = again.get("thread_stats.overflowed_updates")?.dataPoints ?? [];
      for (const { value } of overflowed) assertEquals(value, 0);
    });
  }

  it("exports all kinds with the names, units and types of OpenTelemetry", async () => {
    const schema = defineSchema({
      requestsServed: counter({ help: "Requests served", labels: ["httpMethod"] }),
      queueDepth: gauge(),
      lastSize: gauge({ unit: "bytes", aggregate: "latest" }),
      latency: histogram({ unit: "seconds", lowest: 1, highest: 100 }),
      size: histogram({ unit: "kibibytes", boundaries: [1, 2] }),
      flow: record({ bytesSent: sum("u64"), took: sum(), lastSeen: max(), flags: bitOr() }, {
        help: "Traffic",
      }),
    });
    const stats = ThreadStats.create(schema);
    const { metrics } = stats.registerThread("main");
    metrics.requestsServed.labels({ httpMethod: "GET" }).add(2);
    metrics.queueDepth.set(3);
    metrics.lastSize.set(4);
    metrics.latency.record(5);
    metrics.size.record(2);
    metrics.flow.update(stats.metrics.flow.create(), {
      ...{ bytesSent: 6, took: 0.5, lastSeen: 7, flags: 5 },
    });
    const told = await collect(producerOf(stats));
    const short = Object.values(told).map((metric) => {
      const { descriptor: { name, unit, valueType }, dataPointType } = metric;
      const isMonotonic = "isMonotonic" in metric ? metric.isMonotonic : undefined;
      return [name, unit, valueType, dataPointType, isMonotonic, metric.aggregationTemporality];
    });
    assertEquals(short, [
      ["requests_served", "", 1, 3, true, 1],
      ["queue_depth", "", 1, 3, false, 1],
      ["last_size", "By", 1, 2, undefined, 1],
      ["latency", "s", 1, 1, undefined, 1],
      ["size", "KiBy", 1, 0, undefined, 1],
      ["flow.bytes_sent", "", 0, 3, true, 1],
      ["flow.took", "", 1, 3, true, 1],
      ["flow.last_seen", "", 1, 2, undefined, 1],
      ["flow.flags", "", 0, 2, undefined, 1],
    ]);
    assertEquals(told.requests_served.descriptor.description, "Requests served");
    assertEquals(told["flow.took"].descriptor.description, "Traffic: took");
    assertEquals(valuesOf(told.requests_served), [{ http_method: "GET", value: 2 }]);
    assertEquals(valuesOf(told["flow.bytes_sent"]), [{ id: "0", value: 6 }]);
    assertEquals(valuesOf(told["flow.flags"]), [{ id: "0", value: 5 }]);
    assertEquals(valuesOf(told.size), [{
      value: {
        buckets: { boundaries: [1, 2], counts: [0, 1, 0] },
        ...{ count: 1, sum: 2, min: 2, max: 2 },
      },
    }]);
    const latency = valuesOf(told.latency) as { value: { scale: number; positive: unknown } }[];
    assertEquals(latency[0].value.scale, 7);
  });

  it("distinguishes labels, the overflow series and buckets without labels", async () => {
    const { stats, metrics } = make({
      jobs: counter({ labels: ["jobKind"], maxSeries: 1 }),
      flow: record({ bytes: sum() }, { labels: ["source"] }),
    });
    metrics.jobs.labels({ jobKind: "a" }).add(1);
    metrics.jobs.labels({ jobKind: "b" }).add(2);
    metrics.flow.labels({ source: "x" }).update({ bytes: 3 });
    const id = stats.metrics.flow.create();
    metrics.flow.update(id, { bytes: 4 });
    const told = await collect(producerOf(stats));
    assertEquals(valuesOf(told.jobs), [
      { job_kind: "a", value: 1 },
      { "otel.metric.overflow": true, value: 2 },
    ]);
    assertEquals(valuesOf(told["flow.bytes"]), [
      { source: "x", value: 3 },
      { id: `${id}`, value: 4 },
    ]);
  });

  it("distinguishes threads on request, also those of the same name", async () => {
    const stats = ThreadStats.create(defineSchema({
      jobs: counter({ labels: ["thread", "exportedThread"] }),
      depth: gauge(),
    }));
    const threads = ["a", "b", "b"].map((name) => stats.registerThread(name));
    threads.forEach(({ metrics }, n) => {
      metrics.jobs.labels({ thread: "main", exportedThread: "io" }).add(n + 1);
      metrics.depth.set(10 * (n + 1));
    });
    threads[0].unregister();
    const told = await collect(producerOf(stats, { perThread: true }));
    const own = { exported_exported_thread: "main", exported_thread: "io" };
    assertEquals(valuesOf(told.jobs), [
      { ...own, thread: "a", slot: "0", value: 1 },
      { ...own, thread: "b", slot: "1", value: 2 },
      { ...own, thread: "b", slot: "2", value: 3 },
    ]);
    assertEquals(valuesOf(told.depth), [
      { thread: "b", slot: "1", value: 20 },
      { thread: "b", slot: "2", value: 30 },
    ]);
  });

  it("leaves out gauges that no thread has set", async () => {
    const { stats, metrics } = make({
      flow: record({ bytes: sum(), first: min(), last: max() }),
      lowest: gauge({ aggregate: "min" }),
    });
    const id = stats.metrics.flow.create();
    const producer = producerOf(stats);
    assertEquals(Object.keys(await collect(producer)), ["flow.bytes"]);
    metrics.flow.update(id, { first: 1, last: 2 });
    metrics.lowest.set(3);
    assertEquals(Object.keys(await collect(producer)), [
      ...["flow.bytes", "flow.first", "flow.last", "lowest"],
    ]);
  });

  it("exports 64-bit sums as signed integers of OTLP, whatever their values", async () => {
    const { stats, metrics } = make({ flow: record({ bytes: sum("u64") }) });
    const id = stats.metrics.flow.create();
    const producer = producerOf(stats);
    const most = 2 ** 63 - 1024;
    const steps: [change: bigint, told: number][] = [
      [2n ** 53n - 1n, 2 ** 53 - 1],
      [-1n, 2 ** 53 - 2],
      [2n ** 60n, 2 ** 60 + 2 ** 53],
      [2n ** 62n + 2n ** 61n, 2 ** 62 + 2 ** 61 + 2 ** 60 + 2 ** 53],
      // The nearest double is 2^63.
      [2n ** 63n - 1n - (2n ** 62n + 2n ** 61n + 2n ** 60n + 2n ** 53n - 2n), most],
      [2n ** 62n, most],
      [2n ** 62n + 1n, 0],
      [2n ** 53n, 2 ** 53],
    ];
    for (const [change, told] of steps) {
      metrics.flow.update(id, { bytes: change });
      const { "flow.bytes": bytes } = await collect(producer);
      assertEquals([bytes.descriptor.valueType, bytes.dataPoints[0].value], [0, told]);
    }
  });

  for (const seconds of [-5, 5, -3600, 3600, -1.6e9, 1.6e9]) {
    it(`keeps a series' start, and its times in order, when the wall clock is set by ${seconds} s`, async () => {
      await withClocks(async ({ pass, set }) => {
        const { stats, metrics } = make({ jobs: counter(), took: histogram({ boundaries: [10] }) });
        const producer = producerOf(stats);
        const { startedAt } = stats.snapshot();
        let last = startedAt;
        for (let n = 0; n < 12; n++) {
          pass(10);
          if (n % 3 === 1) set(n % 2 === 0 ? -seconds : seconds);
          metrics.jobs.add();
          metrics.took.record(1);
          for (
            const { dataPoints: [{ startTime, endTime }] } of Object.values(await collect(producer))
          ) {
            assertEquals(millisecondsOf(startTime), startedAt);
            assert(millisecondsOf(endTime) >= last, "not before the last one");
          }
          // At least the time that passed; more if the clock was set forward.
          const { jobs } = await collect(producer);
          const end = millisecondsOf(jobs.dataPoints[0].endTime);
          assert(
            end - last >= 10_000 && end >= Date.now(),
            `${end - last} ms, ${end - Date.now()}`,
          );
          last = end;
        }
        // A series that began since starts after everything reported before.
        stats.metrics.jobs.clear();
        pass(10);
        const { jobs } = await collect(producer);
        const [{ startTime, endTime }] = jobs.dataPoints;
        assertEquals([millisecondsOf(startTime), millisecondsOf(endTime) - last], [last, 10_000]);
      });
    });
  }

  it("gives a series a new start after clear() and when its id is used again", async () => {
    const { stats, metrics } = make({
      jobs: counter(),
      flow: record({ bytes: sum() }),
    });
    const id = stats.metrics.flow.create();
    const producer = producerOf(stats);
    metrics.jobs.add(5);
    metrics.flow.update(id, { bytes: 5 });
    await tick();
    const first = await collect(producer);
    assertEquals(startOf(first.jobs), Math.round(stats.snapshot().startedAt));
    await tick();
    const second = await collect(producer);
    assertEquals(startOf(second.jobs), startOf(first.jobs));
    stats.metrics.jobs.clear();
    metrics.jobs.add(1);
    stats.metrics.flow.destroy(id);
    assertEquals(stats.metrics.flow.create(), id);
    metrics.flow.update(id, { bytes: 2 });
    const third = await collect(producer);
    assertEquals([valuesOf(third.jobs), valuesOf(third["flow.bytes"])], [
      [{ value: 1 }],
      [{ id: `${id}`, value: 2 }],
    ]);
    for (const name of ["jobs", "flow.bytes"]) {
      // Later than every data point of the former bucket.
      assertEquals(third[name].dataPoints[0].startTime, second[name].dataPoints[0].endTime);
    }
  });

  it("starts a series no earlier than the last collection without it", async () => {
    const { stats, metrics } = make({ jobs: counter({ labels: ["kind"] }) });
    metrics.jobs.labels({ kind: "a" }).add();
    await tick();
    const madeAt = Date.now();
    const producer = producerOf(stats);
    await tick();
    metrics.jobs.labels({ kind: "b" }).add();
    const { jobs } = await collect(producer);
    const [a, b] = jobs.dataPoints.map(({ startTime: [seconds, nanoseconds] }) =>
      seconds * 1000 + nanoseconds / 1e6
    );
    assert(a < madeAt && b >= madeAt, `${a} ${b} ${madeAt}`);
  });

  it("exports no sum of a histogram without values", async () => {
    const { stats, metrics } = make({ took: histogram({ boundaries: [10] }) });
    const source = new InFlight(stats);
    const producer = producerOf(source);
    metrics.took.record(4);
    source.isInFlight = true;
    const { took } = await collect(producer);
    const buckets = { boundaries: [10], counts: [0, 0] };
    assertEquals(valuesOf(took), [{ value: { count: 0, sum: 0, buckets } }]);
  });

  it("exports an unknown start as 0, and no point that ends before its start", async () => {
    const { stats } = make({ jobs: counter() });
    let at = { startedAt: NaN, takenAt: 5000.4 };
    const source = { snapshot: () => new Snapshot({ ...stats.snapshot(), ...at }) };
    const { jobs } = await collect(producerOf(source));
    assertEquals([jobs.dataPoints[0].startTime, jobs.dataPoints[0].endTime], [[0, 0], [
      5,
      0,
    ]]);
    at = { startedAt: 9000, takenAt: 7500 };
    for (const temporality of ["cumulative", "delta"] as const) {
      stats.registerThread().metrics.jobs.add();
      const { jobs } = await collect(producerOf(source, { temporality }));
      const { startTime, endTime } = jobs.dataPoints[0];
      assertEquals([startTime, endTime], [[7, 500_000_000], [7, 500_000_000]]);
    }
  });

  it("takes one snapshot, with threads only on request", async () => {
    const { stats } = make({
      jobs: counter(),
      depth: gauge(),
      took: histogram({ boundaries: [1] }),
    });
    for (const perThread of [false, true]) {
      const asked: unknown[] = [];
      const producer = producerOf({
        snapshot(options) {
          asked.push(options?.perThread);
          return stats.snapshot(options);
        },
      }, { perThread });
      asked.length = 0;
      await collect(producer);
      assertEquals(asked, [perThread]);
    }
  });

  it("returns errors instead of rejecting", async () => {
    const { stats } = make({ jobs: counter() });
    let isBroken = false;
    const error = new Error("broken");
    const producer = producerOf({
      snapshot(options) {
        if (isBroken) throw error;
        return stats.snapshot(options);
      },
    });
    isBroken = true;
    const result: CollectionResult = await producer.collect();
    assertEquals(result.errors, [error]);
    assertEquals(result.resourceMetrics.scopeMetrics, []);
    isBroken = false;
    assertEquals((await producer.collect()).errors, []);
  });

  it("exports the library's own metrics unless selfMetrics is false", async () => {
    const { stats } = make({ jobs: counter({ labels: ["kind"] }) });
    const told = await collect(new ThreadStatsProducer(stats));
    for (const name of Object.keys(told)) assertMatch(name, /^thread_stats\.[a-z_]+$/);
    assertEquals(told["thread_stats.arena_used"].descriptor.unit, "By");
    assertEquals(told["thread_stats.arena_used"].descriptor.valueType, 0);
    assertEquals(valuesOf(told["thread_stats.refused_updates"]), [{ value: 0 }]);
    assertEquals(valuesOf(told["thread_stats.threads"])[0], { state: "active", value: 1 });
    assertEquals(await collect(producerOf(stats)), {});
  });

  it("has an empty resource that any other one replaces", async () => {
    const { stats } = make({ jobs: counter() });
    const { resource } = (await producerOf(stats).collect()).resourceMetrics;
    assertEquals(resource.attributes, {});
    assertEquals(resource.getRawAttributes(), []);
    const other = { attributes: { a: "b" } };
    assert(resource.merge(other) === other);
    assert(resource.merge(null) === resource);
  });
});

describe("new ThreadStatsProducer()", () => {
  const { stats } = make({ jobs: counter() });
  // deno-lint-ignore no-explicit-any
  const made = (...args: any[]) => () => Reflect.construct(ThreadStatsProducer, args);

  it("refuses values that are no source", () => {
    for (const source of [undefined, null, 1, {}, { snapshot: 1 }, stats.handle]) {
      assertThrows(
        made(source),
        TypeError,
        "Cannot make a producer: the source must be a ThreadStats",
      );
    }
  });

  it("refuses invalid options", () => {
    const refused: [unknown, typeof TypeError | typeof RangeError, string][] = [
      [null, TypeError, "the options must be an object, got null"],
      ["delta", TypeError, "the options must be an object"],
      [
        { temporality: "both" },
        TypeError,
        'temporality must be "cumulative" or "delta", got "both"',
      ],
      [{ temporality: 1 }, TypeError, "temporality must be"],
      [{ perThread: 1 }, TypeError, "perThread must be a boolean, got 1"],
      [{ selfMetrics: null }, TypeError, "selfMetrics must be a boolean, got null"],
      [{ maxSize: "160" }, TypeError, "maxSize must be a number"],
      [{ maxSize: 1 }, RangeError, "maxSize must be an integer from 2 to 65536, got 1"],
      [{ maxSize: 2.5 }, RangeError, "maxSize must be an integer"],
      [{ maxSize: NaN }, RangeError, "maxSize must be an integer"],
      [{ maxSize: 65_537 }, RangeError, "maxSize must be an integer"],
    ];
    for (const [options, error, text] of refused) {
      assertThrows(made(stats, options), error, `Cannot make a producer: ${text}`);
    }
  });

  it("takes options as own properties only", async () => {
    const options = Object.create({ temporality: "delta", perThread: true });
    const { jobs } = await collect(new ThreadStatsProducer(stats, options));
    assertEquals([jobs.aggregationTemporality, valuesOf(jobs)], [1, [{ value: 0 }]]);
  });

  it("exports exact names and labels as they are", async () => {
    const metrics = await collect(producerOf(exactly()));
    const values = Object.entries(metrics).flatMap(([name, { dataPoints }]) =>
      dataPoints.map(({ attributes, value }) => {
        const labels = Object.entries(attributes).map((pair) => ` ${pair.join("=")}`);
        return [name + labels.join(""), typeof value === "number" ? value : value.sum];
      })
    );
    assertEquals(Object.fromEntries(values), EXACT_VALUES);
    // Units are exported beside the name, whatever the name ends with.
    assertEquals(metrics.tookSeconds.descriptor.unit, "s");
  });

  it("gives labels that are called like its own another name, exact or not", async () => {
    const { stats, metrics } = make({
      jobs: counter({ name: "Jobs", labels: ["thread", "Thread", "slot"] }),
    });
    metrics.jobs.labels({ thread: "a", Thread: "b", slot: "c" }).add(2);
    const { Jobs } = await collect(producerOf(stats, { perThread: true }));
    assertEquals(valuesOf(Jobs), [{
      ...{ exported_thread: "a", Thread: "b", exported_slot: "c", thread: "main", slot: "0" },
      value: 2,
    }]);
  });

  it("refuses names that OpenTelemetry does not allow", () => {
    for (const name of ["_jobs", "j".repeat(256)]) {
      const text =
        "Cannot make a producer: names begin with a letter and have at most 255 characters";
      assertThrows(made(make({ [name]: counter() }).stats), RangeError, text);
    }
  });

  it("exports a view from ThreadStats.inspect()", async () => {
    const view = ThreadStats.inspect(stats.handle);
    assertEquals(Object.keys(await collect(producerOf(view))), ["jobs"]);
  });
});
