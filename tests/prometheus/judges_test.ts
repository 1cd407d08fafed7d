import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawnSync } from "node:child_process";
import { schema } from "../../examples/flows/schema.ts";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { prometheusHandler, prometheusText } from "../../src/prometheus/mod.ts";
import { isMissing } from "../support/debian_tools.ts";
import { promtool } from "../support/prometheus_server.ts";
import { dotted } from "./dotted.ts";
import { openShop, shop } from "./shop.ts";

const isDeno = "Deno" in globalThis;
// The system's Python, which has the packages that Debian installs.
const python = "/usr/bin/python3";

/** Statistics whose output exercises the parsers, with options for it. */
function* samples() {
  const shopStats = openShop();
  yield ["every kind", shopStats, {}] as const;
  yield ["every kind by thread", shopStats, { perThread: true }] as const;
  yield ["nothing counted", ThreadStats.create(shop), {}] as const;
  yield ["the flow example", ThreadStats.create(schema), {}] as const;
  const hostile = defineSchema({
    jobs: counter({ help: "\\\n\"'{}#", labels: ["a", "b"], maxSeries: 3 }),
    far: histogram({ help: "Far", lowest: 1e-300, highest: 1e300, relativeError: 0.5 }),
  });
  const stats = ThreadStats.create(hostile);
  const { jobs, far } = stats.registerThread('\\"\n').metrics;
  for (const a of ['"', "\\", "\n", "}", "# EOF"]) jobs.labels({ a, b: "" }).add(1e300);
  far.record(1e-299);
  far.record(1e299);
  const names = defineSchema({
    threads: counter({ help: "Threads", labels: ["thread", "exportedThread"] }),
    ids: record({ n: sum() }, { help: "Ids", labels: ["id", "bucketId"] }),
  });
  const named = ThreadStats.create(names);
  for (const name of ["a", "a", "b"]) {
    const { threads, ids } = named.registerThread(name).metrics;
    threads.labels({ thread: "a", exportedThread: "b" }).add();
    ids.labels({ id: "", bucketId: "1" }).update({ n: 1 });
    ids.update(named.metrics.ids.create(), { n: 1 });
  }
  yield ["labels that are called like those of exporters", named, { perThread: true }] as const;
  yield ["hostile texts and numbers", stats, { perThread: true }] as const;
}

describe(
  "promtool check metrics",
  { ignore: !isDeno || isMissing("promtool", "--version") },
  () => {
    for (const [name, stats, options] of samples()) {
      it(`prometheusText() of ${name}`, async () => {
        const text = prometheusText(stats.snapshot(options), options);
        assertEquals(await promtool(["check", "metrics"], text), {
          status: 0,
          stdout: "",
          stderr: "",
        });
      });
    }

    it("prometheusHandler() with metrics of the process", async () => {
      const handler = prometheusHandler(openShop(), { runtimeMetrics: true });
      const text = await handler(new Request("http://localhost/")).text();
      assertEquals(await promtool(["check", "metrics"], text), {
        status: 0,
        stdout: "",
        stderr: "",
      });
    });
  },
);

/** Statistics with exact names. `promtool` complains of their style, but has to read them. */
function* namedSamples() {
  for (const escaping of ["underscores", "dots", "values"] as const) {
    yield [`names in quotes, escaped by ${escaping}`, dotted(), { escaping }] as const;
  }
  const stats = ThreadStats.create(defineSchema({
    rate: gauge({ name: "job:errors:rate5m", help: "Errors", labels: ["Queue"] }),
    done: counter({ name: "jobs_total", help: "Jobs", labels: ["queueName"] }),
    requests: counter({ name: "HTTP_requests", help: "Requests" }),
    took: histogram({ name: "took_seconds", help: "Took", unit: "seconds", boundaries: [1] }),
    flow: record({ last: max(), hits_total: sum() }, { name: "net", help: "Flow", labels: ["a"] }),
  }));
  const { rate, done, requests, took, flow } = stats.registerThread("main").metrics;
  rate.labels({ Queue: "a" }).set(1);
  done.labels({ queueName: "a" }).add();
  requests.add();
  took.record(2);
  flow.labels({ a: "b" }).update({ last: 1, hits_total: 2 });
  yield ["exact names", stats, {}] as const;
}

describe(
  "promtool check metrics of exact names",
  { ignore: !isDeno || isMissing("promtool", "--version") },
  () => {
    for (const [name, stats, options] of namedSamples()) {
      it(`prometheusText() of ${name}`, async () => {
        const text = prometheusText(stats.snapshot(), options);
        const { status, stderr } = await promtool(["check", "metrics"], text);
        // 3: it has read all of it, and dislikes some names. 1: it cannot read it.
        assertEquals(status, 3, stderr);
        const rules =
          /^\S+ (metric names should not contain ':'|counter metrics should have "_total" suffix|(metric|label) names should be written in 'snake_case' not 'camelCase'|use base unit .*)$/gm;
        assertEquals(stderr.replace(rules, "").trim(), "");
      });
    }
  },
);

describe("no series twice", () => {
  for (const [name, stats, options] of samples()) {
    it(`prometheusText() of ${name}`, () => {
      const text = prometheusText(stats.snapshot(options), options);
      // The part before the value: no label of these samples ends with a space and a number.
      const series = text.match(/^[^#].*(?= \S+$)/gm)!;
      assertEquals(series.length, new Set(series).size);
    });
  }
});

/** The families that the reference parser of OpenMetrics finds. It enforces the specification. */
function parseOpenMetrics(text: string): [name: string, type: string, samples: number][] {
  const program = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.buffer.read().decode())
print(json.dumps([[f.name, f.type, len(f.samples)] for f in families]))
`;
  const { status, stdout, stderr } = spawnSync(python, ["-c", program], {
    input: text,
    encoding: "utf8",
  });
  assertEquals([status, stderr], [0, ""]);
  return JSON.parse(stdout);
}

describe("the reference parser of OpenMetrics", {
  ignore: !isDeno || isMissing(python, "-c", "import prometheus_client.openmetrics"),
}, () => {
  for (const [name, stats, options] of [...samples(), ...namedSamples()]) {
    it(`prometheusText() of ${name}`, () => {
      const perThread = "perThread" in options && options.perThread;
      const text = prometheusText(stats.snapshot({ perThread }), {
        ...options,
        format: "openmetrics",
      });
      const families = parseOpenMetrics(text);
      assertEquals(
        families.map(([name, type]) => `# TYPE ${name} ${type}`),
        text.match(/^# TYPE .*$/gm),
      );
      assertEquals(
        families.reduce((sum, [, , samples]) => sum + samples, 0),
        text.match(/^[^#].*$/gm)!.length,
      );
    });
  }

  it("prometheusHandler() with metrics of the process", async () => {
    const handler = prometheusHandler(openShop(), { runtimeMetrics: true, perThread: true });
    const headers = { accept: "application/openmetrics-text" };
    const text = await handler(new Request("http://localhost/", { headers })).text();
    const names = parseOpenMetrics(text).map(([name]) => name);
    assertEquals(names.filter((name) => name.startsWith("process_")).length, 8);
  });
});
