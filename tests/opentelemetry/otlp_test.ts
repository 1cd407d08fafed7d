import { assert, assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { HistogramValue } from "../../mod.ts";
import { ThreadStats } from "../../mod.ts";
import { ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { startWorker } from "../support/worker.ts";
import { until } from "../stress/progress.ts";
import {
  attributesText,
  type Point,
  type Request,
  type Series,
  seriesOf,
  valueOf,
} from "./otlp.ts";
import { exporter, resources, sdk, sdk2 } from "./packages.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { type Metrics, schema } from "./schema.ts";

type Temporality = "cumulative" | "delta";

/** A complete pipeline to a path of the receiver: provider, reader, OTLP/HTTP exporter. */
function startPipeline(
  stats: ThreadStats<Metrics>,
  { url }: Receiver,
  { path, temporality, with: { MeterProvider, PeriodicExportingMetricReader } }: {
    path: string;
    temporality: Temporality;
    with: typeof sdk;
  },
) {
  return new MeterProvider({
    resource: resources.resourceFromAttributes({ "service.name": "shop" }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new exporter.OTLPMetricExporter({ url: url + path }),
        // The test triggers each collection.
        exportIntervalMillis: 3_600_000,
        metricProducers: [new ThreadStatsProducer(stats, { temporality })],
      }),
    ],
  });
}

/** A histogram's buckets by upper bound; exponential ones at scale 0, common to all scales. */
function bucketsOf(
  { explicitBounds, bucketCounts = [], scale, positive }: Point,
): Map<string, number> {
  const all = new Map<string, number>();
  const add = (bound: number, count: string) =>
    all.set(`${bound}`, (all.get(`${bound}`) ?? 0) + Number(count));
  if (scale === undefined) {
    bucketCounts.forEach((count, n) => add(explicitBounds![n] ?? Infinity, count));
  } else {
    const { offset = 0, bucketCounts = [] } = positive!;
    bucketCounts.forEach((count, n) => add(2 ** (((offset + n) >> scale) + 1), count));
  }
  return new Map([...all].filter(([, count]) => count > 0));
}

/** The total of each series after each request: deltas are added up. */
function totalsOf(
  requests: readonly Request[],
  temporality: Temporality,
): Map<string, number>[] {
  const totals = new Map<string, number>();
  return requests.map((request) => {
    for (const [key, { metric, points, point }] of seriesOf(request)) {
      const isDelta = points.aggregationTemporality === 1;
      const isAdditive = metric.histogram !== undefined ||
        metric.exponentialHistogram !== undefined ||
        metric.sum?.isMonotonic === true;
      assertEquals(isDelta, isAdditive && temporality === "delta", key);
      const put = (name: string, value: number) =>
        totals.set(name, value + (isDelta ? totals.get(name) ?? 0 : 0));
      put(key, valueOf(point));
      if (point.count === undefined) continue;
      put(`${key} sum`, point.sum!);
      for (const [bound, count] of bucketsOf(point)) {
        put(`${key} to ${bound}`, count);
      }
    }
    return new Map(totals);
  });
}

/** The library's own values of the same series. */
function expectedOf(stats: ThreadStats<Metrics>): Map<string, number> {
  const all = new Map<string, number>();
  const put = (name: string, value: number | bigint) => all.set(name, Number(value));
  const putHistogram = (
    name: string,
    value: HistogramValue,
    boundOf: (upper: number) => number,
  ) => {
    put(name, value.count);
    put(`${name} sum`, value.sum);
    for (const { upperBound, count } of value.bins) {
      const key = `${name} to ${boundOf(upperBound)}`;
      if (count > 0) put(key, (all.get(key) ?? 0) + count);
    }
  };
  const { jobsDone, queueDepth, longestQueue, latency, bodySize, flow } = stats.metrics;
  for (const { labels, value } of jobsDone.series()) {
    put(`jobs_done{job_kind="${labels.jobKind}"}`, value);
  }
  put("queue_depth", queueDepth.read());
  put("longest_queue", longestQueue.read());
  // Each bin is within one octave.
  putHistogram(
    "latency",
    latency.read(),
    (upper) => 2 ** Math.ceil(Math.log2(upper)),
  );
  putHistogram("body_size", bodySize.read(), (upper) => upper);
  for (const { labels, value } of flow.series()) {
    const of = (field: string) => `flow.${field}{protocol="${labels.protocol}"}`;
    put(of("bytes"), value.bytes);
    put(of("time"), value.time);
    put(of("first_seen"), value.firstSeen);
    put(of("last_seen"), value.lastSeen);
    put(of("flags"), value.flags);
  }
  return all;
}

