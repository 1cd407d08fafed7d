import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { L_ID, L_LENGTHS, L_STAMP } from "../../src/memory/layout.ts";
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
      Array.from({ length: 100 }, (_, n) => `value ${n}`),
    ];
    const blocks = lists.map((values) => writeLabels(arena, LABELLED, values));
    for (const [n, values] of lists.entries()) {
      assertEquals(readLabels(arena, blocks[n], values.length), { kind: LABELLED, values });
    }
  });

  it("have no values for the buckets without labels", () => {
    const arena = new Arena(makeHandle());
    for (const kind of [ANONYMOUS, OVERFLOW] as const) {
      const block = writeLabels(arena, kind, []);
      assertEquals(readLabels(arena, block, 2), { kind, values: [] });
    }
  });

  it("are read by a thread that has not yet seen the memory grow", () => {
    const handle = makeHandle();
    const [one, two] = [new Arena(handle), new Arena(handle)];
    one.allocate(2 ** 20);
    const block = writeLabels(one, LABELLED, ["far"]);
    assertEquals(readLabels(two, block, 1), { kind: LABELLED, values: ["far"] });
  });

  it("never read outside the memory, whatever stands there", () => {
    const arena = new Arena(makeHandle());
    const block = writeLabels(arena, LABELLED, ["a", "b"]);
    const { i32 } = arena.views();
    for (const length of [-1, 2 ** 30, 0x7fffffff, -0x80000000]) {
      for (const n of [0, 1]) {
        const lengths = block * 2 + L_LENGTHS;
        const old = i32[lengths + n];
        i32[lengths + n] = length;
        assertEquals(readLabels(arena, block, 2), undefined);
        i32[lengths + n] = old;
      }
    }
    assertEquals(readLabels(arena, arena.byteLength / 8 - 1, 1), undefined);
    assertEquals(readLabels(arena, 2 ** 31, 1), undefined);
  });
});

describe("addressLabels(), freeLabels()", () => {
  it("stamp a block for one creation, and clear the stamp before the block is used again", () => {
    const arena = new Arena(makeHandle());
    const block = writeLabels(arena, LABELLED, ["a"]);
    const word = (n: number) => arena.views().i32[block * 2 + n];
    assertEquals(word(L_STAMP), 0);
    addressLabels(arena, block, { metric: 1, id: 2, epoch: 4, stamp: 9 });
    assertEquals([word(L_STAMP), word(L_ID)], [9, 2]);
    freeLabels(arena, block);
    assertEquals(word(L_STAMP), 0);
    arena.views().i32[block * 2 + L_STAMP] = 9;
    assertEquals(writeLabels(arena, LABELLED, ["b"]), block);
    assertEquals(word(L_STAMP), 0);
  });
});
