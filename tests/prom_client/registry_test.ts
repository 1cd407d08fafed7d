import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import client, {
  Counter,
  Gauge,
  Histogram,
  register,
  Registry,
  Summary,
} from "../../src/prom_client/mod.ts";
import { promClient } from "./prom_client.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const { OPENMETRICS_CONTENT_TYPE, PROMETHEUS_CONTENT_TYPE } = Registry;

function assertSameText(
  make: (library: Any, registry: Any) => void | Promise<void>,
  type?: string,
) {
  return Promise.all([promClient as Any, client as Any].map(async (library) => {
    const registry = new library.Registry(type ?? PROMETHEUS_CONTENT_TYPE);
    await make(library, registry);
    return await registry.metrics();
  })).then(([theirs, ours]) => assertEquals(ours, theirs));
}

describe("Registry", () => {
  it("metrics() of an empty registry is what prom-client's is", async () => {
    for (const type of [PROMETHEUS_CONTENT_TYPE, OPENMETRICS_CONTENT_TYPE]) {
      await assertSameText(() => {}, type);
    }
  });

  it("metrics() has foreign metrics, as objects with get()", async () => {
    await assertSameText((_, registry) => {
      registry.registerMetric({
        name: "foreign",
        get: () => ({
          ...{ name: "foreign", help: 'h"\n\\', type: "gauge" },
          values: [
            { value: 1, labels: { a: 'b"\n\\', n: 5 } },
            { value: NaN, metricName: "foreign_sum" },
            { value: -Infinity, labels: {} },
          ],
        }),
      });
      registry.registerMetric({
        get: () => Promise.resolve({ name: "n", help: "h", type: "counter" }),
      });
    });
  });

  it("metrics() reads what a subclass's own get() gives", async () => {
    class Doubled extends Counter {
      override async get() {
        const read = await super.get();
        return {
          ...read,
          values: read.values.map((each) => ({
            ...each,
            value: each.value * 2,
          })),
        };
      }
    }
    const registry = new Registry();
    new Doubled({ name: "doubled", help: "h", registers: [registry] }).inc(2);
    assertStringIncludes(await registry.metrics(), "\ndoubled 4\n");
  });

  it("metrics() runs collect first, with the metric as this, and waits for it", async () => {
    const registry = new Registry();
    const order: string[] = [];
    new Gauge({
      ...{ name: "slow", help: "h", registers: [registry] },
      async collect() {
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push("slow");
        this.set(1);
      },
    });
    new Counter({
      ...{ name: "quick", help: "h", registers: [registry] },
      collect() {
        order.push("quick");
        this.inc(3);
      },
    });
    const text = await registry.metrics();
    assertStringIncludes(text, "\nslow 1\n");
    assertEquals(order.slice(0, 2), ["quick", "slow"]);
    // Not a number of times: another thread that reads has this one collect, too.
    assertMatch(text, /\nquick [1-9]/);
    const [slow, quick] = await registry.getMetricsAsJSON();
    assertEquals(slow.values[0].value, 1);
    assert(quick.values[0].value >= 6, `${quick.values[0].value}`);
  });

  it("metrics() rejects with the error of a collect", async () => {
    const registry = new Registry();
    const collect = () => {
      throw new Error("no such queue");
    };
    new Gauge({ name: "g", help: "h", registers: [registry], collect });
    await assertRejects(() => registry.metrics(), Error, "no such queue");
    await assertRejects(
      () => registry.getMetricsAsJSON(),
      Error,
      "no such queue",
    );
  });

  it("getSingleMetric(), its text and removeSingleMetric() take names", async () => {
    const registry = new Registry();
    const counter = new Counter({
      name: "one",
      help: "h",
      registers: [registry],
    });
    assertEquals(registry.getSingleMetric("one"), counter);
    assertEquals(registry.getSingleMetric("other"), undefined);
    assertEquals(
      await registry.getSingleMetricAsString("one"),
      "# HELP one h\n# TYPE one counter\none 0",
    );
    await assertRejects(
      () => registry.getSingleMetricAsString("other"),
      TypeError,
    );
    registry.removeSingleMetric("one");
    registry.removeSingleMetric("one");
    assertEquals(registry.getMetricsAsArray(), []);
    new Gauge({ name: "one", help: "h", registers: [registry] });
  });

  it("a metric that left its registry counts on, and goes back with what it has", async () => {
    const registry = new Registry();
    const registers = [registry];
    const counter = new Counter({
      name: "c",
      help: "h",
      registers,
      labelNames: ["a"],
    });
    const histogram = new Histogram({
      name: "h",
      help: "h",
      registers,
      buckets: [1],
    });
    const child = counter.labels("x");
    child.inc(3);
    histogram.observe(0.5);
    registry.clear();
    child.inc();
    histogram.observe(2);
    assertEquals((await counter.get()).values, [{
      value: 4,
      labels: { a: "x" },
    }]);
    registry.registerMetric(counter);
    registry.registerMetric(histogram);
    child.inc();
    const text = await registry.metrics();
    assertStringIncludes(text, 'c{a="x"} 5');
    assertStringIncludes(text, "h_count 2");
  });

  it("a metric made again after clear() begins at 0, with another definition if need be", async () => {
    const registry = new Registry();
    const registers = [registry];
    const old = new Counter({ name: "again", help: "h", registers });
    old.inc(5);
    registry.clear();
    const other = new Counter({
      name: "again",
      help: "other",
      registers,
      labelNames: ["a"],
    });
    old.inc(5);
    assertEquals(
      await registry.metrics(),
      "# HELP again other\n# TYPE again counter\n",
    );
    other.inc({ a: "1" });
    registry.clear();
    new Gauge({ name: "again", help: "h", registers });
    assertEquals(
      await registry.metrics(),
      "# HELP again h\n# TYPE again gauge\nagain 0\n",
    );
  });

  it("merge() shows the metrics of all, with what they count later", async () => {
    const [one, other] = [new Registry(), new Registry()];
    const counter = new Counter({ name: "a", help: "h", registers: [one] });
    new Gauge({ name: "b", help: "h", registers: [other] }).set(2);
    const merged = Registry.merge([one, other]);
    counter.inc();
    const text = await merged.metrics();
    assertStringIncludes(text, "\na 1\n");
    assertStringIncludes(text, "\nb 2\n");
    one.clear();
    assertStringIncludes(await merged.metrics(), "\na 1\n");
  });

  it("one metric may be in several registries, each with labels and a format of its own", async () => {
    const [one, other] = [
      new Registry(),
      new Registry(OPENMETRICS_CONTENT_TYPE),
    ];
    one.setDefaultLabels({ app: "one", a: "not this" });
    const counter = new Counter({
      ...{ name: "jobs_total", help: "h", labelNames: ["a"] },
      registers: [one, other as Registry<Any>],
    });
    counter.inc({ a: "x" });
    assertStringIncludes(
      await one.metrics(),
      'jobs_total{a="x",app="one"} 1\n',
    );
    const open = await other.metrics();
    assertStringIncludes(
      open,
      '# TYPE jobs counter\njobs_total{a="x"} 1\n# EOF\n',
    );
    assertEquals((await one.getMetricsAsJSON())[0].values[0].labels, {
      a: "x",
      app: "one",
    });
  });

  it("resetMetrics() resets as prom-client does", async () => {
    await assertSameText(({ Counter, Gauge, Histogram, Summary }, registry) => {
      const registers = [registry];
      for (const labelNames of [[], ["a"]]) {
        const at = labelNames.length;
        const labels = at > 0 ? { a: "b" } : {};
        new Counter({ name: `c${at}`, help: "h", registers, labelNames }).inc(
          labels,
          2,
        );
        new Gauge({ name: `g${at}`, help: "h", registers, labelNames }).set(
          labels,
          2,
        );
        new Histogram({ name: `h${at}`, help: "h", registers, labelNames })
          .observe(labels, 2);
        new Summary({ name: `s${at}`, help: "h", registers, labelNames })
          .observe(labels, 2);
      }
      registry.resetMetrics();
    });
  });

  it("register is the default registry, and contentType is its own", async () => {
    const summary = new Summary({
      name: "registry_test_default",
      help: "h",
      percentiles: [0.5],
    });
    summary.observe(1);
    assertStringIncludes(
      await register.metrics(),
      'registry_test_default{quantile="0.5"} 1\n',
    );
    assertEquals(client.contentType, PROMETHEUS_CONTENT_TYPE);
    client.contentType = OPENMETRICS_CONTENT_TYPE;
    assert((await register.metrics()).endsWith("# EOF\n"));
    client.contentType = PROMETHEUS_CONTENT_TYPE;
    register.removeSingleMetric("registry_test_default");
  });

  it("labels are those of the call, whatever becomes of its object", async () => {
    const registry = new Registry();
    const counter = new Counter({
      name: "c",
      help: "h",
      labelNames: ["a"],
      registers: [registry],
    });
    const labels = { a: "x" };
    counter.inc(labels);
    labels.a = "y";
    counter.inc(labels);
    assertStringIncludes(await registry.metrics(), 'c{a="x"} 1\nc{a="y"} 1\n');
  });
});
