import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { makeBuckets, makeHandle } from "./make_table.ts";

describe("LabelIndex.findCached()", () => {
  it("answers from private memory, and never for labels that are not exactly the metric's", () => {
    const { index, buckets } = makeBuckets(makeHandle(), { names: ["a", "b"] });
    const series = buckets.intern({ a: "x", b: "1" }, "find");
    assert(index.findCached({ b: "1", a: "x" }) === series);
    for (
      const labels of [
        null,
        undefined,
        5,
        {},
        { a: "x" },
        { a: "x", c: "1" },
        { a: "x", b: 1 },
        { a: "x", b: "1", c: "2" },
        { a: "x", b: undefined },
        { a: "y", b: "1" },
      ]
    ) assertEquals(index.findCached(labels as Record<string, string>), undefined);
  });
});

describe("LabelIndex.isAlive()", () => {
  it("distrusts what it knows when the bucket has lived on with other labels", () => {
    const handle = makeHandle();
    const one = makeBuckets(handle);
    const two = makeBuckets(handle);
    const old = one.buckets.intern({ a: "old" }, "find");
    two.buckets.destroy(old.id);
    assertEquals(one.index.isAlive(old), false);
    assertEquals(one.buckets.find({ a: "old" }, "read"), undefined);
    const young = two.buckets.intern({ a: "young" }, "find");
    assertEquals(young.id, old.id);
    assertEquals(one.index.isAlive(old), false);
    assertEquals(one.buckets.find({ a: "old" }, "read"), undefined);
    assertEquals(one.buckets.find({ a: "young" }, "read"), young);
    // And the same labels again, in another life.
    two.buckets.destroy(young.id);
    two.buckets.intern({ a: "x" }, "find");
    assertEquals(two.buckets.intern({ a: "young" }, "find").id, 1);
    assertEquals(one.buckets.find({ a: "young" }, "read")!.id, 1);
  });

  it("lives on through a clear", () => {
    const { table, index, buckets } = makeBuckets(makeHandle());
    const series = buckets.intern({ a: "x" }, "find");
    table.clear(series.id, series.epoch);
    assert(index.isAlive(series));
    assert(buckets.intern({ a: "x" }, "find") === series);
  });
});

describe("LabelIndex.isQuietSince()", () => {
  it("is false once any thread has created a bucket, finished or not", () => {
    const handle = makeHandle();
    const one = makeBuckets(handle);
    const two = makeBuckets(handle);
    for (const a of ["x", "y", "z"]) {
      const { end } = one.index;
      assertEquals([one.index.isQuietSince(end), two.index.isQuietSince(end)], [true, true]);
      const { id } = two.buckets.intern({ a }, "find");
      assertEquals([one.index.isQuietSince(end), two.index.isQuietSince(end)], [false, false]);
      const later = one.index.end;
      two.buckets.destroy(id);
      assertEquals(one.index.isQuietSince(later), true);
    }
  });
});

describe("LabelIndex.describe()", () => {
  it("never believes a text that was freed, or written anew, while it was read", () => {
    for (const ending of ["destroyed", "created anew"] as const) {
      const handle = makeHandle();
      const reader = makeBuckets(handle);
      const other = makeBuckets(handle).buckets;
      other.intern({ a: "old" }, "find");
      const { labelWord } = reader.log;
      let words = 0;
      reader.log.labelWord = (id) => {
        const word = labelWord.call(reader.log, id);
        if (words++ === 0) {
          // Right after the word was read, and before the text is.
          other.destroy(0);
          if (ending === "created anew") other.intern({ a: "young" }, "find");
        }
        return word;
      };
      assertEquals(reader.index.describe(0), undefined);
      if (ending === "created anew") {
        const series = reader.index.describe(0)!;
        assertEquals([series.values, series.life], [["young"], 3]);
      }
      assertEquals(reader.buckets.find({ a: "old" }, "read"), undefined);
    }
  });
});
