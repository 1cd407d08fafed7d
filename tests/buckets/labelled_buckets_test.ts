import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LOG_ENTRIES } from "../../src/memory/layout.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { withSeeds } from "../support/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { makeBuckets, makeHandle } from "./make_table.ts";

describe("LabelledBuckets.intern()", () => {
  it("gives the same labels the same id in all threads", () => {
    const handle = makeHandle();
    const threads = [makeBuckets(handle), makeBuckets(handle), makeBuckets(handle)];
    for (let n = 0; n < 300; n++) {
      const a = `value ${n}`;
      const ids = threads.map(({ buckets }) => buckets.intern({ a }, "find").id);
      assertEquals(ids, [n, n, n]);
    }
  });

  it("keeps label sets apart whose texts joined would be the same", () => {
    const { buckets } = makeBuckets(makeHandle(), { names: ["a", "b"] });
    const sets = [["x", "yz"], ["xy", "z"], ["", "xyz"], ["xyz", ""], ["x,y", "z"], ["x", "y,z"]];
    const ids = sets.map(([a, b]) => buckets.intern({ a, b }, "find").id);
    assertEquals(ids, [0, 1, 2, 3, 4, 5]);
    assertEquals(sets.map(([a, b]) => buckets.intern({ b, a }, "find").id), ids);
  });

  it("takes values that differ in halves of characters for one, in well-formed Unicode", () => {
    const handle = makeHandle();
    const [one, other] = [makeBuckets(handle), makeBuckets(handle)];
    const whole = "agent 1.2 \ufffd";
    const made = one.buckets.intern({ a: "agent 1.2 \ud83d" }, "find");
    assertEquals([made.values, made.labels], [[whole], { a: whole }]);
    for (const a of ["agent 1.2 \ud83e", "agent 1.2 \udc00", whole, "agent 1.2 \ud83d"]) {
      for (const { buckets } of [one, other]) {
        assertEquals(buckets.find({ a }, "read")!.id, made.id);
        assertEquals(buckets.intern({ a }, "find").id, made.id);
      }
    }
    assertEquals(other.index.describe(made.id)!.values, [whole]);
    assertEquals(other.buckets.intern({ a: "agent 1.2 😀" }, "find").id, 1);
  });

  it("finds what another thread made while this one fell a whole log behind", () => {
    const handle = makeHandle();
    const reader = makeBuckets(handle);
    const maker = makeBuckets(handle);
    reader.buckets.intern({ a: "first" }, "find");
    for (let n = 0; n < 3 * LOG_ENTRIES; n++) {
      maker.buckets.intern({ a: `${n}` }, "find");
      if (n >= 10) maker.buckets.destroy(maker.buckets.find({ a: `${n}` }, "destroy")!.id);
    }
    assertEquals(reader.log.entry(1), "lost");
    for (let n = 0; n < 10; n++) {
      assertEquals(reader.buckets.find({ a: `${n}` }, "read")!.id, n + 1);
    }
    assertEquals(reader.buckets.find({ a: "11" }, "read"), undefined);
    assertEquals(reader.buckets.intern({ a: "new" }, "find").id, 11);
    assertEquals(maker.buckets.find({ a: "new" }, "read")!.id, 11);
  });

  it("finds what was made before it looked for the first time, also a log ago", () => {
    const handle = makeHandle();
    const maker = makeBuckets(handle);
    maker.buckets.intern({ a: "early" }, "find");
    for (let n = 0; n < LOG_ENTRIES + 10; n++) {
      maker.buckets.destroy(maker.buckets.intern({ a: `${n}` }, "find").id);
    }
    assertEquals(makeBuckets(handle).buckets.intern({ a: "early" }, "find").id, 0);
  });

  it("uses the same memory for ever when labels come and go", () => {
    const handle = makeHandle();
    const threads = [makeBuckets(handle), makeBuckets(handle)];
    for (let n = 0; n < 10; n++) threads[0].buckets.intern({ a: `${n}` }, "find");
    const used = threads[0].table.arena.bytesUsed;
    for (let n = 10; n < 5000; n++) {
      const { id } = threads[n % 2].buckets.find({ a: `${n - 10}` }, "destroy")!;
      threads[(n >> 1) % 2].buckets.destroy(id);
      threads[(n >> 2) % 2].buckets.intern({ a: `${n}` }, "find");
    }
    assertEquals(threads[0].table.arena.bytesUsed, used);
    assertEquals([...threads[0].table.ids()].length, 10);
  });

  it("is held equal to a plain map, with random labels that come and go in two threads", () => {
    withSeeds(40, (random) => {
      const names = ["a", "b", "c", "d"].slice(0, 1 + random.below(4));
      const handle = makeHandle();
      const threads = [makeBuckets(handle, { names }), makeBuckets(handle, { names })];
      const live = new Map<string, number>();
      const most = 1 + random.below(8);
      for (let step = 0; step < 400; step++) {
        const { index, buckets } = random.pick(threads);
        const values = names.map(() => random.pick(["x", "y", "z"]));
        const labels = Object.fromEntries(names.map((name, n) => [name, values[n]]));
        const key = values.join();
        const known = live.get(key);
        assertEquals(buckets.find(labels, "read")?.id, known);
        if (known === undefined && live.size < most) {
          let free = 0;
          while ([...live.values()].includes(free)) free++;
          const series = buckets.intern(labels, "find");
          assertEquals([series.id, series.values], [free, values]);
          assert(index.findCached(labels) === series);
          live.set(key, free);
        } else if (known !== undefined && random.below(2) === 0) {
          buckets.destroy(known);
          live.delete(key);
        }
      }
      for (const { index } of threads) {
        for (const [key, id] of live) assertEquals(index.describe(id)!.values.join(), key);
      }
    });
  });

  it("gives the overflow series when there are maxSeries buckets", () => {
    const handle = makeHandle();
    const { buckets } = makeBuckets(handle, { maxSeries: 2 });
    const other = makeBuckets(handle, { maxSeries: 2 }).buckets;
    buckets.intern({ a: "0" }, "find");
    assertEquals(buckets.createAnonymous(), 1);
    const overflow = buckets.intern({ a: "2" }, "find");
    assertEquals(overflow.id, 2);
    assertEquals(overflow.labels, { otel_metric_overflow: "true" });
    assertEquals(buckets.intern({ a: "3" }, "find"), overflow);
    assertEquals(other.intern({ a: "4" }, "find"), overflow);
    assertEquals(buckets.find({ a: "2" }, "read"), undefined);
    assertRefuses(
      () => other.createAnonymous(),
      RangeError,
      "Cannot create a bucket of test: at most 2 (maxSeries), got one more",
    );
    buckets.destroy(0);
    assertEquals(other.intern({ a: "3" }, "find").id, 0);
    buckets.destroy(overflow.id);
    assertEquals(buckets.intern({ a: "5" }, "find").id, 2);
    assertEquals(other.find({ a: "0" }, "read"), undefined);
  });

  it("gives the overflow series for values longer than maxLabelLength, and keeps nothing of them", () => {
    const handle = makeHandle();
    const options = { names: ["a", "b"], maxSeries: 2, maxLabelLength: 3 };
    const { table, index, buckets } = makeBuckets(handle, options);
    const other = makeBuckets(handle, options).buckets;
    assertEquals(other.find({ a: "long", b: "" }, "read"), undefined);
    assertEquals(buckets.intern({ a: "xxx", b: "yyy" }, "find").id, 0);
    const overflow = buckets.intern({ a: "long", b: "" }, "find");
    assertEquals([overflow.id, overflow.values], [1, []]);
    const used = table.arena.bytesUsed;
    for (const labels of [{ a: "", b: "long" }, { a: "y".repeat(10_000), b: "z".repeat(10_000) }]) {
      for (const thread of [buckets, other]) {
        assertEquals(thread.find(labels, "read")!.id, 1);
        assertEquals(thread.intern(labels, "find").id, 1);
      }
    }
    assertEquals(index.findCached({ a: "y".repeat(10_000), b: "z".repeat(10_000) }), undefined);
    assertEquals(table.arena.bytesUsed, used);
    buckets.destroy(1);
    assertEquals(other.find({ a: "long", b: "" }, "read"), undefined);
    assertEquals(other.intern({ a: "long", b: "" }, "find").id, 1);
  });

  it("has room for maxSeries buckets beside the overflow series, whichever id that has", () => {
    withSeeds(60, (random) => {
      const handle = makeHandle();
      const options = { maxSeries: 1 + random.below(4), maxLabelLength: 1 };
      const threads = [makeBuckets(handle, options), makeBuckets(handle, options)];
      const live = new Set<string>();
      for (let step = 0; step < 200; step++) {
        const { buckets } = random.pick(threads);
        const a = random.pick(["a", "b", "c", "d", "e", "f", "long"]);
        const found = buckets.find({ a }, "read");
        if (found !== undefined && random.below(2) === 0) {
          buckets.destroy(found.id);
          live.delete(a);
          continue;
        }
        const { values } = buckets.intern({ a }, "find");
        const isIn = a !== "long" && (live.has(a) || live.size < options.maxSeries);
        assertEquals(values, isIn ? [a] : []);
        if (isIn) live.add(a);
        const ids = [...threads[0].table.ids()];
        assert(ids.every((id) => id <= options.maxSeries), `${ids}`);
        assert(ids.length - live.size <= 1);
      }
    });
  });

  it("finds room below maxSeries that a killed thread has hidden", () => {
    const { table, index, buckets } = makeBuckets(makeHandle(), { maxSeries: 2 });
    for (const a of ["0", "1"]) buckets.intern({ a }, "find");
    const { views, epochs } = table.segment(0)!;
    Atomics.store(views.i32, epochs + 1, 2); // ended, and the hint not cleared
    assertEquals(buckets.intern({ a: "2" }, "find").id, 1);
    assertEquals(index.describe(1)!.values, ["2"]);
  });

  it("looks for hidden room again as soon as there was some", () => {
    const { table, buckets } = makeBuckets(makeHandle(), { maxSeries: 5 });
    for (let n = 0; n < 5; n++) buckets.intern({ a: `${n}` }, "find");
    const overflow = buckets.intern({ a: "5" }, "find"); // looks, in vain
    buckets.destroy(4);
    assertEquals(buckets.intern({ a: "6" }, "find").id, 4);
    const { views, epochs } = table.segment(0)!;
    Atomics.store(views.i32, epochs + 1, 2); // ended, and the hint not cleared
    assertEquals(buckets.intern({ a: "7" }, "find").id, 1);
    assertEquals(buckets.intern({ a: "8" }, "find"), overflow);
  });

  it("ends when one series is all that there may be", () => {
    const { buckets } = makeBuckets(makeHandle(), { maxSeries: 1 });
    assertEquals(buckets.intern({ a: "0" }, "find").id, 0);
    for (let n = 1; n < 5; n++) assertEquals(buckets.intern({ a: `${n}` }, "find").id, 1);
    assertThrows(() => buckets.createAnonymous(), RangeError, "at most 1 (maxSeries)");
    buckets.destroy(0);
    assertEquals(buckets.createAnonymous(), 0);
  });

  it("gives the label head back when the creation fails", () => {
    const handle = makeHandle(new Arena(makeHandle()).bytesUsed + LOG_ENTRIES * 8 + 4096);
    const { table, buckets } = makeBuckets(handle);
    let made = 0;
    assertThrows(
      () => {
        for (;;) buckets.intern({ a: `${made}` }, "find"), made++;
      },
      RangeError,
      "Cannot allocate",
    );
    assert(made > 10 && made < 64);
    const used = table.arena.bytesUsed;
    buckets.destroy(3);
    assertEquals(buckets.intern({ a: "again" }, "find").id, 3);
    assertEquals(buckets.find({ a: "5" }, "read")!.id, 5);
    assertEquals(table.arena.bytesUsed, used);
  });
});

describe("LabelledBuckets.destroy()", () => {
  it("ends the life once", () => {
    const handle = makeHandle();
    const { index, buckets } = makeBuckets(handle);
    const { id } = buckets.intern({ a: "x" }, "find");
    makeBuckets(handle).buckets.destroy(id);
    assertRefuses(
      () => buckets.destroy(id),
      RangeError,
      `Cannot destroy test: the bucket must be live, got ${id}, one that was destroyed`,
    );
    assertEquals(index.describe(id), undefined);
  });
});
