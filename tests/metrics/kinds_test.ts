import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { HAS_IMPLICIT_BUCKET, kindOf } from "../../src/metrics/kinds.ts";
import { createKinds, kinds } from "../support/kinds.ts";

const definitions = Object.entries(kinds.metrics);

describe("kindOf()", () => {
  it("has every kind of metric that the tests count with", () => {
    const names = new Set(definitions.map(([, { kind }]) => kind));
    assertEquals([...names].sort(), ["counter", "gauge", "histogram", "record"]);
  });

  for (const [name, definition] of definitions) {
    it(`says how large a segment is, a multiple of 8 that rises with the buckets: ${name}`, () => {
      const kind = kindOf(definition);
      for (const capacity of [1, 64, 128]) assertStrictEquals(kind.bytes(capacity) % 8, 0);
      assert(kind.bytes(1) > 0 && kind.bytes(64) > kind.bytes(1));
      assert(kind.bytes(128) > kind.bytes(64));
    });

    it(`says whether there is a bucket from the start: ${name}`, () => {
      const { ids, read } = createKinds().metrics[name as "flow"] as unknown as {
        ids?: () => number[];
        read: unknown;
      };
      assertStrictEquals(typeof read, "function");
      const isSingle = HAS_IMPLICIT_BUCKET[definition.kind] && definition.labels.length === 0;
      assertStrictEquals(ids === undefined, isSingle);
    });
  }
});
