import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { attributeText, parseAttributes } from "../../src/export/attribute_text.ts";

describe("attributeText()", () => {
  it("is the same for equal attributes in any order", () => {
    assertEquals(attributeText({ b: 1, a: "x" }), '{"a":"x","b":1}');
    assertEquals(attributeText({ a: "x", b: 1 }), '{"a":"x","b":1}');
    assertEquals(attributeText({ a: -0 }), attributeText({ a: 0 }));
    assertEquals(attributeText({ a: "\ud800" }), attributeText({ a: "\ufffd" }));
    assertEquals(attributeText({ a: { c: 1, b: 2 } }), attributeText({ a: { b: 2, c: 1 } }));
  });

  it("leaves out what is no attribute", () => {
    for (const none of [undefined, null, 1, "text", [1], new Uint8Array(2), {}]) {
      assertEquals(attributeText(none), "{}");
    }
    const values = { a: undefined, b: () => {}, c: Symbol("c"), d: 1n, e: 1 };
    assertEquals(attributeText(values), '{"e":1}');
    assertEquals(attributeText({ a: 1, b: 2 }, (key) => key === "b"), '{"b":2}');
  });

  it("has different texts for different values, which parse to the same values", () => {
    const values: unknown[] = [
      ...["", "1", "true", "null", "NaN", "[1]", '"'],
      ...[0, 1, 1.5, -1e300, NaN, Infinity, -Infinity, true, false, null],
      ...[[], [1], ["1"], [true], [null], [1, "1"], [[1]], [NaN]],
      ...[new Uint8Array(), new Uint8Array([1, 255])],
      ...[{}, { a: 1 }, { number: "NaN" }, { bytes: [1] }, { map: {} }, { a: { b: [1] } }],
    ];
    const texts = values.map((value) => attributeText({ value }));
    assertEquals(new Set(texts).size, texts.length);
    for (const [n, text] of texts.entries()) {
      assertEquals(parseAttributes(text), { value: values[n] });
    }
  });

  it("leaves deep values out, so that every text parses, also of objects in a circle", () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle.self = circle;
    const text = attributeText(circle);
    assertEquals(parseAttributes(text).a, 1);
    assertEquals(text.length < 500, true);
  });
});

describe("parseAttributes()", () => {
  it("does not throw for any text", () => {
    for (
      const text of ["", "{", "[]", "1", "null", '{"a":{}}', '{"a":{"bytes":1}}', "[".repeat(99)]
    ) {
      parseAttributes(text);
    }
    assertEquals(parseAttributes("damaged"), { attributes: "damaged" });
  });
});
