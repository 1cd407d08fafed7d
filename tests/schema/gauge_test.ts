import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, gauge, type GaugeDefinition } from "../../mod.ts";
import { assertRefuses } from "../metrics/observe.ts";

/** Without the types, so that it can be called with invalid arguments. */
const define = gauge as unknown as (options: unknown) => GaugeDefinition;

describe("gauge()", () => {
  it("adds up, has an empty help and unit, no labels and 2000 series by default", () => {
    assertEquals(gauge(), {
      kind: "gauge",
      help: "",
      unit: "",
      labels: [],
      maxSeries: 2000,
      maxLabelLength: 1024,
      aggregate: "sum",
    });
  });

  it("keeps its options, frozen", () => {
    const options = {
      help: "h",
      unit: "jobs",
      labels: ["a"],
      maxSeries: 7,
      maxLabelLength: 9,
    } as const;
    for (const aggregate of ["sum", "min", "max", "latest"] as const) {
      const definition = gauge({ ...options, aggregate });
      assertEquals(definition, { kind: "gauge", ...options, labels: ["a"], aggregate });
      assert(Object.isFrozen(definition) && Object.isFrozen(definition.labels));
      assertEquals(defineSchema({ definition }).metrics.definition, definition);
    }
  });

  it("refuses options of the wrong shape", () => {
    const what = "Cannot define a gauge";
    const cases: [unknown, string][] = [
      [null, `${what}: the options must be an object, got null`],
      ["sum", `${what}: the options must be an object, got "sum"`],
      [{ help: 1 }, `${what}: help must be a string, got 1`],
      [{ unit: 1n }, `${what}: unit must be a string, got 1n`],
      [{ labels: "a" }, `${what}: labels must be an array, got "a"`],
      [
        { labels: ["a", "a"] },
        `${what}: no two labels may be the same in snake case, got ["a","a"]`,
      ],
      [{ maxSeries: "1" }, `${what}: maxSeries must be a number, got "1"`],
      ...[["average", '"average"'], [null, "null"], [1, "1"], ["", '""']].map((
        [aggregate, got],
      ): [unknown, string] => [
        { aggregate },
        `${what}: aggregate must be "sum", "min", "max" or "latest", got ${got}`,
      ]),
    ];
    for (const [options, text] of cases) assertRefuses(() => define(options), TypeError, text);
    assertRefuses(
      () => define({ maxSeries: 0 }),
      RangeError,
      `${what}: maxSeries must be an integer from 1 to 2^29, got 0`,
    );
  });
});
