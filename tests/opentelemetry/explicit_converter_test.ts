import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { histogram } from "../../mod.ts";
import { type ExplicitHistogram, ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { collect, make, producerOf } from "./collect.ts";

const seconds = { unit: "seconds", lowest: 0.001, highest: 10 } as const;
const bounds = [0.005, 0.1, 0.5, 1, 5];

function makeHistograms() {
  return make({
    latency: histogram(seconds),
    pause: histogram({ ...seconds, labels: ["phase"] }),
    size: histogram({ boundaries: [100, 1000] }),
  });
}

/** Values in every bucket, at bounds, and beyond the range. */
function recordAll({ latency, pause, size }: ReturnType<typeof makeHistograms>["metrics"]) {
  const values = [0, 0.0001, 0.005, 0.0999, 0.1, 0.25, 0.3, 0.9, 1, 2, 7, 100];
  for (const [n, value] of values.entries()) {
    latency.record(value, n + 1);
    pause.labels({ phase: n % 2 === 0 ? "mark" : "sweep" }).record(value);
    size.record(value * 100);
  }
}

describe("ThreadStatsProducer boundaries", () => {
  it("export log-linear histograms with these bounds, and the counts of Prometheus buckets", async () => {
    const { stats, metrics } = makeHistograms();
    recordAll(metrics);
    const told = await collect(producerOf(stats, { boundaries: bounds }));
    const lines: string[] = [];
    for (const { descriptor: { name, unit }, dataPointType, dataPoints } of Object.values(told)) {
      assertEquals(dataPointType, 0, name);
      const family = unit === "s" ? `${name}_seconds` : name;
      for (const { attributes, value } of dataPoints) {
        const { buckets: { boundaries, counts }, count, sum } = value as ExplicitHistogram;
        const labels = Object.entries(attributes).map(([key, text]) => `${key}="${text}"`);
        const line = (suffix: string, all: string[], what: number) =>
          lines.push(`${family}_${suffix}${all.length > 0 ? `{${all}}` : ""} ${what}`);
        let total = 0;
        for (const [n, inBucket] of counts.entries()) {
          total += inBucket;
          line("bucket", [...labels, `le="${boundaries[n] ?? "+Inf"}"`], total);
        }
        line("sum", labels, sum);
        line("count", labels, count);
      }
    }
    const text = prometheusText(stats.snapshot(), { boundaries: bounds, selfMetrics: false });
    assertEquals(lines, text.split("\n").filter((line) => line !== "" && !line.startsWith("#")));
  });

  it("by name keep the other log-linear histograms exponential", async () => {
    const { stats, metrics } = makeHistograms();
    recordAll(metrics);
    const told = await collect(producerOf(stats, { boundaries: { pause: [1] } }));
    assertEquals(Object.values(told).map((metric) => metric.dataPointType), [1, 0, 0]);
    const { dataPoints: [{ value }] } = told.pause;
    assertEquals((value as ExplicitHistogram).buckets, { boundaries: [1], counts: [5, 1] });
  });

  it("are copied, and may be empty", async () => {
    const { stats, metrics } = makeHistograms();
    metrics.latency.record(0.2, 3);
    const given: number[] = [];
    const producer = producerOf(stats, { boundaries: given });
    given.push(1);
    const { latency } = await collect(producer);
    const { buckets, ...rest } = latency.dataPoints[0].value as ExplicitHistogram;
    assertEquals(buckets, { boundaries: [], counts: [3] });
    assertEquals([rest.count, rest.min, rest.max], [3, 0.2, 0.2]);
  });

  it("hold for deltas, which add up to the totals", async () => {
    const { stats, metrics } = makeHistograms();
    const options = { boundaries: bounds };
    const deltas = producerOf(stats, { ...options, temporality: "delta" });
    const sums = new Array<number>(bounds.length + 1).fill(0);
    for (const value of [0.2, 0.02, 3, 0.2]) {
      metrics.latency.record(value, 2);
      const { latency } = await collect(deltas);
      assertEquals([latency.dataPointType, latency.aggregationTemporality], [0, 0]);
      const { buckets: { counts }, count } = latency.dataPoints[0].value as ExplicitHistogram;
      assertEquals(count, 2);
      counts.forEach((inBucket, n) => sums[n] += inBucket);
    }
    assertEquals(sums, [0, 2, 4, 0, 2, 0]);
    const { latency } = await collect(producerOf(stats, options));
    assertEquals((latency.dataPoints[0].value as ExplicitHistogram).buckets.counts, sums);
  });

  it("are refused if they are invalid, or for a metric that is not a log-linear histogram", () => {
    const { stats } = makeHistograms();
    const refused: [unknown, typeof TypeError | typeof RangeError, string][] = [
      [1, TypeError, "boundaries must be an array, or an object of arrays, got 1"],
      [null, TypeError, "boundaries must be an array, or an object of arrays, got null"],
      [["1"], TypeError, 'boundaries must be an array of numbers, got ["1"]'],
      [[2, 1], RangeError, "boundaries must be finite, not negative and rising, got [2,1]"],
      [[-1], RangeError, "boundaries must be finite, not negative and rising, got [-1]"],
      [[NaN], RangeError, "boundaries must be finite, not negative and rising"],
      [{ latency: 1 }, TypeError, "boundaries of latency must be an array of numbers, got 1"],
      [{ size: [1] }, TypeError, 'boundaries must be for log-linear histograms, got "size"'],
      [{ toString: [1] }, TypeError, "boundaries must be for log-linear histograms"],
    ];
    for (const [boundaries, error, text] of refused) {
      const act = () => new ThreadStatsProducer(stats, { boundaries: boundaries as number[] });
      assertThrows(act, error, `Cannot make a producer: ${text}`);
    }
  });
});
