import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFile } from "node:fs/promises";
import { counter, defineSchema, gauge, histogram, ThreadStats } from "../../../mod.ts";
import { prometheusText } from "../../../src/prometheus/mod.ts";
import { promClient } from "./prom_client.ts";

const { Counter, Gauge, Histogram, Registry, Summary } = promClient;

/** The samples of a text by name and labels, whatever their order. */
function samplesOf(text: string): Record<string, string> {
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    samples.map((line) => {
      const [, name, labels = "", value] = /^([^{ ]+)(?:\{(.*)\})? (.*)$/.exec(
        line,
      )!;
      return [`${name}{${labels.split(",").sort().join(",")}}`, value];
    }).sort(),
  );
}

/** HELP and TYPE of each family. */
function headsOf(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("#")).sort();
}

function theirs() {
  const registers = [new Registry()];
  return {
    registry: registers[0],
    requests: new Counter({
      ...{ name: "http_requests_total", help: "Requests handled", registers },
      labelNames: ["method", "status"] as const,
    }),
    jobs: new Counter({ name: "jobs_total", help: "Jobs done", registers }),
    depth: new Gauge({ name: "queue_depth", help: "Jobs waiting", registers }),
    latency: new Histogram({
      ...{ name: "latency_seconds", help: "Time to handle", registers },
      ...{ labelNames: ["route"] as const, buckets: [0.1, 0.5, 1] },
    }),
  };
}

function ours() {
  const stats = ThreadStats.create(defineSchema({
    httpRequests: counter({
      help: "Requests handled",
      labels: ["method", "status"],
    }),
    jobs: counter({ help: "Jobs done" }),
    queueDepth: gauge({ help: "Jobs waiting" }),
    latency: histogram({
      ...{
        help: "Time to handle",
        unit: "seconds",
        labels: ["route"] as const,
      },
      boundaries: [0.1, 0.5, 1],
    }),
  }));
  const text = () => prometheusText(stats.snapshot(), { selfMetrics: false });
  return { stats, text, ...stats.registerThread("main").metrics };
}

// One runtime is enough: what differs between them is in other tests.
const ignore = "Deno" in globalThis || "Bun" in globalThis;

