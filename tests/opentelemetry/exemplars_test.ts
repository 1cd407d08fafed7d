import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createRequire } from "node:module";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { counter, histogram, max, record, sum } from "../../mod.ts";
import type { DataPoint, ExemplarData, MetricData } from "../../src/opentelemetry/mod.ts";
import { exemplarDataOf } from "../../src/opentelemetry/exemplars.ts";
import { collect, make, producerOf } from "./collect.ts";
import { api, exporter, resources, sdk, sdk2 } from "./packages.ts";
import { startReceiver } from "./receiver.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const TIME = 1_520_879_607_789;

/** Runs `act` while the wall clock stands still. */
function at<Result>(time: number, act: () => Result): Result {
  const { now } = Date;
  Date.now = () => time;
  try {
    return act();
  } finally {
    Date.now = now;
  }
}

const metrics = {
  failures: counter({ labels: ["kind"] }),
  size: histogram({ boundaries: [10, 100] }),
  latency: histogram({ lowest: 1e-3, highest: 10 }),
  flow: record({ bytes: sum(), last: max() }),
};

/** The exemplars of a metric's data points. */
function exemplarsOf(metric: MetricData | undefined): (readonly ExemplarData[] | undefined)[] {
  const points: readonly DataPoint<unknown>[] = metric?.dataPoints ?? [];
  return points.map(({ exemplars }) => exemplars);
}

describe("ThreadStatsProducer.collect()", () => {
  it("gives data points the exemplars of counters and of both kinds of histograms", async () => {
    const { stats, metrics: { failures, size, latency, flow } } = make(metrics);
    flow.update(stats.metrics.flow.create(), { bytes: 1, last: 1 });
    failures.labels({ kind: "a" }).add(1);
    at(TIME, () => {
      failures.labels({ kind: "b" }).add(2, { exemplar: { trace_id: TRACE, span_id: SPAN } });
      size.record(5, { exemplar: { trace_id: TRACE } });
      size.record(50, { exemplar: { path: "/", trace_id: TRACE } });
      latency.record(0.5, { exemplar: { span_id: SPAN } });
    });
    const told = await collect(producerOf(stats));
    const timestamp = [1_520_879_607, 789_000_000];
    assertEquals<unknown>(exemplarsOf(told.failures), [undefined, [
      { filteredAttributes: {}, value: 2, timestamp, spanId: SPAN, traceId: TRACE },
    ]]);
    assertEquals<unknown>(exemplarsOf(told.size), [[
      { filteredAttributes: {}, value: 5, timestamp, traceId: TRACE },
      { filteredAttributes: { path: "/" }, value: 50, timestamp, traceId: TRACE },
    ]]);
    assertEquals<unknown>(exemplarsOf(told.latency), [[
      { filteredAttributes: {}, value: 0.5, timestamp, spanId: SPAN },
    ]]);
    assertEquals(exemplarsOf(told["flow.bytes"]), [undefined]);
    // A point without exemplars is as it was before there were any.
    assertEquals(Object.keys(told.failures.dataPoints[0]), [
      "startTime",
      "endTime",
      "attributes",
      "value",
    ]);
  });

  it("gives deltas the exemplars since the previous collection", async () => {
    const { stats, metrics: { failures, size } } = make(metrics);
    const producer = producerOf(stats, { temporality: "delta" });
    const failure = failures.labels({ kind: "a" });
    failure.add(1, { exemplar: { n: "1" } });
    size.record(5, { exemplar: { n: "1" } });
    size.record(50, { exemplar: { n: "2" } });
    const namesIn = async () => {
      const told = await collect(producer);
      return [told.failures, told.size].map((metric) =>
        exemplarsOf(metric).map((found) => found?.map((one) => one.filteredAttributes.n))
      );
    };
    assertEquals(await namesIn(), [[["1"]], [["1", "2"]]]);
    assertEquals(await namesIn(), [[], []]);
    failure.add(1);
    size.record(51, { exemplar: { n: "3" } });
    assertEquals(await namesIn(), [[undefined], [["3"]]]);
  });

  it("gives each thread's own exemplars with perThread", async () => {
    const { stats, metrics: { size } } = make(metrics);
    size.record(5, { exemplar: { n: "1" } });
    stats.registerThread("other").metrics.size.record(6, { exemplar: { n: "2" } });
    const told = await collect(producerOf(stats, { perThread: true }));
    assertEquals(exemplarsOf(told.size).map((found) => found?.[0].filteredAttributes.n), [
      "1",
      "2",
    ]);
  });

  it("is what readers of the SDK pass on to exporters, and what the OTLP exporter accepts", async () => {
    await using receiver = await startReceiver();
    for (
      const [name, { MeterProvider, PeriodicExportingMetricReader }] of [
        ["/3", sdk],
        ["/2", sdk2],
      ] as const
    ) {
      const { stats, metrics: { failures, size } } = make(metrics);
      failures.labels({ kind: "a" }).add(1, { exemplar: { trace_id: TRACE } });
      size.record(5, { exemplar: { n: "1" } });
      const memory = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
      const exporters = [
        memory,
        new exporter.OTLPMetricExporter({ url: receiver.url + name }),
      ];
      const provider = new MeterProvider({
        resource: resources.resourceFromAttributes({}),
        readers: exporters.map((exporter) =>
          new PeriodicExportingMetricReader({
            exporter,
            exportIntervalMillis: 3_600_000,
            metricProducers: [producerOf(stats)],
          })
        ),
      });
      await provider.forceFlush();
      const [{ scopeMetrics: [{ metrics: passed }] }] = memory.getMetrics();
      const found = passed.flatMap((metric) => exemplarsOf(metric as MetricData));
      await provider.shutdown();
      assertEquals(found.flatMap((one) => one ?? []).map(({ value }) => value), [1, 5], name);
      // The exporter sends the point. So far it leaves its exemplars out.
      const [{ resourceMetrics: [{ scopeMetrics: [{ metrics: sent = [] }] }] }] = receiver.at(name);
      assertEquals(sent.map(({ name }) => name).slice(0, 2), ["failures", "size"]);
    }
  });
});

