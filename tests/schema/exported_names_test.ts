import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  bitOr,
  counter,
  gauge,
  histogram,
  max,
  type MetricDefinition,
  record,
  type SchemaDefinition,
  sum,
} from "../../mod.ts";
import type { EscapingScheme } from "../../src/schema/escaping.ts";
import { familiesOf, instrumentName, writtenNames } from "../../src/schema/exported_names.ts";

function namesOf(metrics: SchemaDefinition): string[] {
  return Object.entries(metrics).flatMap(([name, definition]) => familiesOf(name, definition))
    .map(({ name }) => name);
}

const seconds = { lowest: 1e-3, highest: 10, unit: "seconds" } as const;

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

  it("leaves the unit out if it is the whole name, or cannot be part of a name", () => {
    const unitOf = (name: string, unit: string) => familiesOf(name, gauge({ unit }))[0].unit;
    assertEquals(unitOf("sent", "bytes"), "bytes");
    assertEquals(unitOf("bytes", "bytes"), "");
    assertEquals(unitOf("load", "%"), "");
    assertEquals(familiesOf("sent", gauge({ unit: "kB" }))[0].name, "sent_kB");
  });

  it("gives a record one family for each field: sums are counters, all others are gauges", () => {
    const flow = record({ bytes: sum("u64"), lastSeen: max(), flags: bitOr(), jobsTotal: sum() });
    const families = familiesOf("flow", flow);
    assertEquals(families.map(({ kind, name, field }) => [kind, name, field]), [
      ["counter", "flow_bytes", "bytes"],
      ["gauge", "flow_last_seen", "lastSeen"],
      ["gauge", "flow_flags", "flags"],
      ["counter", "flow_jobs", "jobsTotal"],
    ]);
    assertEquals(families.flatMap((family) => writtenNames(family, "underscores").samples), [
      ...["flow_bytes_total", "flow_bytes_created", "flow_last_seen", "flow_flags"],
      ...["flow_jobs_total", "flow_jobs_created"],
    ]);
  });

  it("gives a metric with a name exactly this one", () => {
    const named = (definition: MetricDefinition) =>
      familiesOf("anyName", definition)
        .map(({ name, textName, unit }) => [name, textName, unit]);
    const name = "HTTP_Requests";
    assertEquals(named(counter({ name })), [[name, name, ""]]);
    assertEquals(named(counter({ name: "a_total", unit: "bytes" })), [["a", "a_total", ""]]);
    assertEquals(named(counter({ name: "a_bytes_total", unit: "bytes" })), [
      ["a_bytes", "a_bytes_total", "bytes"],
    ]);
    assertEquals(named(counter({ name: "_total" })), [["_total", "_total", ""]]);
    assertEquals(named(gauge({ name: "a_total", unit: "%" })), [["a_total", "a_total", ""]]);
    assertEquals(named(gauge({ name: "a.b_%", unit: "%" })), [["a.b_%", "a.b_%", ""]]);
    assertEquals(named(histogram({ ...seconds, name: "took" })), [["took", "took", ""]]);
    assertEquals(named(histogram({ ...seconds, name: "t_seconds" })), [
      ["t_seconds", "t_seconds", "seconds"],
    ]);
    const fields = { lastSeen: max(), bytes: sum(), hits_total: sum() };
    assertEquals(named(record(fields, { name: "Flow", unit: "bytes" })), [
      ["Flow_lastSeen", "Flow_lastSeen", ""],
      ["Flow_bytes", "Flow_bytes", "bytes"],
      ["Flow_hits", "Flow_hits_total", ""],
    ]);
  });
});

describe("writtenNames()", () => {
  const written = (definition: MetricDefinition, scheme: EscapingScheme) => {
    const { text, openMetrics, samples } = writtenNames(familiesOf("x", definition)[0], scheme);
    return [text, openMetrics, ...samples];
  };

  it("escapes the whole name, then appends the suffix of the sample", () => {
    const took = histogram({ name: "a.b_c", boundaries: [1] });
    assertEquals(
      written(took, "dots"),
      ["", "", "_bucket", "_sum", "_count", "_created"].map((suffix) => `a_dot_b__c${suffix}`),
    );
    assertEquals(written(gauge({ name: "a.b_c" }), "values"), [
      "U__a_2e_b__c",
      "U__a_2e_b__c",
      "U__a_2e_b__c",
    ]);
  });

  it("appends a counter's _total in OpenMetrics only, and only where it is missing", () => {
    assertEquals(written(counter({ name: "a.b" }), "underscores"), [
      ...["a_b", "a_b", "a_b_total", "a_b_created"],
    ]);
    assertEquals(written(counter({ name: "a.b_total" }), "dots"), [
      ...["a_dot_b__total", "a_dot_b_", "a_dot_b__total", "a_dot_b__created"],
    ]);
    assertEquals(written(counter({ name: "a.b_total" }), "allow-utf-8"), [
      ...["a.b_total", "a.b", "a.b_total", "a.b_created"],
    ]);
    assertEquals(written(counter({ name: "_total" }), "dots"), [
      ...["_total", "_total", "_total_total", "_total_created"],
    ]);
  });
});

describe("instrumentName()", () => {
  it("is the exact name; a dot separates the field of a record", () => {
    const nameOf = (definition: MetricDefinition) =>
      familiesOf("x", definition).map((family) => instrumentName(family, definition));
    assertEquals(nameOf(counter({ name: "A_total", unit: "ratio" })), ["A_total"]);
    assertEquals(nameOf(gauge({ name: "job:errors:rate5m" })), ["job:errors:rate5m"]);
    assertEquals(nameOf(record({ bytesSent: sum() }, { name: "Flow" })), ["Flow.bytesSent"]);
  });
});
