import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, histogram, record, sum } from "../../mod.ts";
import { assertRefuses } from "../metrics/observe.ts";

/** The definition of a counter with these labels and an exact name. */
const define = (labels: unknown) => counter({ name: "x", labels: labels as readonly string[] });

describe("labels of a metric with a name", () => {
  it("may be any text, and two that are the same in snake case", () => {
    const labels = ["statusCode", "status_code", "http.method", "花", "a b", '"\n"', "9a"];
    assertEquals(define(labels).labels, labels);
    assertEquals(record({ a: sum() }, { name: "x", labels: ["le.x"] }).labels, ["le.x"]);
    // Only labels of histograms are called `le`, and only that.
    assertEquals(histogram({ name: "x", boundaries: [1], labels: ["Le", "l.e"] }).labels.length, 2);
    define(["le", "otelMetricOverflow", "constructor", "id", "thread"]);
  });

  it("are refused if Prometheus does not take them", () => {
    const rule = "the name must be well-formed Unicode, not empty and without U+0000";
    const bad: [label: unknown, got: string][] = [
      ["", '""'],
      ["a\ud83d", '"a\\ud83d"'],
      ["a\0", '"a\\u0000"'],
      [1, "1"],
      [undefined, "undefined"],
      [null, "null"],
      [["a"], '["a"]'],
    ];
    for (const [label, got] of bad) {
      assertRefuses(
        () => define(["fine", label]),
        TypeError,
        `Cannot define a label: ${rule}, got ${got}`,
      );
    }
  });

  it("are refused if Prometheus or an exporter reserves them, or their escaped form", () => {
    const cases: [label: string, rule: string][] = [
      ["__a", "Prometheus reserves names that begin with __"],
      ["__proto__", "Prometheus reserves names that begin with __"],
      ["-name-", "Prometheus reserves names that begin with __"],
      ["otel_metric_overflow", "otel_metric_overflow is the label of the overflow series"],
      ["otel.metric.overflow", "otel_metric_overflow is the label of the overflow series"],
      ["le", "le is the label of a histogram's Prometheus buckets"],
    ];
    for (const [label, rule] of cases) {
      assertRefuses(
        () => histogram({ name: "x", boundaries: [1], labels: [label] }),
        TypeError,
        `Cannot define a label: ${rule}, got ${JSON.stringify(label)}`,
      );
    }
  });

  it("are refused if two of them have the same form where they are escaped", () => {
    const pairs = [["a", "a"], ["a.b", "a_b"], ["a b", "a-b"], ["a.b", "a_dot_b"], ["花", "火"]];
    for (const pair of pairs) {
      assertRefuses(
        () => define(["fine", ...pair]),
        TypeError,
        `Cannot define a counter: no two labels may be the same where names are escaped, got ${
          JSON.stringify(pair)
        }`,
      );
    }
  });
});
