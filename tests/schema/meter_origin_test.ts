import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, gauge, ThreadStats } from "../../mod.ts";
import { ThreadStatsMeterProvider, ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { parseDescription } from "../../src/schema/description.ts";
import { meterOriginOf, withMeterOrigin } from "../../src/schema/meter_origin.ts";

const scope = { name: "lib", version: "1", schemaUrl: "" };
const origin = { scope, instrument: "counter", valueType: "int" } as const;
const definition = counter({ name: "a.b", labels: ["attributes"] });

describe("withMeterOrigin()", () => {
  it("marks a definition, which its text keeps", () => {
    const marked = withMeterOrigin(definition, { ...origin, other: 1 });
    assertEquals(meterOriginOf(marked), origin);
    const { description, metrics } = defineSchema({ m: marked });
    const parsed = parseDescription(description);
    assertEquals(parsed.description, description);
    assertEquals(meterOriginOf(parsed.metrics.m), meterOriginOf(metrics.m));
    assertEquals(meterOriginOf(definition), undefined);
  });

  it("refuses an origin that is none of the definition", () => {
    const bad: unknown[] = [
      undefined,
      null,
      1,
      [],
      {},
      { ...origin, scope: null },
      { ...origin, scope: { name: "lib" } },
      { ...origin, scope: { ...scope, version: 1 } },
      { ...origin, instrument: "gauge" },
      { ...origin, instrument: "toString" },
      { ...origin, instrument: ["counter"] },
      { ...origin, valueType: "float" },
      { ...origin, boundaries: 1 },
      { ...origin, boundaries: [2, 1] },
      { ...origin, boundaries: [NaN] },
    ];
    for (const given of bad) {
      assertThrows(() => withMeterOrigin(definition, given), TypeError, "its meter must be");
    }
    const others = [
      counter({ labels: ["attributes"] }),
      counter({ name: "a", labels: ["x"] }),
      gauge({ name: "a", labels: ["attributes"] }),
    ];
    for (const other of others) {
      assertThrows(() => withMeterOrigin(other, origin), TypeError, "its meter must be");
    }
  });
});

describe("counter()", () => {
  it("does not take an origin", () => {
    const options = { name: "a", labels: ["attributes"] as const, meter: origin };
    assertThrows(() => counter(options), TypeError, "the options are name, help, unit, labels");
  });
});

describe("ThreadStats.inspect()", () => {
  it("shows instruments of meters with their origin, and by message too", async () => {
    const stats = ThreadStats.create(defineSchema({}));
    const meter = new ThreadStatsMeterProvider(stats).getMeter("lib", "1");
    meter.createCounter("a.b", { valueType: 0 }).add(1, { c: 2 });
    const view = ThreadStats.inspect(structuredClone(stats.handle));
    const [metric] = Object.values(view.snapshot().metrics);
    assertEquals(meterOriginOf(metric.definition), origin);
    assertEquals(metric.series[0].labels, { attributes: '{"c":2}' });
    const producer = new ThreadStatsProducer(
      { snapshot: () => structuredClone(view.snapshot()) as ReturnType<typeof view.snapshot> },
      { selfMetrics: false },
    );
    const { resourceMetrics: { scopeMetrics } } = await producer.collect();
    assertEquals(scopeMetrics.map(({ scope }) => scope.name), ["@x/thread-stats", "lib"]);
  });
});
