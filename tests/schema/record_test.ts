import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  bitOr,
  defineSchema,
  max,
  record,
  type RecordDefinition,
  type RecordFields,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { assertRefuses } from "../metrics/observe.ts";

/** Calls with what TypeScript would refuse. */
const define = record as unknown as (
  fields: unknown,
  options?: unknown,
) => RecordDefinition<RecordFields>;

describe("record()", () => {
  it("keeps its fields and options", () => {
    assertEquals(
      record({ a: sum(), b: bitOr() }, { help: "h", unit: "bytes", labels: ["l"], maxSeries: 7 }),
      {
        kind: "record",
        help: "h",
        unit: "bytes",
        labels: ["l"],
        maxSeries: 7,
        fields: { a: sum(), b: bitOr() },
      },
    );
    assertEquals(record({ a: sum() }).maxSeries, 2000);
  });

  it("does not follow a later change of the fields that it was given", () => {
    const fields: Record<string, ReturnType<typeof max>> = { a: max() };
    const definition = record(fields);
    fields.b = max();
    assertEquals(Object.keys(definition.fields), ["a"]);
    assert(Object.isFrozen(definition.fields));
  });

  it("refuses fields of the wrong shape", () => {
    const what = "Cannot define a record: the fields must be an object";
    assertRefuses(() => define(null), TypeError, `${what}, got null`);
    assertRefuses(() => define(undefined), TypeError, `${what}, got undefined`);
    assertRefuses(() => define(() => {}), TypeError, `${what}, got a function`);
  });

  it("refuses a field that comes from nowhere", () => {
    const bad: [unknown, string][] = [
      [null, "null"],
      [undefined, "undefined"],
      ["sum", '"sum"'],
      [{}, "an object"],
      [{ op: "sum", type: "u32" }, 'the op "sum" of "u32"'],
      [{ op: "min", type: "u64" }, 'the op "min" of "u64"'],
      [{ op: "constructor", type: "f64" }, 'the op "constructor" of "f64"'],
      [sum, "a function"],
    ];
    for (const [field, got] of bad) {
      const text =
        `Cannot define the field x: it must come from sum, min, max or bitOr, got ${got}`;
      assertRefuses(() => define({ ok: sum(), x: field }), TypeError, text);
    }
  });

  it("refuses names that are no names", () => {
    const required = "a name is letters, digits and _, and no digit first";
    for (
      const [name, legal] of [
        ["", ""],
        ["0", ", such as _0"],
        ["a b", ", such as a_b"],
        ["a.b", ", such as a_b"],
        ["ф", ""],
        ["$x", ", such as x"],
      ]
    ) {
      const text = `Cannot define a field: ${required}${legal}, got ${JSON.stringify(name)}`;
      assertRefuses(() => define({ [name]: sum() }), TypeError, text);
    }
    const proto = Object.defineProperty({}, "__proto__", { value: sum(), enumerable: true });
    assertRefuses(
      () => define(proto),
      TypeError,
      `Cannot define a field: ${required}, such as proto, got "__proto__"`,
    );
  });

  it("refuses the names that a burst needs for itself, and those that every change inherits", () => {
    for (const name of ["id", "merge", "commit", "discard", "constructor", "toString"]) {
      const text =
        `Cannot define a field: another name is needed, as bursts and objects have this one, got "${name}"`;
      assertRefuses(() => define({ [name]: sum() }), TypeError, text);
    }
  });

  it("refuses no field, and more than 64", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, sum()]));
    assertRefuses(
      () => define({}),
      RangeError,
      "Cannot define a record: 1 to 64 fields are needed, got 0",
    );
    assertRefuses(
      () => define(many(65)),
      RangeError,
      "Cannot define a record: 1 to 64 fields are needed, got 65",
    );
    assertEquals(Object.keys(define(many(64)).fields).length, 64);
  });

  it("refuses options of the wrong shape", () => {
    assertRefuses(
      () => define({ a: sum() }, null),
      TypeError,
      "Cannot define a record: the options must be an object, got null",
    );
    assertRefuses(
      () => define({ a: sum() }, { labels: [1] }),
      TypeError,
      "Cannot define a label: a name is letters, digits and _, and no digit first, got 1",
    );
    assertRefuses(
      () => define({ a: sum() }, { maxSeries: 0 }),
      RangeError,
      "Cannot define a record: maxSeries must be an integer from 1 to 2^29, got 0",
    );
  });

  it("lets words of the language name fields", () => {
    const schema = defineSchema({
      r: record({ class: sum(), get: sum(), set: max(), static: sum("u64"), await: bitOr() }),
    });
    const stats = ThreadStats.create(schema);
    const id = stats.metrics.r.create();
    const burst = stats.registerThread().metrics.r.begin(id);
    burst.merge({ class: 1, get: 2, set: 3, static: 4, await: 5 });
    burst.class += 1;
    burst.commit();
    assertEquals(stats.metrics.r.read(id), { class: 2, get: 2, set: 3, static: 4n, await: 5 });
  });
});
