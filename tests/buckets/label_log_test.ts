import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  addressLabels,
  freeLabels,
  LABELLED,
  readLabels,
  writeLabels,
} from "../../src/buckets/label_text.ts";
import { L_METRIC, LOG_ENTRIES } from "../../src/memory/layout.ts";
import { makeBuckets, makeHandle } from "./make_table.ts";

type Parts = ReturnType<typeof makeBuckets>;

/** Does what a creator does up to its append, and dies. */
function appendOnly({ table, log }: Parts, position: number, value: string): number {
  const id = table.findFree();
  const head = writeLabels(table.arena, LABELLED, [value]);
  const epoch = table.epoch(id);
  addressLabels(table.arena, head, { metric: 0, id, epoch, stamp: (position + 1) | 0 });
  assert(log.append(position, head));
  return head;
}

describe("LabelLog.append()", () => {
  it("succeeds once at each position", () => {
    const parts = makeBuckets(makeHandle());
    const { log } = parts;
    assertEquals(log.entry(0), "end");
    const head = appendOnly(parts, 0, "a");
    assertEquals(log.entry(0), head);
    assertEquals(log.append(0, head + 8), false);
    assertEquals(log.entry(0), head);
    assertEquals(log.entry(1), "end");
  });

  it("overwrites the entry one ring before, which is lost", () => {
    const parts = makeBuckets(makeHandle());
    const { log } = parts;
    log.append(0, 800);
    assertEquals(log.entry(LOG_ENTRIES), "end");
    assert(log.append(LOG_ENTRIES, 808));
    assertEquals(log.entry(0), "lost");
    assertEquals(log.append(0, 816), false, "a late thread must not overwrite what is newer");
    assertEquals(log.entry(LOG_ENTRIES), 808);
  });

  it("goes on when positions wrap at 2^32", () => {
    for (const first of [0x7fffffff - 1, -2]) {
      const { log } = makeBuckets(makeHandle());
      for (let n = 0; n <= LOG_ENTRIES; n++) {
        const position = (first + n) | 0;
        assertEquals(log.entry(position), "end");
        assert(log.append(position, 800), `${position}`);
        assertEquals(log.entry(position), 800, `${position}`);
        assertEquals(log.append(position, 808), false);
      }
    }
  });

  it("keeps a thread out that stayed away for 2^31 entries or more", () => {
    for (const away of [2 ** 31, 2 ** 31 + LOG_ENTRIES, 3 * 2 ** 30]) {
      const { log } = makeBuckets(makeHandle());
      assert(log.append(away | 0, 800));
      assertEquals(log.entry(away % LOG_ENTRIES), "lost");
      assertEquals(log.append(away % LOG_ENTRIES, 808), false);
      assertEquals(log.entry(away | 0), 800);
    }
  });
});

describe("LabelLog.finish()", () => {
  it("makes the bucket live with its labels, once, however often it is called", () => {
    const handle = makeHandle();
    const parts = makeBuckets(handle);
    const { table, log } = parts;
    const head = appendOnly(parts, 0, "a");
    assertEquals(table.epoch(0), 0);
    for (let n = 0; n < 3; n++) log.finish(0, head);
    assertEquals(table.epoch(0), 1);
    assertEquals(log.labelWord(0), (1n << 32n) | BigInt(head));
    assertEquals(log.end, 1);
  });

  it("does nothing to a later life of the bucket", () => {
    const parts = makeBuckets(makeHandle());
    const { table, log, buckets } = parts;
    const head = appendOnly(parts, 0, "a");
    log.finish(0, head);
    assert(table.end(0, 1));
    log.finish(0, head);
    assertEquals(table.epoch(0), 2, "dead stays dead");
    freeLabels(table.arena, head);
    const again = buckets.intern({ a: "b" }, "find");
    assertEquals(again.id, 0);
    log.finish(0, head); // the same head, addressed anew
    assertEquals(table.epoch(0), 3);
    assertEquals(readLabels(table.arena, Number(log.labelWord(0) & 0xffffffffn), 1)!.values, ["b"]);
  });

  it("does nothing with a head that is another metric's by now", () => {
    const parts = makeBuckets(makeHandle());
    const { table, log } = parts;
    const head = appendOnly(parts, 0, "a");
    table.arena.views().i32[head * 2 + L_METRIC] = 1;
    log.finish(0, head);
    assertEquals([table.epoch(0), log.labelWord(0)], [0, 0n]);
  });

  it("is done by any other thread for one that was killed after its append", () => {
    for (const touch of ["find", "intern", "create", "same"] as const) {
      const handle = makeHandle();
      const killed = makeBuckets(handle);
      const other = makeBuckets(handle);
      other.buckets.intern({ a: "x" }, "find"); // so that it has a position of its own
      appendOnly(killed, 1, "a");
      assertEquals([...other.table.ids()], [0]);
      switch (touch) {
        case "find":
          assertEquals(other.buckets.find({ a: "a" }, "read")!.id, 1);
          break;
        case "same":
          assertEquals(other.buckets.intern({ a: "a" }, "find").id, 1);
          break;
        case "intern":
          assertEquals(other.buckets.intern({ a: "b" }, "find").id, 2);
          break;
        case "create":
          assertEquals(other.buckets.createAnonymous(), 2);
          break;
      }
      assertEquals(other.index.describe(1)!.labels, { a: "a" });
      assertEquals(killed.table.epoch(1), 1);
    }
  });

  it("is done by a thread that looks for the first time", () => {
    const handle = makeHandle();
    appendOnly(makeBuckets(handle), 0, "a");
    const late = makeBuckets(handle);
    assertEquals(late.buckets.find({ a: "a" }, "read")!.id, 0);
  });

  it("is done also when the killed thread had set the label word", () => {
    const handle = makeHandle();
    const killed = makeBuckets(handle);
    const head = appendOnly(killed, 0, "a");
    const { labels, views } = killed.table.segment(0)!;
    Atomics.store(views.u64, labels, (1n << 32n) | BigInt(head));
    const other = makeBuckets(handle);
    assertEquals(other.buckets.intern({ a: "a" }, "find").id, 0);
    assertEquals(other.table.epoch(0), 1);
  });
});
