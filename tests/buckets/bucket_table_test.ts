import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { BucketTable } from "../../src/buckets/bucket_table.ts";
import { firstId, MANY_SHIFT, segmentOf, SINGLE_SHIFT } from "../../src/memory/segments.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { withSeeds } from "../metrics/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { makeHandle, makeTable } from "./make_table.ts";

const LAST_EPOCH = 0x7ffffffc;

/** The segment that holds `id`, and the id's offset in it. */
function place(table: BucketTable, id: number) {
  const k = segmentOf(id, table.shift);
  const segment = table.segment(k)!;
  const offset = id - firstId(k, table.shift);
  return {
    epoch: segment.epochs + offset,
    used: segment.used + (offset >> 5),
    bit: 1 << (offset & 31),
    full: segment.full + (offset >> 10),
    fullBit: 1 << ((offset >> 5) & 31),
    i32: segment.views.i32,
  };
}

function setEpoch(table: BucketTable, id: number, epoch: number): void {
  const { i32, epoch: index } = place(table, id);
  Atomics.store(i32, index, epoch);
}

function end(table: BucketTable, id: number): void {
  assert(table.end(id, table.epoch(id)));
}

describe("BucketTable.create()", () => {
  it("counts up from 0 over several segments, for all threads together", () => {
    const handle = makeHandle();
    const tables = [makeTable(handle), makeTable(handle), makeTable(handle)];
    for (let id = 0; id < 5000; id++) assertEquals(tables[id % 3].create(), id);
    assertEquals([...tables[1].ids()].length, 5000);
    assertEquals(tables[0].segment(6)!.epochs, tables[1].segment(6)!.epochs);
    assertEquals(tables[0].segment(7), undefined);
  });

  it("gives the smallest free id, whoever freed it", () => {
    const handle = makeHandle();
    const one = makeTable(handle);
    const two = makeTable(handle);
    for (let id = 0; id < 3000; id++) one.create();
    for (const id of [2999, 64, 1023, 1024, 0, 31, 32, 63, 192]) end(two, id);
    const again = Array.from({ length: 10 }, () => one.create());
    assertEquals(again, [0, 31, 32, 63, 64, 192, 1023, 1024, 2999, 3000]);
  });

  it("is held equal to a plain set of ids, with random creations and destructions", () => {
    withSeeds(10, (random) => {
      const handle = makeHandle();
      const tables = [makeTable(handle), makeTable(handle)];
      const live = new Set<number>();
      for (let step = 0; step < 1500; step++) {
        const table = random.pick(tables);
        const mayGrow = step % 500 < 300;
        if (random.below(10) < (mayGrow ? 7 : 3) || live.size === 0) {
          let smallest = 0;
          while (live.has(smallest)) smallest++;
          assertEquals(table.create(), smallest);
          live.add(smallest);
        } else {
          const id = random.pick([...live]);
          end(table, id);
          live.delete(id);
        }
      }
      assertEquals([...tables[0].ids()], [...live].sort((a, b) => a - b));
    });
  });

  it("starts with one bucket when the table is for one", () => {
    const handle = makeHandle();
    const table = makeTable(handle, SINGLE_SHIFT);
    assertEquals([table.create(), table.create(), table.create()], [0, 1, 2]);
    assertEquals([...table.ids()], [0, 1, 2]);
  });

  it("uses the same memory for ever when buckets come and go", () => {
    const table = makeTable(makeHandle());
    for (let id = 0; id < 64; id++) table.create();
    const used = table.arena.bytesUsed;
    for (let n = 0; n < 10_000; n++) {
      end(table, n % 64);
      assertEquals(table.create(), n % 64);
    }
    assertEquals(table.arena.bytesUsed, used);
  });

  it("throws when the arena is full, and what existed works on", () => {
    const handle = makeHandle(new Arena(makeHandle()).bytesUsed + 1024);
    const table = makeTable(handle);
    for (let id = 0; id < 64; id++) table.create();
    const used = table.arena.bytesUsed;
    assertThrows(() => table.create(), RangeError, "Cannot allocate");
    assertEquals(table.arena.bytesUsed, used);
    assertEquals([...table.ids()].length, 64);
    end(table, 7);
    assertEquals(table.create(), 7);
  });

  it("finds an id whose last thread was killed after the epoch and before the hint", () => {
    for (const andFull of [false, true]) {
      const table = makeTable(makeHandle());
      for (let id = 0; id < 64; id++) table.create();
      // What `end` does, cut off after its compare-exchange: free by the epoch, used by both hints.
      setEpoch(table, 40, 2);
      const { i32, full, fullBit, used, bit } = place(table, 40);
      if (andFull) Atomics.or(i32, full, fullBit);
      assert((Atomics.load(i32, used) & bit) !== 0);
      const bytes = table.arena.bytesUsed;
      assertEquals(table.create(), 40, "the hidden id comes back before the table grows");
      assertEquals(table.arena.bytesUsed, bytes);
      assertEquals(table.create(), 64);
    }
  });

  it("finds an id whose last thread was killed between the two hints", () => {
    const table = makeTable(makeHandle());
    for (let id = 0; id < 64; id++) table.create();
    table.findFree(); // notes that the words are full
    const { i32, used, bit, full, fullBit } = place(table, 40);
    assert((Atomics.load(i32, full) & fullBit) !== 0);
    setEpoch(table, 40, 2);
    Atomics.and(i32, used, ~bit);
    assertEquals(table.create(), 64, "there was free room elsewhere");
    table.repair(64);
    assertEquals(table.create(), 40);
  });

  it("is not misled by an id whose creator was killed after the epoch and before the hint", () => {
    const table = makeTable(makeHandle());
    table.create();
    setEpoch(table, 1, 1);
    assertEquals(table.create(), 2);
    assertEquals([...table.ids()], [0, 1, 2]);
    const { i32, used, bit } = place(table, 1);
    assert((Atomics.load(i32, used) & bit) !== 0, "who looked has corrected the hint");
  });

  it("never again gives an id whose epochs are used up", () => {
    const table = makeTable(makeHandle());
    for (let id = 0; id < 3; id++) table.create();
    setEpoch(table, 1, LAST_EPOCH - 1);
    end(table, 1);
    assertEquals(table.epoch(1), LAST_EPOCH);
    assertEquals(table.create(), 3);
    for (let id = 4; id < 64; id++) assertEquals(table.create(), id);
    assertEquals(table.create(), 64, "nor when the table is repaired");
    table.repair(Infinity);
    assertEquals(table.create(), 65);
    assertRefuses(
      () => table.liveEpoch(1, "read"),
      RangeError,
      "Cannot read test: the bucket must be live, got 1, one that was destroyed",
    );
  });

  it("gives an id up to its last life", () => {
    const table = makeTable(makeHandle());
    table.create();
    setEpoch(table, 0, LAST_EPOCH - 3);
    end(table, 0);
    assertEquals(table.epoch(0), LAST_EPOCH - 2);
    assertEquals(table.create(), 0);
  });
});

