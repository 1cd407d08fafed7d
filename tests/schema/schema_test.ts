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
import { assertRefuses } from "../metrics/observe.ts";

/** Without the types, so that it can be called with invalid arguments. */
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

  it("copies the definitions, so later changes have no effect", () => {
    const metrics: Record<string, ReturnType<typeof counter>> = { a: counter() };
    const schema = defineSchema(metrics);
    metrics.b = counter();
    assertEquals(Object.keys(schema.metrics), ["a"]);
    assert(Object.isFrozen(schema.metrics));
    assert(Object.isFrozen(schema));
  });

  it("refuses values that are no object", () => {
    const what = "Cannot define a schema: the metrics must be an object";
    assertRefuses(() => define(null), TypeError, `${what}, got null`);
    assertRefuses(() => define(undefined), TypeError, `${what}, got undefined`);
    assertRefuses(() => define("a"), TypeError, `${what}, got "a"`);
  });

  it("refuses illegal names", () => {
    for (
      const [name, legal] of [["", ""], ["0", ", such as _0"], ["a-b", ", such as a_b"], ["é", ""]]
    ) {
      const rule = `names consist of letters, digits and _, and do not begin with a digit${legal}`;
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

  it("allows the names of Object.prototype's properties", () => {
    const schema = defineSchema({ constructor: counter(), toString: counter() });
    const stats = ThreadStats.create(schema);
    stats.registerThread().metrics.constructor.add(3);
    assertEquals(stats.metrics.constructor.read(), 3);
    assertEquals(stats.metrics.toString.read(), 0);
  });
});
