import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LOG_ENTRIES } from "../../src/memory/layout.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { withSeeds } from "../metrics/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { makeHandle, makeIndex } from "./make_table.ts";

describe("LabelIndex.intern()", () => {
  it("gives the same labels the same id in all threads", () => {
    const handle = makeHandle();
    const threads = [makeIndex(handle), makeIndex(handle), makeIndex(handle)];
    for (let n = 0; n < 300; n++) {
      const a = `value ${n}`;
      const ids = threads.map(({ index }) => index.intern({ a }, "find").id);
      assertEquals(ids, [n, n, n]);
    }
  });

  it("keeps label sets apart whose texts joined would be the same", () => {
    const { index } = makeIndex(makeHandle(), { names: ["a", "b"] });
    const sets = [["x", "yz"], ["xy", "z"], ["", "xyz"], ["xyz", ""], ["x,y", "z"], ["x", "y,z"]];
    const ids = sets.map(([a, b]) => index.intern({ a, b }, "find").id);
    assertEquals(ids, [0, 1, 2, 3, 4, 5]);
    assertEquals(sets.map(([a, b]) => index.intern({ b, a }, "find").id), ids);
  });

  it("takes values that differ in halves of characters for one, in well-formed Unicode", () => {
    const handle = makeHandle();
    const [one, other] = [makeIndex(handle), makeIndex(handle)];
    const whole = "agent 1.2 \ufffd";
    const made = one.index.intern({ a: "agent 1.2 \ud83d" }, "find");
    assertEquals([made.values, made.labels], [[whole], { a: whole }]);
    for (const a of ["agent 1.2 \ud83e", "agent 1.2 \udc00", whole, "agent 1.2 \ud83d"]) {
      for (const { index } of [one, other]) {
        assertEquals(index.find({ a }, "read")!.id, made.id);
        assertEquals(index.intern({ a }, "find").id, made.id);
      }
    }
    assertEquals(other.index.describe(made.id)!.values, [whole]);
    assertEquals(other.index.intern({ a: "agent 1.2 😀" }, "find").id, 1);
  });

  it("finds what another thread made while this one fell a whole log behind", () => {
    const handle = makeHandle();
    const reader = makeIndex(handle);
    const maker = makeIndex(handle);
    reader.index.intern({ a: "first" }, "find");
    for (let n = 0; n < 3 * LOG_ENTRIES; n++) {
      maker.index.intern({ a: `${n}` }, "find");
      if (n >= 10) maker.index.destroy(maker.index.find({ a: `${n}` }, "destroy")!.id);
    }
    assertEquals(reader.log.entry(1), "lost");
    for (let n = 0; n < 10; n++) {
      assertEquals(reader.index.find({ a: `${n}` }, "read")!.id, n + 1);
    }
    assertEquals(reader.index.find({ a: "11" }, "read"), undefined);
    assertEquals(reader.index.intern({ a: "new" }, "find").id, 11);
    assertEquals(maker.index.find({ a: "new" }, "read")!.id, 11);
  });

  it("finds what was made before it looked for the first time, also a log ago", () => {
    const handle = makeHandle();
    const maker = makeIndex(handle);
    maker.index.intern({ a: "early" }, "find");
    for (let n = 0; n < LOG_ENTRIES + 10; n++) {
      maker.index.destroy(maker.index.intern({ a: `${n}` }, "find").id);
    }
    assertEquals(makeIndex(handle).index.intern({ a: "early" }, "find").id, 0);
  });

  it("uses the same memory for ever when labels come and go", () => {
    const handle = makeHandle();
    const threads = [makeIndex(handle), makeIndex(handle)];
    for (let n = 0; n < 10; n++) threads[0].index.intern({ a: `${n}` }, "find");
    const used = threads[0].table.arena.bytesUsed;
    for (let n = 10; n < 5000; n++) {
      const { id } = threads[n % 2].index.find({ a: `${n - 10}` }, "destroy")!;
      threads[(n >> 1) % 2].index.destroy(id);
      threads[(n >> 2) % 2].index.intern({ a: `${n}` }, "find");
    }
    assertEquals(threads[0].table.arena.bytesUsed, used);
    assertEquals([...threads[0].table.ids()].length, 10);
  });

  it("is held equal to a plain map, with random labels that come and go in two threads", () => {
    withSeeds(40, (random) => {
      const names = ["a", "b", "c", "d"].slice(0, 1 + random.below(4));
      const handle = makeHandle();
      const threads = [makeIndex(handle, { names }), makeIndex(handle, { names })];
      const live = new Map<string, number>();
      const most = 1 + random.below(8);
      for (let step = 0; step < 400; step++) {
        const { index } = random.pick(threads);
        const values = names.map(() => random.pick(["x", "y", "z"]));
        const labels = Object.fromEntries(names.map((name, n) => [name, values[n]]));
        const key = values.join();
        const known = live.get(key);
        assertEquals(index.find(labels, "read")?.id, known);
        if (known === undefined && live.size < most) {
          let free = 0;
          while ([...live.values()].includes(free)) free++;
          const series = index.intern(labels, "find");
          assertEquals([series.id, series.values], [free, values]);
          assert(index.peek(labels) === series);
          live.set(key, free);
        } else if (known !== undefined && random.below(2) === 0) {
          index.destroy(known);
          live.delete(key);
        }
      }
      for (const { index } of threads) {
        for (const [key, id] of live) assertEquals(index.describe(id)!.values.join(), key);
      }
    });
  });

  it("distrusts what it knows when the bucket has lived on with other labels", () => {
    const handle = makeHandle();
    const one = makeIndex(handle);
    const two = makeIndex(handle);
    const old = one.index.intern({ a: "old" }, "find");
    two.index.destroy(old.id);
    assertEquals(one.index.isAlive(old), false);
    assertEquals(one.index.find({ a: "old" }, "read"), undefined);
    const young = two.index.intern({ a: "young" }, "find");
    assertEquals(young.id, old.id);
    assertEquals(one.index.isAlive(old), false);
    assertEquals(one.index.find({ a: "old" }, "read"), undefined);
    assertEquals(one.index.find({ a: "young" }, "read"), young);
    // And the same labels again, in another life.
    two.index.destroy(young.id);
    two.index.intern({ a: "x" }, "find");
    assertEquals(two.index.intern({ a: "young" }, "find").id, 1);
    assertEquals(one.index.find({ a: "young" }, "read")!.id, 1);
  });

  it("lives on through a clear", () => {
    const { table, index } = makeIndex(makeHandle());
    const series = index.intern({ a: "x" }, "find");
    table.clear(series.id, series.epoch);
    assert(index.isAlive(series));
    assert(index.intern({ a: "x" }, "find") === series);
  });

  it("gives the overflow series when there are maxSeries buckets", () => {
    const handle = makeHandle();
    const { index } = makeIndex(handle, { maxSeries: 2 });
    const other = makeIndex(handle, { maxSeries: 2 }).index;
    index.intern({ a: "0" }, "find");
    assertEquals(index.createAnonymous(), 1);
    const overflow = index.intern({ a: "2" }, "find");
    assertEquals(overflow.id, 2);
    assertEquals(overflow.labels, { otel_metric_overflow: "true" });
    assertEquals(index.intern({ a: "3" }, "find"), overflow);
    assertEquals(other.intern({ a: "4" }, "find"), overflow);
    assertEquals(index.find({ a: "2" }, "read"), undefined);
    assertRefuses(
      () => other.createAnonymous(),
      RangeError,
      "Cannot create a bucket of test: at most 2 (maxSeries), got one more",
    );
    index.destroy(0);
    assertEquals(other.intern({ a: "3" }, "find").id, 0);
    index.destroy(overflow.id);
    assertEquals(index.intern({ a: "5" }, "find").id, 2);
    assertEquals(other.find({ a: "0" }, "read"), undefined);
  });

  it("finds room below maxSeries that a killed thread has hidden", () => {
    const { table, index } = makeIndex(makeHandle(), { maxSeries: 2 });
    for (const a of ["0", "1"]) index.intern({ a }, "find");
    const { views, epochs } = table.segment(0)!;
    Atomics.store(views.i32, epochs + 1, 2); // ended, and the hint not cleared
    assertEquals(index.intern({ a: "2" }, "find").id, 1);
    assertEquals(index.describe(1)!.values, ["2"]);
  });

  it("looks for hidden room again as soon as there was some", () => {
    const { table, index } = makeIndex(makeHandle(), { maxSeries: 5 });
    for (let n = 0; n < 5; n++) index.intern({ a: `${n}` }, "find");
    const overflow = index.intern({ a: "5" }, "find"); // looks, in vain
    index.destroy(4);
    assertEquals(index.intern({ a: "6" }, "find").id, 4);
    const { views, epochs } = table.segment(0)!;
    Atomics.store(views.i32, epochs + 1, 2); // ended, and the hint not cleared
    assertEquals(index.intern({ a: "7" }, "find").id, 1);
    assertEquals(index.intern({ a: "8" }, "find"), overflow);
  });

  it("ends when one series is all that there may be", () => {
    const { index } = makeIndex(makeHandle(), { maxSeries: 1 });
    assertEquals(index.intern({ a: "0" }, "find").id, 0);
    for (let n = 1; n < 5; n++) assertEquals(index.intern({ a: `${n}` }, "find").id, 1);
    assertThrows(() => index.createAnonymous(), RangeError, "at most 1 (maxSeries)");
    index.destroy(0);
    assertEquals(index.createAnonymous(), 0);
  });

  it("never believes a text that was freed, or written anew, while it was read", () => {
    for (const ending of ["destroyed", "created anew"] as const) {
      const handle = makeHandle();
      const reader = makeIndex(handle);
      const other = makeIndex(handle).index;
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
      assertEquals(reader.index.find({ a: "old" }, "read"), undefined);
    }
  });

  it("gives the label block back when the creation fails", () => {
    const handle = makeHandle(new Arena(makeHandle()).bytesUsed + 4096);
    const { index, table } = makeIndex(handle);
    let made = 0;
    assertThrows(
      () => {
        for (;;) index.intern({ a: `${made}` }, "find"), made++;
      },
      RangeError,
      "Cannot allocate",
    );
    assert(made > 10 && made < 64);
    const used = table.arena.bytesUsed;
    index.destroy(3);
    assertEquals(index.intern({ a: "again" }, "find").id, 3);
    assertEquals(index.find({ a: "5" }, "read")!.id, 5);
    assertEquals(table.arena.bytesUsed, used);
  });
});

describe("LabelIndex.peek()", () => {
  it("answers from private memory, and never for labels that are not exactly the metric's", () => {
    const { index } = makeIndex(makeHandle(), { names: ["a", "b"] });
    const series = index.intern({ a: "x", b: "1" }, "find");
    assert(index.peek({ b: "1", a: "x" }) === series);
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
    ) assertEquals(index.peek(labels as Record<string, string>), undefined);
  });
});

describe("LabelIndex.destroy()", () => {
  it("ends the life once", () => {
    const handle = makeHandle();
    const { index } = makeIndex(handle);
    const { id } = index.intern({ a: "x" }, "find");
    makeIndex(handle).index.destroy(id);
    assertRefuses(
      () => index.destroy(id),
      RangeError,
      `Cannot destroy test: the bucket must be live, got ${id}, one that was destroyed`,
    );
    assertEquals(index.describe(id), undefined);
  });
});
