import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { bitOr, max, min, sum } from "../../../mod.ts";
import {
  identityOf,
  layoutOf,
  recordSegmentParts,
} from "../../../src/metrics/record/record_layout.ts";
import { counterSegmentParts } from "../../../src/metrics/counter/counter_layout.ts";

describe("layoutOf()", () => {
  it("gives each field a word of its own, doubles first, and the tag one behind them", () => {
    const layout = layoutOf({ a: sum("u64"), b: sum(), c: sum("u64"), d: bitOr(), e: min() });
    assertEquals(layout.fields.map(({ name, word }) => `${name}${word}`), [
      "a3",
      "b0",
      "c4",
      "d1",
      "e2",
    ]);
    assertEquals([layout.doubles, layout.stride], [3, 6]);
  });
});

describe("recordSegmentParts(), counterSegmentParts()", () => {
  it("do not overlap, and keep 8-byte words aligned", () => {
    for (const capacity of [64, 128, 4096]) {
      const layout = layoutOf({ a: sum(), b: max() });
      const { rescue, versions, slots, bytes } = recordSegmentParts(layout, capacity);
      assertEquals(rescue, 0);
      assert(versions >= 16 + layout.stride * 8);
      assert(slots >= versions + capacity * 4);
      assertEquals([slots % 8, bytes], [0, slots + capacity * 2 * layout.stride * 8]);
    }
    assertEquals(counterSegmentParts(1), { cells: 0, tags: 8, bytes: 16 });
    assertEquals(counterSegmentParts(64), { cells: 0, tags: 512, bytes: 768 });
  });
});

describe("identityOf()", () => {
  it("changes nothing that is merged with it", () => {
    assertEquals(["sum", "min", "max", "bitOr"].map((op) => identityOf(op as "sum")), [
      0,
      Infinity,
      -Infinity,
      0,
    ]);
  });
});
