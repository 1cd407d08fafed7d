import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Counter, Gauge, Histogram, Registry, Summary } from "../../src/prom_client/mod.ts";

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("timers and exemplars", () => {
  it("startTimer() measures seconds, with labels from the start and from the end", async () => {
    const registers = [new Registry()];
    const labelNames = ["method", "status"] as const;
    for (const Class of [Gauge, Histogram, Summary]) {
      const metric = new Class({
        name: Class.name,
        help: "h",
        labelNames,
        registers,
      });
      const labels: Record<string, string> = { method: "GET" };
      const end = metric.startTimer(labels);
      await pause();
      labels.method = "PUT"; // express-prom-bundle fills in its labels later
      const seconds = end({ status: 200 });
      assert(seconds > 0.003, `${seconds} s`);
      const { values } = await metric.get();
      const { labels: found } = values.at(-1)!;
      assertEquals({ method: found.method, status: found.status }, {
        method: "PUT",
        status: 200,
      });
      metric.labels("POST", "500").startTimer()();
    }
  });

  it("setToCurrentTime() sets seconds since 1970", async () => {
    const gauge = new Gauge({
      name: "g",
      help: "h",
      labelNames: ["a"],
      registers: [new Registry()],
    });
    const before = Date.now() / 1000;
    gauge.setToCurrentTime({ a: "x" });
    gauge.labels("y").setToCurrentTime();
    for (const { value } of (await gauge.get()).values) {
      assert(value >= before && value <= Date.now() / 1000);
    }
  });

  it("exemplars follow counts and buckets in OpenMetrics, and keep the last that was given", async () => {
    const registry = new Registry(Registry.OPENMETRICS_CONTENT_TYPE);
    const registers = [registry as unknown as Registry];
    const common = {
      help: "h",
      labelNames: ["a"] as const,
      registers,
      enableExemplars: true,
    };
    const counter = new Counter({ name: "c", ...common });
    const histogram = new Histogram({ name: "h", buckets: [1, 2], ...common });
    counter.inc({
      labels: { a: "x" },
      value: 2,
      exemplarLabels: { trace: "one" },
    });
    counter.inc({ labels: { a: "x" } });
    for (const value of [0.5, 1.5, 9]) {
      histogram.observe({
        labels: { a: "x" },
        value,
        exemplarLabels: { trace: `${value}` },
      });
    }
    const lines = (await registry.metrics()).split("\n").filter((line) => !line.startsWith("# "));
    const bare = lines.map((line) => line.replace(/ [\d.]+$/, ""));
    assertEquals(bare[0], 'c_total{a="x"} 3 # {trace="one"} 2');
    assertEquals(bare[1], 'h_bucket{le="1",a="x"} 1 # {trace="0.5"} 0.5');
    assertEquals(bare[2], 'h_bucket{le="2",a="x"} 2 # {trace="1.5"} 1.5');
    assertEquals(bare[3], 'h_bucket{le="+Inf",a="x"} 3 # {trace="9"} 9');
    const exemplarLabels = { trace: "t".repeat(200) };
    assertThrows(
      () => counter.inc({ exemplarLabels }),
      RangeError,
      "smaller than 128",
    );
    const end = histogram.startTimer({ a: "y" }, { trace: "start" });
    assert(end(undefined, { span: "end" }) >= 0);
    const { values } = await histogram.get();
    const labelSet = values.find(({ labels, exemplar }) => labels.a === "y" && exemplar)?.exemplar;
    assertEquals(labelSet?.labelSet, { trace: "start", span: "end" });
  });
});