describe("docs/from_prom_client.md", { ignore }, () => {
  it("the same updates give the same samples, HELP and TYPE", async () => {
    const a = theirs();
    const b = ours();
    assertEquals(headsOf(b.text()), headsOf(await a.registry.metrics()));
    // What is there before the first update.
    assertEquals(samplesOf(b.text()), samplesOf(await a.registry.metrics()));

    a.requests.inc({ method: "GET", status: "200" });
    b.httpRequests.labels({ method: "GET", status: "200" }).add();
    a.requests.labels("GET", "200").inc(5);
    b.httpRequests.labels({ method: "GET", status: "200" }).add(5);
    a.requests.labels({ method: "POST", status: "500" }).inc(0.5);
    b.httpRequests.labels({ method: "POST", status: "500" }).add(0.5);
    a.jobs.inc();
    b.jobs.add();
    a.depth.set(7);
    b.queueDepth.set(7);
    a.depth.inc(3);
    b.queueDepth.add(3);
    a.depth.dec();
    b.queueDepth.sub();
    for (const value of [0, 0.1, 0.25, 0.5, 3]) {
      a.latency.observe({ route: "/" }, value);
      b.latency.labels({ route: "/" }).record(value);
    }
    a.latency.zero({ route: "/none" });
    b.latency.labels({ route: "/none" });
    const samples = samplesOf(b.text());
    assertEquals(samples, samplesOf(await a.registry.metrics()));
    assertEquals(samples['latency_seconds_bucket{le="0.5",route="/"}'], "4");
    assertEquals(samples["queue_depth{}"], "9");

    a.requests.remove({ method: "GET", status: "200" });
    b.stats.metrics.httpRequests.destroy({ method: "GET", status: "200" });
    a.jobs.reset();
    b.stats.metrics.jobs.clear();
    a.depth.reset();
    b.stats.metrics.queueDepth.clear();
    assertEquals(samplesOf(b.text()), samplesOf(await a.registry.metrics()));
    assertEquals(samplesOf(b.text())["jobs_total{}"], "0");
  });

  it("exact names and labels are the same in both formats", async () => {
    const formats = [["text", Registry.PROMETHEUS_CONTENT_TYPE], [
      "openmetrics",
      Registry.OPENMETRICS_CONTENT_TYPE,
    ]] as const;
    for (const [format, type] of formats) {
      const registry = new Registry();
      registry.setContentType(type as typeof registry.contentType);
      const common = { help: "Help", registers: [registry] };
      const labelNames = ["statusCode", "method"] as const;
      new Counter({ ...common, name: "HTTP_requests", labelNames })
        .inc({ statusCode: "200", method: "GET" });
      new Counter({ ...common, name: "jobs_total" }).inc();
      new Gauge({ ...common, name: "job:errors:rate5m", labelNames: ["Queue"] })
        .set({ Queue: "a" }, 0.5);
      new Histogram({ ...common, name: "tookSeconds", buckets: [0.5], labelNames: ["Route"] })
        .observe({ Route: "/" }, 2);

      const help = "Help";
      const stats = ThreadStats.create(defineSchema({
        a: counter({ help, name: "HTTP_requests", labels: labelNames }),
        b: counter({ help, name: "jobs_total" }),
        c: gauge({ help, name: "job:errors:rate5m", labels: ["Queue"] }),
        d: histogram({ help, name: "tookSeconds", boundaries: [0.5], labels: ["Route"] }),
      }));
      const { a, b, c, d } = stats.registerThread("main").metrics;
      a.labels({ statusCode: "200", method: "GET" }).add();
      b.add();
      c.labels({ Queue: "a" }).set(0.5);
      d.labels({ Route: "/" }).record(2);
      const options = { format, selfMetrics: false, created: false } as const;
      const ours = prometheusText(stats.snapshot(), options);
      const theirs = await registry.metrics();
      assertEquals(headsOf(ours), headsOf(theirs));
      assertEquals(samplesOf(ours), samplesOf(theirs));
    }
  });

  it("reset() of a metric with labels is destroy() of each series, and not clear()", async () => {
    const a = theirs();
    const b = ours();
    const { httpRequests, latency } = b.stats.metrics;
    a.requests.inc({ method: "GET", status: "200" });
    b.httpRequests.labels({ method: "GET", status: "200" }).add();
    a.latency.observe({ route: "/" }, 0.2);
    b.latency.labels({ route: "/" }).record(0.2);
    a.registry.resetMetrics();
    for (const id of httpRequests.ids()) httpRequests.clear(id);
    assertEquals(samplesOf(b.text())['http_requests_total{method="GET",status="200"}'], "0");
    for (const id of httpRequests.ids()) httpRequests.destroy(id);
    for (const id of latency.ids()) latency.destroy(id);
    assertEquals(samplesOf(b.text()), samplesOf(await a.registry.metrics()));
    assertEquals(samplesOf(b.text()), { "jobs_total{}": "0", "queue_depth{}": "0" });
  });

  it("reset() of a histogram without labels takes it away, and clear() does not", async () => {
    const registers = [new Registry()];
    const a = new Histogram({ name: "size", help: "Size", buckets: [1], registers });
    a.observe(1);
    a.reset();
    assertEquals(samplesOf(await registers[0].metrics()), {});
    const stats = ThreadStats.create(defineSchema({ size: histogram({ boundaries: [1] }) }));
    stats.registerThread("main").metrics.size.record(1);
    stats.metrics.size.clear();
    const text = prometheusText(stats.snapshot(), { selfMetrics: false });
    assertEquals(samplesOf(text)['size_bucket{le="1"}'], "0");
  });

  it("bounds of buckets have the same text, but below 1e-4 and from 1e6 on, and in OpenMetrics", async () => {
    const buckets = [1e-7, 1e-5, 0.0001, 0.00025, 0.5, 1, 999_999, 1e6, 1.5e6, 1e7, 1e21, 5e21];
    const registers = [new Registry()];
    new Histogram({ name: "size", help: "Size", buckets, registers }).observe(1);
    const stats = ThreadStats.create(defineSchema({ size: histogram({ boundaries: buckets }) }));
    const boundsIn = (text: string) =>
      Array.from(text.matchAll(/le="(.*?)"/g), ([, bound]) => bound);
    const ours = boundsIn(prometheusText(stats.snapshot(), { selfMetrics: false }));
    const theirs = boundsIn(await registers[0].metrics());
    const plain = (bound: string) => `${Number(bound)}`;
    assertEquals(ours.map(plain), theirs.map(plain));
    const differing = ours.flatMap((bound, n) => bound === theirs[n] ? [] : [[theirs[n], bound]]);
    assertEquals(differing, [
      ...[["1e-7", "1e-07"], ["0.00001", "1e-05"]],
      ...[["1000000", "1e+06"], ["1500000", "1.5e+06"], ["10000000", "1e+07"]],
    ]);
    const openMetrics = prometheusText(stats.snapshot(), {
      format: "openmetrics",
      selfMetrics: false,
    });
    assertEquals(boundsIn(openMetrics).filter((bound) => /^[0-9]+$/.test(bound)), []);
  });

  it("a value above highest is in its bucket, and one above all boundaries in +Inf alone", () => {
    const stats = ThreadStats.create(defineSchema({
      fine: histogram({ lowest: 0.001, highest: 10 }),
      plain: histogram({ boundaries: [1, 10] }),
    }));
    const { fine, plain } = stats.registerThread("main").metrics;
    fine.record(3600);
    plain.record(3600);
    const text = prometheusText(stats.snapshot(), { selfMetrics: false });
    const samples = samplesOf(text);
    assertEquals(
      [samples['fine_bucket{le="10"}'], samples["fine_sum{}"], samples['plain_bucket{le="10"}']],
      ["1", "3600", "0"],
    );
    assertEquals(stats.metrics.fine.read().max, 3600);
  });

  it("names of labels stay in prom-client, and are in snake case here", async () => {
    const registers = [new Registry()];
    const labelNames = ["statusCode"] as const;
    new Counter({ name: "a_total", help: "A", labelNames, registers }).inc({ statusCode: "200" });
    assertEquals(samplesOf(await registers[0].metrics()), { 'a_total{statusCode="200"}': "1" });
    const stats = ThreadStats.create(defineSchema({ a: counter({ labels: labelNames }) }));
    stats.registerThread("main").metrics.a.labels({ statusCode: "200" }).add();
    const text = prometheusText(stats.snapshot(), { selfMetrics: false });
    assertEquals(samplesOf(text), { 'a_total{status_code="200"}': "1" });
  });

  it("gauges take no Infinity and no NaN here, and have one where nobody has set them", async () => {
    const registers = [new Registry()];
    const a = new Gauge({ name: "a", help: "A", registers });
    assertEquals(samplesOf(await registers[0].metrics()), { "a{}": "0" });
    for (const [value, text] of [[Infinity, "+Inf"], [-Infinity, "-Inf"], [NaN, "Nan"]] as const) {
      a.set(value);
      assertEquals(samplesOf(await registers[0].metrics()), { "a{}": text });
    }
    const stats = ThreadStats.create(defineSchema({
      most: gauge({ aggregate: "max" }),
      least: gauge({ aggregate: "min" }),
    }));
    const text = () => samplesOf(prometheusText(stats.snapshot(), { selfMetrics: false }));
    const thread = stats.registerThread("main");
    const unset = { "least{}": "+Inf", "most{}": "-Inf" };
    assertEquals(text(), unset);
    for (const gauge of [thread.metrics.most, thread.metrics.least]) {
      for (const value of [Infinity, -Infinity, NaN]) {
        assertThrows(() => gauge.set(value), RangeError);
      }
      gauge.set(0);
    }
    assertEquals(text(), { "least{}": "0", "most{}": "0" });
    thread.unregister();
    assertEquals(text(), unset);
  });

  it("what is refused on both sides, and what is on one alone", () => {
    const a = theirs();
    const b = ours();
    assertThrows(() => a.jobs.inc(-1), Error);
    assertThrows(() => b.jobs.add(-1), RangeError);
    // All labels, as strings.
    a.requests.inc({ method: "GET" });
    assertThrows(
      () => b.httpRequests.labels({ method: "GET" } as never),
      TypeError,
    );
    a.requests.inc({ method: "GET", status: 200 });
    assertThrows(
      () => b.httpRequests.labels({ method: "GET", status: 200 } as never),
      TypeError,
    );
    // Values that are not negative.
    a.latency.observe({ route: "/" }, -1);
    assertThrows(() => b.latency.labels({ route: "/" }).record(-1), RangeError);
  });

  it("the bucket generators give what the page writes in their place", async () => {
    assertEquals(
      Array.from({ length: 20 }, (_, n) => 0 + 10 * n),
      promClient.linearBuckets(0, 10, 20),
    );
    assertEquals(
      Array.from({ length: 5 }, (_, n) => 1 * 2 ** n),
      promClient.exponentialBuckets(1, 2, 5),
    );
    const { values } = await new Histogram({
      name: "h",
      help: "h",
      registers: [],
    }).get();
    const bounds = values.map(({ labels }) => (labels as { le?: number | string }).le)
      .filter((bound) => typeof bound === "number");
    assertEquals(bounds, [
      0.005,
      0.01,
      0.025,
      0.05,
      0.1,
      0.25,
      0.5,
      1,
      2.5,
      5,
      10,
    ]);
  });

  it("runtimeMetrics has the default metrics that the page says are in both", async () => {
    const registry = new Registry();
    promClient.collectDefaultMetrics({ register: registry });
    const text = await registry.metrics();
    registry.clear();
    const page = await readFile(
      new URL("../../../docs/from_prom_client.md", import.meta.url),
      "utf8",
    );
    const sentence = /`collectDefaultMetrics\(\)` and `runtimeMetrics: true` have ([^.]*) in common/
      .exec(page)!;
    const names = Array.from(
      sentence[1].matchAll(/`(\w+)`/g),
      ([, name]) => name,
    );
    assertEquals(names.length, 5);
    const { prometheusHandler } = await import(
      "../../../src/prometheus/mod.ts"
    );
    const handler = prometheusHandler(ours().stats, { runtimeMetrics: true });
    const own = await handler(new Request("http://localhost/metrics")).text();
    for (const name of names) {
      for (const [side, all] of Object.entries({ text, own })) {
        assert(
          new RegExp(`^${name} `, "m").test(all),
          `${name} is not in ${side}`,
        );
      }
    }
  });

  it("all that the page names is there in prom-client", async () => {
    const registers = [new Registry()];
    const config = { name: "n", help: "h", registers: [] };
    const members: [object, string[]][] = [
      [new Counter(config), ["inc", "labels", "get", "reset", "remove"]],
      [new Gauge(config), [
        ...[
          "set",
          "inc",
          "dec",
          "setToCurrentTime",
          "startTimer",
          "labels",
          "reset",
          "remove",
        ],
      ]],
      [new Histogram(config), [
        "observe",
        "startTimer",
        "zero",
        "labels",
        "get",
        "reset",
        "remove",
      ]],
      [new Summary(config), ["observe", "startTimer"]],
      [registers[0], [
        ...["metrics", "contentType", "setContentType", "getSingleMetric"],
        ...[
          "getSingleMetricAsString",
          "getMetricsAsJSON",
          "clear",
          "removeSingleMetric",
        ],
        ...["resetMetrics", "setDefaultLabels"],
      ]],
      [Registry, ["merge", "OPENMETRICS_CONTENT_TYPE"]],
      [promClient.AggregatorRegistry.prototype, ["clusterMetrics"]],
      [promClient.Pushgateway.prototype, ["pushAdd", "push", "delete"]],
      [promClient, [
        "register",
        "linearBuckets",
        "exponentialBuckets",
        "collectDefaultMetrics",
      ]],
    ];
    for (const [owner, names] of members) {
      for (const name of names) assert(name in owner, name);
    }
    // Of two registries with the same name merge() wants to know nothing; here one schema has all names.
    await assertRejects(async () => {
      const [a, b] = [new Registry(), new Registry()];
      for (const registry of [a, b]) {
        new Counter({ ...config, registers: [registry] });
      }
      await Registry.merge([a, b]).metrics();
    }, Error);
    const twice = { requests: counter(), Requests: counter() };
    assertThrows(() => defineSchema(twice), TypeError);
  });
});