describe("exemplarDataOf()", () => {
  it("makes what the exemplar reservoirs of the SDK make of the same measurement", () => {
    const require = createRequire(new URL("./package.json", import.meta.url));
    const older = realpathSync(require.resolve("@opentelemetry/otlp-transformer"));
    // No entry point exports the reservoirs, and installers differ in where they put the older SDK.
    const folder = ["../../node_modules/@opentelemetry", "../../.."]
      .map((path) => join(dirname(older), path, "sdk-metrics/build/src/exemplar"))
      .find((path) => existsSync(path))!;
    const { AlignedHistogramBucketExemplarReservoir } = require(folder);
    const reservoir = new AlignedHistogramBucketExemplarReservoir([10, 100]);
    const context = api.trace.setSpanContext(api.ROOT_CONTEXT, {
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: 1,
    });
    const attributes = { path: "/", method: "GET" };
    reservoir.offer(5, [1_520_879_607, 789_000_000], attributes, context);
    const [theirs] = reservoir.collect({ method: "GET" });
    const ours = exemplarDataOf({
      labels: { trace_id: TRACE, span_id: SPAN, path: "/" },
      value: 5,
      time: TIME,
    });
    assertEquals({ ...theirs }, { ...ours });
  });

  it("keeps labels as attributes that are no ids of a trace", () => {
    for (const id of ["", "abc", TRACE.slice(1), `${TRACE}0`, "0".repeat(32), "g".repeat(32)]) {
      const { traceId, filteredAttributes } = exemplarDataOf({
        labels: { trace_id: id },
        value: 1,
        time: 1,
      });
      assertEquals([traceId, filteredAttributes], [undefined, { trace_id: id }]);
    }
    const { spanId, filteredAttributes } = exemplarDataOf({
      labels: { span_id: TRACE, trace_id: TRACE.toUpperCase() },
      value: 1,
      time: 1,
    });
    assertEquals([spanId, filteredAttributes], [undefined, { span_id: TRACE }]);
    assert(!("trace_id" in filteredAttributes));
  });
});
