import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { ThreadStatsMeterProvider } from "../../src/opentelemetry/mod.ts";
import { prometheusText, type PrometheusTextOptions } from "../../src/prometheus/mod.ts";

const warn = { onWarning: () => {} };

function make() {
  const stats = ThreadStats.create(defineSchema({}));
  const provider = new ThreadStatsMeterProvider(stats, warn);
  const text = (options: PrometheusTextOptions = {}) =>
    prometheusText(stats.snapshot(), { selfMetrics: false, ...options });
  return { stats, provider, text };
}

/** The samples' names of one instrument of each kind with a unit. */
function namesWith(unit: string, name = "a.b"): string[] {
  const { provider, text } = make();
  const meter = provider.getMeter("");
  meter.createCounter(`c.${name}`, { unit }).add(1);
  meter.createGauge(`g.${name}`, { unit }).record(1);
  return [...text().matchAll(/^(\w+) 1$/gm)].map(([, found]) => found);
}

describe("prometheusText() of instruments of meters", () => {
  it("makes names by the rules of OpenTelemetry's translators", () => {
    assertEquals(namesWith(""), ["c_a_b_total", "g_a_b"]);
    assertEquals(namesWith("s"), ["c_a_b_seconds_total", "g_a_b_seconds"]);
    assertEquals(namesWith("By/s"), ["c_a_b_bytes_per_second_total", "g_a_b_bytes_per_second"]);
    assertEquals(namesWith("{request}"), ["c_a_b_total", "g_a_b"]);
    assertEquals(namesWith("{request}/s"), ["c_a_b_per_second_total", "g_a_b_per_second"]);
    assertEquals(namesWith("1"), ["c_a_b_total", "g_a_b_ratio"]);
    assertEquals(namesWith("%"), ["c_a_b_percent_total", "g_a_b_percent"]);
    assertEquals(namesWith("my units"), ["c_a_b_my_units_total", "g_a_b_my_units"]);
    assertEquals(namesWith("s", "seconds"), ["c_seconds_total", "g_seconds"]);
    assertEquals(namesWith("", "x.total"), ["c_x_total", "g_x_total"]);
  });

  it("writes attributes as labels, equal names joined, and the scope", () => {
    const { provider, text } = make();
    const meter = provider.getMeter("lib", "2", { schemaUrl: "https://s" });
    const scope = 'otel_scope_name="lib",otel_scope_version="2",otel_scope_schema_url="https://s"';
    const histogram = meter.createHistogram("took", { advice: { explicitBucketBoundaries: [1] } });
    histogram.record(1, { "a.b": 1, a_b: "x", le: "y", list: ["p", 2], ok: true, __c: "\\" });
    assertStringIncludes(
      text(),
      `took_count{key__c="\\\\",a_b="1;x",exported_le="y",list="[\\"p\\",2]",ok="true",${scope}} 1\n`,
    );
    assertStringIncludes(text({ escaping: "allow-utf-8" }), '"a.b"="1",a_b="x"');
  });

  it("writes the parts of threads, beside attributes of these names", () => {
    const { stats, provider } = make();
    provider.getMeter("").createCounter("jobs").add(1, { thread: "x", slot: 7 });
    assertStringIncludes(
      prometheusText(stats.snapshot({ perThread: true }), { perThread: true }),
      'jobs_total{exported_slot="7",exported_thread="x",thread="thread-0",slot="0"} 1\n',
    );
  });

  it("writes OpenMetrics with units, and quoted names with suffixes", () => {
    const { provider, text } = make();
    provider.getMeter("").createCounter("http.took", { unit: "s", description: "Time" }).add(1);
    const openMetrics = text({ format: "openmetrics" });
    assertStringIncludes(
      openMetrics,
      "# TYPE http_took_seconds counter\n# UNIT http_took_seconds seconds\n" +
        "# HELP http_took_seconds Time\nhttp_took_seconds_total 1\n",
    );
    assertStringIncludes(
      text({ escaping: "allow-utf-8" }),
      '# TYPE "http.took_seconds_total" counter\n{"http.took_seconds_total"} 1\n',
    );
  });

  it("puts instruments of two meters with one name into one family", () => {
    const { provider, text } = make();
    const options = { description: "Jobs" };
    for (const scope of ["a", "b"]) {
      const meter = provider.getMeter(scope);
      meter.createCounter("jobs", options).add(1);
      meter.createCounter(`other.${scope}`).add(1);
    }
    assertEquals(
      text(),
      "# HELP jobs_total Jobs\n# TYPE jobs_total counter\n" +
        'jobs_total{otel_scope_name="a"} 1\njobs_total{otel_scope_name="b"} 1\n' +
        '# TYPE other_a_total counter\nother_a_total{otel_scope_name="a"} 1\n' +
        '# TYPE other_b_total counter\nother_b_total{otel_scope_name="b"} 1\n',
    );
  });

  it("leaves out families that would have the name of another, never one of a schema", () => {
    const { stats, provider, text } = make();
    const meter = provider.getMeter("a");
    meter.createCounter("jobs").add(1);
    meter.createGauge("jobs.total").record(2);
    meter.createGauge("jobs_total").record(3);
    meter.createHistogram("took").record(4);
    meter.createGauge("took.count").record(5);
    meter.createCounter("late").add(6);
    const later = stats.extend(defineSchema({ late: counter() }));
    later.registerThread("other").metrics.late.add(7);
    const lines = text().split("\n");
    assertEquals(lines.filter((line) => line.startsWith("# TYPE")), [
      "# TYPE late_total counter",
      "# TYPE jobs_total counter",
      "# TYPE took histogram",
    ]);
    assertEquals(lines.includes("late_total 7"), true);
    assertFalse(text().includes(" 3\n"));
  });
});
