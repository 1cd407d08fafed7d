import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { labelsIn, seriesText } from "../../src/prom_client/publication.ts";

describe("texts of series", () => {
  it("seriesText() is the same whatever the order and the types, and without what is left out", () => {
    const text = seriesText({ b: 200, a: "x", c: undefined });
    assertEquals(seriesText({ a: "x", b: "200" }), text);
    assertEquals(seriesText({}), "[]");
    assertEquals(seriesText({ a: "undefined" }) === seriesText({}), false);
  });

  it("labelsIn() gives the labels back in the metric's order", () => {
    const text = seriesText({ a: '"', b: "", z: "\n" });
    assertEquals(Object.entries(labelsIn(text, ["z", "missing", "a", "b"])), [
      ["z", "\n"],
      ["a", '"'],
      ["b", ""],
    ]);
  });
});
