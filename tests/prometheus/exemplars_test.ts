import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawnSync } from "node:child_process";
import { counter, defineSchema, gauge, histogram, ThreadStats } from "../../mod.ts";
import {
  prometheusHandler,
  prometheusText,
  type PrometheusTextOptions,
} from "../../src/prometheus/mod.ts";
import { isMissing } from "../support/debian_tools.ts";
import { promtool } from "../support/prometheus_server.ts";

const isDeno = "Deno" in globalThis;
// The system's Python, which has the packages that Debian installs.
const python = "/usr/bin/python3";

const schema = defineSchema({
  failures: counter({ help: "Failures" }),
  calls: counter({ help: "Calls", labels: ["method"] }),
  waiting: gauge({ help: "Waiting" }),
  size: histogram({ help: "Sizes", unit: "bytes", boundaries: [10, 100] }),
  latency: histogram({
    help: "Time",
    unit: "seconds",
    lowest: 1e-3,
    highest: 10,
    labels: ["path"],
  }),
});

const TIME = 1_520_879_607_789;

/** Statistics of two threads with exemplars, all given at one time. */
function withExemplars(): ThreadStats<typeof schema.metrics> {
  const stats = ThreadStats.create(schema);
  const [one, two] = ["one", "two"].map((name) => stats.registerThread(name).metrics);
  const { now } = Date;
  try {
    Date.now = () => TIME;
    one.failures.add(1, { exemplar: { trace_id: "first" } });
    two.failures.add(0.5, { exemplar: { trace_id: "second", span_id: "s" } });
    one.calls.labels({ method: "GET" }).add(1, { exemplar: { text: 'a"b\\c\nd, ünï 😀 # {' } });
    one.calls.labels({ method: "PUT" }).add(1);
    one.waiting.set(1);
    one.size.record(10, { exemplar: {} });
    one.size.record(11, { exemplar: { trace_id: "x" } });
    two.size.record(1e30, { exemplar: { trace_id: "y".repeat(120) } });
    const latency = two.latency.labels({ path: "/" });
    for (const value of [0.25, 0.2501, 0.3, 0.251, 100, 1e-9]) {
      latency.record(value, { exemplar: { trace_id: `${value}` } });
    }
  } finally {
    Date.now = now;
  }
  return stats;
}

const OPTIONS: PrometheusTextOptions = {
  selfMetrics: false,
  created: false,
  boundaries: { latency: [0.25, 0.5, 1] },
};

/** The lines with an exemplar, split before it. */
function exemplarsIn(text: string): [sample: string, exemplar: string][] {
  return text.split("\n").filter((line) => !line.startsWith("#") && line.includes(" # {"))
    .map((line) => [line.slice(0, line.indexOf(" # {")), line.slice(line.indexOf(" # {") + 3)]);
}

const AT = "1520879607.789";

