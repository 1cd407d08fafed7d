import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, type CounterDefinition } from "../../mod.ts";
import { assertRefuses } from "../metrics/observe.ts";

/** Calls with what TypeScript would refuse. */
const define = counter as unknown as (options: unknown) => CounterDefinition;

describe("counter()", () => {
  it("makes well-formed Unicode of words that were cut in the middle of a character", () => {
    const { help, unit } = counter({ help: "Jobs \ud83d", unit: "\udc00s" });
    assertEquals([help, unit], ["Jobs \ufffd", "\ufffds"]);
  });

  it("has an empty help and unit, no labels and 2000 series by default", () => {
    assertEquals(counter(), { kind: "counter", help: "", unit: "", labels: [], maxSeries: 2000 });
  });

  it("keeps its options", () => {
    assertEquals(counter({ help: "h", unit: "bytes", labels: ["a", "b"], maxSeries: 1 }), {
      kind: "counter",
      help: "h",
      unit: "bytes",
      labels: ["a", "b"],
      maxSeries: 1,
    });
  });

  it("does not follow a later change of the labels that it was given", () => {
    const labels = ["a"];
    const definition = counter({ labels });
    labels.push("b");
    assertEquals(definition.labels, ["a"]);
    assert(Object.isFrozen(definition.labels));
  });

  it("refuses options of the wrong shape", () => {
    const cases: [unknown, string][] = [
      [null, "Cannot define a counter: the options must be an object, got null"],
      ["help", 'Cannot define a counter: the options must be an object, got "help"'],
      [{ help: 1 }, "Cannot define a counter: help must be a string, got 1"],
      [{ unit: 1n }, "Cannot define a counter: unit must be a string, got 1n"],
      [{ labels: "a" }, 'Cannot define a counter: labels must be an array, got "a"'],
      [{ labels: null }, "Cannot define a counter: labels must be an array, got null"],
      [{ labels: ["a", "a"] }, 'Cannot define a counter: each label may stand once, got ["a","a"]'],
    ];
    for (const [options, text] of cases) assertRefuses(() => define(options), TypeError, text);
  });

  it("refuses labels whose names are no names", () => {
    const bad: [label: unknown, got: string, legal?: string][] = [
      ["", '""'],
      ["1a", '"1a"', ", such as _1a"],
      ["a-b", '"a-b"', ", such as a_b"],
      ["ä", '"ä"'],
      ["a\n", '"a\\n"', ", such as a"],
      ["__proto__", '"__proto__"', ", such as proto"],
      [undefined, "undefined"],
      [Symbol("s"), "a symbol"],
    ];
    for (const [label, got, legal = ""] of bad) {
      const rule = `a name is letters, digits and _, and no digit first${legal}`;
      const text = `Cannot define a label: ${rule}, got ${got}`;
      assertRefuses(() => define({ labels: ["fine", label] }), TypeError, text);
    }
  });

  it("refuses labels that mean something to Prometheus, or would be the same there", () => {
    assertRefuses(
      () => define({ labels: ["__name"] }),
      TypeError,
      `Cannot define a label: names that begin with __ are Prometheus' own, got "__name"`,
    );
    assertRefuses(
      () => define({ labels: ["aB", "a_b"] }),
      TypeError,
      `Cannot define a counter: each label may stand once, got ["aB","a_b"]`,
    );
    assertRefuses(
      () => define({ labels: ["otelMetricOverflow"] }),
      TypeError,
      `Cannot define a label: otel_metric_overflow marks what is beyond maxSeries, got "otelMetricOverflow"`,
    );
    define({ labels: ["le", "thread", "id"] });
  });

  it("refuses a maxSeries that is no integer from 1 to 2^29", () => {
    const bad: [unknown, string][] = [
      [0, "0"],
      [-1, "-1"],
      [1.5, "1.5"],
      [NaN, "NaN"],
      [Infinity, "Infinity"],
      [2 ** 29 + 1, "536870913"],
    ];
    for (const [maxSeries, got] of bad) {
      const text =
        `Cannot define a counter: maxSeries must be an integer from 1 to 2^29, got ${got}`;
      assertRefuses(() => define({ maxSeries }), RangeError, text);
    }
    assertRefuses(
      () => define({ maxSeries: "5" }),
      TypeError,
      'Cannot define a counter: maxSeries must be a number, got "5"',
    );
    assertEquals(counter({ labels: ["a"], maxSeries: 2 ** 29 }).maxSeries, 2 ** 29);
  });
});