function assertTimes(
  requests: readonly Request[],
  startedAt: number,
) {
  let before: Map<string, Series> | undefined;
  for (const request of requests) {
    const series = seriesOf(request);
    for (const [key, { points, point }] of series) {
      const start = BigInt(point.startTimeUnixNano);
      assert(start <= BigInt(point.timeUnixNano), key);
      const old = before?.get(key)?.point;
      const isDelta = points.aggregationTemporality === 1;
      if (old !== undefined) {
        const due = isDelta ? old.timeUnixNano : old.startTimeUnixNano;
        assertEquals(point.startTimeUnixNano, due, key);
      }
      assert(start >= BigInt(Math.round(startedAt)) * 1_000_000n, key);
    }
    before = series;
  }
}

describe("ThreadStatsProducer by OTLP/HTTP", () => {
  it("exports the library's own totals, cumulative and as deltas, while threads count and one is killed", async () => {
    await using receiver = await startReceiver();
    const stats = ThreadStats.create(schema, { maxThreads: 4 });
    const paths = [
      { path: "/cumulative", temporality: "cumulative", with: sdk },
      { path: "/delta", temporality: "delta", with: sdk },
      { path: "/v2/cumulative", temporality: "cumulative", with: sdk2 },
      { path: "/v2/delta", temporality: "delta", with: sdk2 },
    ] as const;
    const pipelines = paths.map((options) => startPipeline(stats, receiver, options));
    const send = () => Promise.all(pipelines.map((pipeline) => pipeline.forceFlush()));

    const seats = [
      stats.reserveThread("survivor"),
      stats.reserveThread("victim"),
    ];
    await using survivor = await startWorker(
      new URL("./workers/counting.ts", import.meta.url),
      seats[0].handle,
    );
    await using victim = await startWorker(
      new URL("./workers/counting.ts", import.meta.url),
      seats[1].handle,
    );
    const survived = survivor.call<number>("count");
    victim.call("count").catch(() => {});
    const bySlot = () => stats.metrics.latency.perThread().map(({ value }) => value.count);
    const progress = async (threads: number) => {
      const before = bySlot();
      await until(() =>
        bySlot().filter((count, slot) => count > 1000 + (before[slot] ?? 0))
          .length >= threads
      );
    };

    for (let round = 0; round < 3; round++) {
      await progress(2);
      await send();
    }
    await victim.terminate();
    await victim.stopped;
    assertEquals(seats[1].revoke({ stopped: true }), true);
    await send();
    await progress(1);
    await send();
    survivor.requestStop();
    const rounds = await survived;
    await send();
    const expected = expectedOf(stats);
    // This request has no new counts, but is complete.
    await Promise.all(pipelines.map((pipeline) => pipeline.shutdown()));

    assertGreater(expected.get("latency")!, rounds);
    for (const { path, temporality } of paths) {
      const requests = receiver.at(path);
      const totals = totalsOf(requests, temporality);
      const last = new Map(
        [...totals[totals.length - 1]].filter(([key]) => !key.startsWith("thread_stats.")),
      );
      assertEquals([...last].sort(), [...expected].sort(), path);
      // No total has decreased in between: no delta is negative.
      for (let n = 1; n < totals.length; n++) {
        for (const [key, value] of totals[n - 1]) {
          if (
            /^(queue_depth|longest_queue|thread_stats|flow.first_seen)/.test(
              key,
            )
          ) continue;
          assert(
            totals[n].get(key)! >= value,
            `${path}: ${key} fell from ${value}`,
          );
        }
      }
      assertTimes(requests, stats.snapshot().startedAt);

      const [{ resource, scopeMetrics }] = requests[0].resourceMetrics;
      assert(attributesText(resource).includes('service.name="shop"'));
      assertEquals(scopeMetrics.map(({ scope }) => scope), [{
        name: "@x/thread-stats",
        version: "0.1.0",
      }]);
      const series = seriesOf(requests[0]);
      assertEquals(series.get("latency")!.metric.unit, "s");
      assertEquals(
        series.get('jobs_done{job_kind="mail"}')!.metric.description,
        "Jobs done",
      );
    }
  });
});
