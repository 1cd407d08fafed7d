import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, gauge, histogram, max, record } from "../../mod.ts";
import { byKind } from "../../src/schema/definitions.ts";
import { rebuildDefinition } from "../../src/schema/rebuild.ts";

const DEFINITIONS = [
  counter({ labels: ["a"] }),
  gauge({ aggregate: "latest" }),
  histogram({ boundaries: [1] }),
  histogram({ lowest: 1, highest: 2 }),
  record({ a: max() }),
  counter({ name: "a.b", labels: ["c.d", "\n"] }),
  gauge({ name: "HTTP_Requests" }),
  histogram({ name: "花", boundaries: [1] }),
  record({ aB: max() }, { name: "Flow" }),
];

describe("byKind()", () => {
  it("calls the function for the definition's kind, with the definition", () => {
    for (const definition of DEFINITIONS) {
      const called = byKind<[string, unknown]>(definition, {
        counter: (given) => ["counter", given],
        gauge: (given) => ["gauge", given],
        histogram: (given) => ["histogram", given],
        record: (given) => ["record", given],
      });
      assertEquals(called, [definition.kind, definition]);
    }
  });
});

describe("rebuildDefinition()", () => {
  it("rebuilds each kind", () => {
    for (const definition of DEFINITIONS) {
      const text = JSON.stringify(definition);
      assertEquals(JSON.stringify(rebuildDefinition(JSON.parse(text))), text);
    }
  });
});