describe("BucketTable.repair()", () => {
  it("looks at ids below the limit only", () => {
    const table = makeTable(makeHandle());
    for (let id = 0; id < 70; id++) table.create();
    for (const id of [10, 20, 65]) setEpoch(table, id, 2);
    table.repair(20);
    assertEquals([table.create(), table.create()], [10, 70]);
    table.repair(66);
    assertEquals([table.create(), table.create()], [20, 65]);
  });
});

describe("BucketTable.clear()", () => {
  it("starts a new epoch of the same life", () => {
    const table = makeTable(makeHandle());
    table.create();
    assertEquals(table.clear(0, 1), true);
    assertEquals(table.epoch(0), 3);
    assertEquals(table.clear(0, 1), false, "another thread was first");
    assertEquals(table.confirmEpoch(0), 3);
    assertEquals(table.epoch(0), 3, "confirming changes nothing");
  });

  it("is refused when the epochs are used up, and not before", () => {
    const table = makeTable(makeHandle());
    table.create();
    setEpoch(table, 0, LAST_EPOCH - 1);
    assertEquals(table.clear(0, LAST_EPOCH - 1), true);
    assertEquals(table.epoch(0), LAST_EPOCH + 1);
    assertRefuses(
      () => table.clear(0, LAST_EPOCH + 1),
      RangeError,
      "Cannot clear test: at most 2^30 clears of one bucket, got one more",
    );
    assertEquals(table.epoch(0), LAST_EPOCH + 1);
  });
});

describe("BucketTable.begin(), end()", () => {
  it("fail for an epoch that has passed", () => {
    const table = makeTable(makeHandle());
    table.create();
    assertEquals(table.begin(0, 0), false);
    table.clear(0, 1);
    assertEquals(table.end(0, 1), false);
    assertEquals(table.end(0, 3), true);
    assertEquals(table.begin(0, 0), false, "a creator that slept through a whole life");
    assertEquals(table.begin(0, 4), true);
    assertEquals(table.epoch(0), 5);
  });
});

describe("BucketTable.liveEpoch()", () => {
  it("refuses what is no id, and what does not live", () => {
    const table = makeTable(makeHandle());
    table.create();
    table.create();
    end(table, 1);
    assertEquals(table.liveEpoch(0, "read"), 1);
    assertEquals(table.liveEpoch(-0, "read"), 1);
    const required = "Cannot read test: the bucket must be live, got";
    const bad: [number, string][] = [
      [1, "1, one that was destroyed"],
      [2, "2, one that never lived"],
      [64, "64, one that never lived"],
      [2 ** 30 - 1, "1073741823, one that never lived"],
      [2 ** 30, "1073741824, no id"],
      [2 ** 32, "4294967296, no id"],
      [-1, "-1, no id"],
      [0.5, "0.5, no id"],
      [NaN, "NaN, no id"],
      [Infinity, "Infinity, no id"],
    ];
    for (const [id, text] of bad) {
      assertRefuses(() => table.liveEpoch(id, "read"), RangeError, `${required} ${text}`);
    }
    const wrong: [unknown, string][] = [
      ["0", '"0"'],
      [undefined, "undefined"],
      [null, "null"],
      [0n, "0n"],
      [{}, "an object"],
    ];
    for (const [id, text] of wrong) {
      assertRefuses(
        () => table.liveEpoch(id as number, "read"),
        TypeError,
        `Cannot read test: the bucket's id must be a number, got ${text}`,
      );
    }
  });

  it("has segments of 64, 128, 256 buckets", () => {
    const table = makeTable(makeHandle());
    for (let id = 0; id < 65; id++) table.create();
    assertEquals(MANY_SHIFT, 6);
    assertEquals(table.epoch(191), 0);
    assertEquals(table.epoch(192), 0);
    assert(table.segment(1) !== undefined && table.segment(2) === undefined);
  });
});
