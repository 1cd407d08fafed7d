import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { L_EXTENT, L_ID, L_STAMP, L_TEXT, L_UNITS } from "../../src/memory/layout.ts";
import {
  addressLabels,
  ANONYMOUS,
  freeLabels,
  LABELLED,
  OVERFLOW,
  readLabels,
  writeLabels,
} from "../../src/buckets/label_text.ts";
import { makeHandle } from "./make_table.ts";

describe("writeLabels(), readLabels()", () => {
  it("give back all values, of any length and any code units", () => {
    const arena = new Arena(makeHandle());
    const lists = [
      [""],
      ["", ""],
      ["a", "b", "c"],
      ["ab", ""],
      ["", "ab"],
      ["a\0b", "\0"],
      ["\ud800", "\udfff\ud800x"],
      ["😀", "x".repeat(100_000)],
      ...Array.from({ length: 40 }, (_, n) => ["v".repeat(n)]),
      ...Array.from({ length: 40 }, (_, n) => ["a", "v".repeat(n), "b"]),
      Array.from({ length: 100 }, (_, n) => `value ${n}`),
    ];
    const heads = lists.map((values) => writeLabels(arena, LABELLED, values));
    for (const [n, values] of lists.entries()) {
      assertEquals(readLabels(arena, heads[n], values.length), { kind: LABELLED, values });
    }
  });

  it("have no values for the buckets without labels", () => {
    const arena = new Arena(makeHandle());
    for (const kind of [ANONYMOUS, OVERFLOW] as const) {
      const head = writeLabels(arena, kind, []);
      assertEquals(readLabels(arena, head, 2), { kind, values: [] });
    }
  });

  it("are read by a thread that has not yet seen the memory grow", () => {
    const handle = makeHandle();
    const [one, two] = [new Arena(handle), new Arena(handle)];
    one.allocate(2 ** 20);
    const head = writeLabels(one, LABELLED, ["far"]);
    assertEquals(readLabels(two, head, 1), { kind: LABELLED, values: ["far"] });
  });

  it("never read outside the memory, whatever stands there", () => {
    const arena = new Arena(makeHandle());
    const head = writeLabels(arena, LABELLED, ["a".repeat(20), "b".repeat(20)]);
    const { i32 } = arena.views();
    const [lengths, words] = [head * 2 + L_TEXT, head * 2];
    for (const index of [lengths, lengths + 1, words + L_UNITS, words + L_EXTENT]) {
      for (const value of [-1, 0, 3, 2 ** 30, 0x7fffffff, -0x80000000]) {
        if (index === words + L_EXTENT && value === 3) continue;
        const old = i32[index];
        i32[index] = value;
        assertEquals(readLabels(arena, head, 2), undefined, `${value} at ${index - words}`);
        i32[index] = old;
      }
    }
    assertEquals(readLabels(arena, head, 2)!.values, ["a".repeat(20), "b".repeat(20)]);
    assertEquals(readLabels(arena, arena.byteLength / 8 - 1, 1), undefined);
    assertEquals(readLabels(arena, 2 ** 31, 1), undefined);
  });
});

describe("freeLabels()", () => {
  it("gives all of a text back, for texts of other lengths too", () => {
    const arena = new Arena(makeHandle());
    const write = (length: number) => writeLabels(arena, LABELLED, ["x".repeat(length)]);
    const heads = [10, 2000, 100, 5000].map(write);
    const used = arena.bytesUsed;
    for (let round = 0; round < 100; round++) {
      for (const head of heads.splice(0)) freeLabels(arena, head);
      // Larger than any of the pieces that came back, and many small ones.
      for (const length of round % 2 === 0 ? [7000] : [1000, 20, 300, 4000, 14]) {
        heads.push(write(length));
      }
    }
    assertEquals(arena.bytesUsed, used);
  });

  it("keeps nothing when there is no room for the text", () => {
    const arena = new Arena(makeHandle(new Arena(makeHandle()).bytesUsed + 2048));
    for (let n = 0; n < 100; n++) {
      assertThrows(() => writeLabels(arena, LABELLED, ["x".repeat(1000)]), RangeError);
    }
    for (let n = 0; n < 20; n++) writeLabels(arena, LABELLED, ["x"]);
  });
});

describe("addressLabels(), freeLabels()", () => {
  it("stamp a head for one creation, and clear the stamp before the head is used again", () => {
    const arena = new Arena(makeHandle());
    const head = writeLabels(arena, LABELLED, ["a"]);
    const word = (n: number) => arena.views().i32[head * 2 + n];
    assertEquals(word(L_STAMP), 0);
    addressLabels(arena, head, { metric: 1, id: 2, epoch: 4, stamp: 9 });
    assertEquals([word(L_STAMP), word(L_ID)], [9, 2]);
    freeLabels(arena, head);
    assertEquals(word(L_STAMP), 0);
    arena.views().i32[head * 2 + L_STAMP] = 9;
    assertEquals(writeLabels(arena, LABELLED, ["b"]), head);
    assertEquals(word(L_STAMP), 0);
  });
});
