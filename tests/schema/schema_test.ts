import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  record,
  type SchemaDefinition,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { firstDifference } from "../../src/schema/schema.ts";
import { assertRefuses } from "../metrics/observe.ts";

/** Calls with what TypeScript would refuse. */
const define = (metrics: unknown) => defineSchema(metrics as SchemaDefinition);

describe("defineSchema()", () => {
  it("keeps the definitions, and describes equal ones by equal text", () => {
    const schema = defineSchema({ a: counter({ help: "h" }), b: record({ x: sum() }) });
    assertEquals(Object.keys(schema.metrics), ["a", "b"]);
    assertEquals(schema.metrics.a.help, "h");
    const again = defineSchema({ a: counter({ help: "h" }), b: record({ x: sum() }) });
    assertEquals(again.description, schema.description);
    for (
      const other of [
        { b: record({ x: sum() }), a: counter({ help: "h" }) },
        { a: counter({ help: "g" }), b: record({ x: sum() }) },
        { a: counter({ help: "h" }), b: record({ x: sum("u64") }) },
        { a: counter({ help: "h", labels: ["l"] }), b: record({ x: sum() }) },
      ]
    ) assertNotEquals(define(other).description, schema.description);
  });

  it("does not follow a later change of the definitions that it was given", () => {
    const metrics: Record<string, ReturnType<typeof counter>> = { a: counter() };
    const schema = defineSchema(metrics);
    metrics.b = counter();
    assertEquals(Object.keys(schema.metrics), ["a"]);
    assert(Object.isFrozen(schema.metrics));
    assert(Object.isFrozen(schema));
  });

  it("refuses what is no object", () => {
    const what = "Cannot define a schema: the metrics must be an object";
    assertRefuses(() => define(null), TypeError, `${what}, got null`);
    assertRefuses(() => define(undefined), TypeError, `${what}, got undefined`);
    assertRefuses(() => define("a"), TypeError, `${what}, got "a"`);
  });

  it("refuses names that are no names", () => {
    for (
      const [name, legal] of [["", ""], ["0", ", such as _0"], ["a-b", ", such as a_b"], ["é", ""]]
    ) {
      const rule = `a name is letters, digits and _, and no digit first${legal}`;
      const text = `Cannot define a metric: ${rule}, got "${name}"`;
      assertRefuses(() => define({ [name]: counter() }), TypeError, text);
    }
  });

  it("refuses definitions that did not come from counter, gauge, histogram or record", () => {
    const bad = [
      null,
      undefined,
      { kind: "gauge" },
      counter,
      5,
      { kind: "counter" },
      { kind: "record", labels: [], fields: {} },
      Object.create(null),
      { kind: Object.create(null) },
      { ...counter() },
    ];
    for (const definition of bad) {
      const error = assertThrows(() => define({ ok: counter(), x: definition }), TypeError);
      const text =
        "Cannot define the metric x: it must come from counter, gauge, histogram or record, got ";
      assert(error.message.startsWith(text), error.message);
    }
  });

  it("lets names of Object.prototype name metrics", () => {
    const schema = defineSchema({ constructor: counter(), toString: counter() });
    const stats = ThreadStats.create(schema);
    stats.registerThread().metrics.constructor.add(3);
    assertEquals(stats.metrics.constructor.read(), 3);
    assertEquals(stats.metrics.toString.read(), 0);
  });
});

describe("firstDifference()", () => {
  it("names what differs", () => {
    const of = (metrics: SchemaDefinition) => defineSchema(metrics).description;
    const ours = of({ a: counter(), b: counter() });
    assertEquals(firstDifference(ours, of({ a: counter() })), "memory without the metric b");
    assertEquals(
      firstDifference(of({ a: counter() }), ours),
      "memory with another metric b",
    );
    assertEquals(
      firstDifference(ours, of({ a: counter(), b: record({ x: sum() }) })),
      "another definition of b",
    );
    assertEquals(
      firstDifference(ours, of({ b: counter(), a: counter() })),
      "the metrics in another order",
    );
  });
});
