import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  type Snapshot,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { type EscapingScheme, prometheusText } from "../../src/prometheus/mod.ts";
import { assertRefuses } from "../metrics/observe.ts";

const bare = { selfMetrics: false, created: false } as const;

/** Metrics with names that need no quotes. */
function plain(): Snapshot {
  const stats = ThreadStats.create(defineSchema({
    requests: counter({ name: "HTTP_requests", help: "Requests", labels: ["statusCode"] }),
    errors: gauge({ name: "job:errors:rate5m", unit: "errors" }),
    total: counter({ name: "jobs_total" }),
    took: histogram({ name: "tookSeconds", unit: "seconds", boundaries: [1], labels: ["Route"] }),
    sent: counter({ name: "sent_bytes_total", unit: "bytes" }),
    flow: record({ lastSeen: max(), hits: sum() }, {
      name: "Flow",
      help: "F",
      labels: ["srcHost"],
    }),
    made: counter({ unit: "bytes", labels: ["statusCode"] }),
  }));
  const { requests, errors, total, took, sent, flow, made } = stats.registerThread("a").metrics;
  requests.labels({ statusCode: "200" }).add(1);
  errors.set(0.5);
  total.add(2);
  took.labels({ Route: "/" }).record(0.5);
  sent.add(3);
  flow.labels({ srcHost: "h" }).update({ lastSeen: 4, hits: 5 });
  flow.update(stats.metrics.flow.create(), { lastSeen: 6 });
  made.labels({ statusCode: "200" }).add(7);
  return stats.snapshot({ perThread: true });
}

describe("prometheusText() of exact names", () => {
  it("writes names and labels as they are in the text format", () => {
    assertEquals(
      prometheusText(plain(), bare),
      `# HELP HTTP_requests Requests
# TYPE HTTP_requests counter
HTTP_requests{statusCode="200"} 1
# TYPE job:errors:rate5m gauge
job:errors:rate5m 0.5
# TYPE jobs_total counter
jobs_total 2
# TYPE tookSeconds histogram
tookSeconds_bucket{Route="/",le="1"} 1
tookSeconds_bucket{Route="/",le="+Inf"} 1
tookSeconds_sum{Route="/"} 0.5
tookSeconds_count{Route="/"} 1
# TYPE sent_bytes_total counter
sent_bytes_total 3
# HELP Flow_lastSeen F: lastSeen
# TYPE Flow_lastSeen gauge
Flow_lastSeen{srcHost="h"} 4
Flow_lastSeen{id="1"} 6
# HELP Flow_hits F: hits
# TYPE Flow_hits counter
Flow_hits{srcHost="h"} 5
Flow_hits{id="1"} 0
# TYPE made_bytes_total counter
made_bytes_total{status_code="200"} 7
`,
    );
  });

  it("writes _total and a unit where OpenMetrics demands them", () => {
    assertEquals(
      prometheusText(plain(), { ...bare, format: "openmetrics" }),
      `# TYPE HTTP_requests counter
# HELP HTTP_requests Requests
HTTP_requests_total{statusCode="200"} 1
# TYPE job:errors:rate5m gauge
job:errors:rate5m 0.5
# TYPE jobs counter
jobs_total 2
# TYPE tookSeconds histogram
tookSeconds_bucket{Route="/",le="1.0"} 1
tookSeconds_bucket{Route="/",le="+Inf"} 1
tookSeconds_sum{Route="/"} 0.5
tookSeconds_count{Route="/"} 1
# TYPE sent_bytes counter
# UNIT sent_bytes bytes
sent_bytes_total 3
# TYPE Flow_lastSeen gauge
# HELP Flow_lastSeen F: lastSeen
Flow_lastSeen{srcHost="h"} 4
Flow_lastSeen{id="1"} 6
# TYPE Flow_hits counter
# HELP Flow_hits F: hits
Flow_hits_total{srcHost="h"} 5
Flow_hits_total{id="1"} 0
# TYPE made_bytes counter
# UNIT made_bytes bytes
made_bytes_total{status_code="200"} 7
# EOF
`,
    );
    const created = prometheusText(plain(), { ...bare, format: "openmetrics", created: true });
    assertStringIncludes(created, "\njobs_created ");
    assertStringIncludes(created, '\nHTTP_requests_created{statusCode="200"} ');
  });

  it("writes them in one way for all escaping schemes", () => {
    for (const format of ["text", "openmetrics"] as const) {
      const texts = ["underscores", "dots", "values", "allow-utf-8"].map((escaping) =>
        prometheusText(plain(), { ...bare, format, escaping: escaping as EscapingScheme })
      );
      assertEquals(new Set(texts).size, 1);
    }
  });

  it("writes the same from a snapshot that came by message, and refuses names that are none", () => {
    const [snapshot, sent] = [plain(), structuredClone({ ...plain() })];
    assertEquals(
      prometheusText({ ...sent } as Snapshot, { ...bare, perThread: true }),
      prometheusText(snapshot, { ...bare, perThread: true }),
    );
    for (const name of [7, null, "", {}, "a\ud800"]) {
      const { definition, ...rest } = sent.metrics.total;
      const total = { ...rest, definition: { ...definition, name } };
      const changed = { ...sent, metrics: { ...sent.metrics, total } };
      assertRefuses(
        () => prometheusText(changed as unknown as Snapshot),
        TypeError,
        "Cannot render the snapshot: it must come from snapshot(), got an object",
      );
    }
  });
});
