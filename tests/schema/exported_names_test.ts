import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  bitOr,
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  type SchemaDefinition,
  sum,
} from "../../mod.ts";
import { familiesOf, samplesOf } from "../../src/schema/exported_names.ts";
import { assertRefuses } from "../metrics/observe.ts";

function namesOf(metrics: SchemaDefinition): string[] {
  return Object.entries(metrics).flatMap(([name, definition]) => familiesOf(name, definition))
    .map(({ name }) => name);
}

const seconds = { lowest: 1e-3, highest: 10, unit: "seconds" } as const;

/** Metrics of which one cannot be defined, as it has a name of another. */
type Clash = [metrics: SchemaDefinition, metric: string, other: string, name: string];

function assertClashes(where: string, clashes: readonly Clash[]): void {
  for (const [metrics, metric, other, name] of clashes) {
    const required = `its name in ${where} must not be that of ${other} too`;
    assertRefuses(
      () => defineSchema(metrics),
      TypeError,
      `Cannot define the metric ${metric}: ${required}, got ${name}`,
    );
  }
}

describe("familiesOf()", () => {
  it("gives a metric one family, in snake case and with its unit", () => {
    assertEquals(
      namesOf({
        packets: counter(),
        requests_total: counter(),
        total: counter(),
        sent: counter({ unit: "bytes" }),
        sentBytes: counter({ unit: "bytes" }),
        sent_bytes_total: counter({ unit: "bytes" }),
        queueDepth: gauge(),
        seconds: gauge({ unit: "seconds" }),
        load: gauge({ unit: "%" }),
        latency: histogram(seconds),
      }),
      [
        ...["packets", "requests", "total", "sent_bytes", "sent_bytes", "sent_bytes"],
        ...["queue_depth", "seconds", "load", "latency_seconds"],
      ],
    );
  });

  it("leaves a unit out of the name where it would be all of it, or is no part of a name", () => {
    const unitOf = (name: string, unit: string) => familiesOf(name, gauge({ unit }))[0].unit;
    assertEquals(unitOf("sent", "bytes"), "bytes");
    assertEquals(unitOf("bytes", "bytes"), "");
    assertEquals(unitOf("load", "%"), "");
    assertEquals(familiesOf("sent", gauge({ unit: "kB" }))[0].name, "sent_kB");
  });

  it("gives a record one family for each field: sums are counters, all else gauges", () => {
    const flow = record({ bytes: sum("u64"), lastSeen: max(), flags: bitOr(), jobsTotal: sum() });
    const families = familiesOf("flow", flow);
    assertEquals(families.map(({ kind, name, field }) => [kind, name, field]), [
      ["counter", "flow_bytes", "bytes"],
      ["gauge", "flow_last_seen", "lastSeen"],
      ["gauge", "flow_flags", "flags"],
      ["counter", "flow_jobs", "jobsTotal"],
    ]);
    assertEquals(families.flatMap(samplesOf), [
      ...["flow_bytes_total", "flow_bytes_created", "flow_last_seen", "flow_flags"],
      ...["flow_jobs_total", "flow_jobs_created"],
    ]);
  });
});

describe("defineSchema()", () => {
  it("refuses metrics that would have the same name in Prometheus", () => {
    const clashes: Clash[] = [
      [{ queueDepth: gauge(), queue_depth: gauge() }, "queue_depth", "queueDepth", "queue_depth"],
      [{ jobs: counter(), jobs_total: counter() }, "jobs_total", "jobs", "jobs"],
      [{ jobs: counter(), Jobs: gauge() }, "Jobs", "jobs", "jobs"],
      [{ jobs: counter(), jobs_created: gauge() }, "jobs_created", "jobs", "jobs_created"],
      [{ flow: record({ a: sum() }), flowA: gauge() }, "flowA", "flow.a", "flow_a"],
      [{ flow: record({ aB: max(), a_b: max() }) }, "flow", "flow.aB", "flow_a_b"],
      [
        { took: histogram(seconds), took_seconds_count: gauge() },
        ...["took_seconds_count", "took", "took_seconds_count"] as const,
      ],
    ];
    assertClashes("Prometheus", clashes);
  });

  it("refuses metrics that would have the same name in OpenTelemetry, where units are in no name", () => {
    const clashes: Clash[] = [
      [{ aTotal: counter({ unit: "seconds" }), a: gauge() }, "a", "aTotal", "a"],
      [
        { fooBar: gauge({ unit: "seconds" }), foo_bar: gauge({ unit: "bytes" }) },
        ...["foo_bar", "fooBar", "foo_bar"] as const,
      ],
      [
        { flow: record({ a: sum() }), Flow: record({ A: max() }, { unit: "bytes" }) },
        ...["Flow", "flow.a", "flow.a"] as const,
      ],
      [
        { share: counter({ unit: "ratio" }), share_ratio: gauge({ unit: "bytes" }) },
        ...["share_ratio", "share", "share_ratio"] as const,
      ],
      // A meter gets a histogram as several instruments.
      ...["count", "sum", "quantile"].map((part): Clash => [
        { took: histogram(seconds), Took: record({ [part]: max() }) },
        ...["Took", "took", `took.${part}`] as const,
      ]),
    ];
    assertClashes("OpenTelemetry", clashes);
    // A dot is no underscore.
    defineSchema({ flow: record({ a: sum() }, { unit: "bytes" }), flow_a: gauge() });
  });

  it("refuses names that are the library's own", () => {
    assertRefuses(
      () => defineSchema({ threadStatsThreads: gauge() }),
      TypeError,
      "Cannot define the metric threadStatsThreads: names that begin with thread_stats_ are the library's own, got thread_stats_threads",
    );
  });
});