describe("prometheusText()", () => {
  it("writes the latest exemplar of each counter and bucket in OpenMetrics", () => {
    const text = prometheusText(withExemplars().snapshot(), { ...OPTIONS, format: "openmetrics" });
    assertEquals(exemplarsIn(text), [
      ["failures_total 1.5", `{trace_id="second",span_id="s"} 0.5 ${AT}`],
      ['calls_total{method="GET"} 1', `{text="a\\"b\\\\c\\nd, ünï 😀 # {"} 1 ${AT}`],
      ['size_bytes_bucket{le="10.0"} 1', `{} 10 ${AT}`],
      ['size_bytes_bucket{le="100.0"} 2', `{trace_id="x"} 11 ${AT}`],
      ['size_bytes_bucket{le="+Inf"} 3', `{trace_id="${"y".repeat(120)}"} 1e+30 ${AT}`],
      ['latency_seconds_bucket{path="/",le="0.25"} 2', `{trace_id="1e-9"} 1e-9 ${AT}`],
      ['latency_seconds_bucket{path="/",le="0.5"} 5', `{trace_id="0.251"} 0.251 ${AT}`],
      ['latency_seconds_bucket{path="/",le="+Inf"} 6', `{trace_id="100"} 100 ${AT}`],
    ]);
  });

  it("writes none in the text format, nor where none was given", () => {
    const stats = withExemplars();
    assertEquals(exemplarsIn(prometheusText(stats.snapshot(), OPTIONS)), []);
    stats.metrics.failures.clear();
    const text = prometheusText(stats.snapshot(), { ...OPTIONS, format: "openmetrics" });
    assertMatch(text, /^failures_total 0$/m);
  });

  it("writes each thread's own exemplars with perThread", () => {
    const text = prometheusText(withExemplars().snapshot({ perThread: true }), {
      ...OPTIONS,
      perThread: true,
      format: "openmetrics",
    });
    assertEquals(exemplarsIn(text).slice(0, 2), [
      ['failures_total{thread="one",slot="0"} 1', `{trace_id="first"} 1 ${AT}`],
      ['failures_total{thread="two",slot="1"} 0.5', `{trace_id="second",span_id="s"} 0.5 ${AT}`],
    ]);
  });

  it("leaves out what is no exemplar in a snapshot that came by message", () => {
    const snapshot = structuredClone({ ...withExemplars().snapshot() });
    const [row] = snapshot.metrics.failures.series as unknown as { exemplars: unknown }[];
    row.exemplars = [{ labels: { 'x"} 1\nevil 1 # {y': "1" }, value: 1, time: 1 }];
    const text = prometheusText(snapshot, { ...OPTIONS, format: "openmetrics" });
    assertMatch(text, /^failures_total 1.5$/m);
  });
});

describe("prometheusHandler()", () => {
  it("writes exemplars for those who ask for OpenMetrics", async () => {
    const handler = prometheusHandler(withExemplars(), { selfMetrics: false });
    const get = async (accept: string) => {
      const response = await handler(new Request("http://localhost/", { headers: { accept } }));
      return exemplarsIn(await response.text()).length;
    };
    assertEquals([await get("application/openmetrics-text"), await get("text/plain")], [8, 0]);
  });
});

describe(
  "promtool check metrics",
  { ignore: !isDeno || isMissing("promtool", "--version") },
  () => {
    it("accepts the text format of statistics with exemplars", async () => {
      const text = prometheusText(withExemplars().snapshot(), OPTIONS);
      assertEquals(await promtool(["check", "metrics"], text), {
        status: 0,
        stdout: "",
        stderr: "",
      });
    });
  },
);

describe("the reference parser of OpenMetrics", {
  ignore: !isDeno || isMissing(python, "-c", "import prometheus_client.openmetrics"),
}, () => {
  it("reads the exemplars that were given", () => {
    const program = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.buffer.read().decode())
print(json.dumps([[s.name, s.labels.get("le"), s.exemplar.labels, s.exemplar.value, float(s.exemplar.timestamp)]
  for f in families for s in f.samples if s.exemplar]))
`;
    for (const perThread of [false, true]) {
      const input = prometheusText(withExemplars().snapshot({ perThread }), {
        ...OPTIONS,
        perThread,
        created: true,
        format: "openmetrics",
      });
      const { status, stdout, stderr } = spawnSync(python, ["-c", program], {
        input,
        encoding: "utf8",
      });
      assertEquals([status, stderr], [0, ""]);
      const found: [string, string | null, Record<string, string>, number, number][] = JSON.parse(
        stdout,
      );
      assertEquals(found.length, perThread ? 9 : 8);
      assertEquals(found.every(([, , , , time]) => time === TIME / 1000), true);
      assertEquals(found.slice(-7).map(([name, le, labels, value]) => [name, le, labels, value]), [
        ["calls_total", null, { text: 'a"b\\c\nd, ünï 😀 # {' }, 1],
        ["size_bytes_bucket", "10.0", {}, 10],
        ["size_bytes_bucket", "100.0", { trace_id: "x" }, 11],
        ["size_bytes_bucket", "+Inf", { trace_id: "y".repeat(120) }, 1e30],
        ["latency_seconds_bucket", "0.25", { trace_id: "1e-9" }, 1e-9],
        ["latency_seconds_bucket", "0.5", { trace_id: "0.251" }, 0.251],
        ["latency_seconds_bucket", "+Inf", { trace_id: "100" }, 100],
      ]);
    }
  });
});
