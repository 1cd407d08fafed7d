import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { withSeeds } from "../support/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory } from "../../src/memory/header.ts";
import { H_EXTENT_MAPS } from "../../src/memory/layout.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";

const format = { maxThreads: 1, maxMetrics: 4, quarantine: 0 };
const STATIC_BYTES = new Arena(makeMemory(format, 2 ** 20)).bytesUsed;

/** Memory with room for so many bytes. */
function makeHandle(room = 2 ** 23): MemoryHandle {
  return makeMemory(format, STATIC_BYTES + room);
}

/** Bytes from `start` on, as they stand in memory. */
function bytesAt(arena: Arena, start: number, bytes: number): Uint8Array {
  return new Uint8Array(arena.views(start + bytes).i32.buffer, start, bytes);
}

describe("Arena.borrow(), giveBack()", () => {
  it("lend what came back, for smaller needs and for larger ones", () => {
    const arena = new Arena(makeHandle());
    const pieces = Array.from({ length: 64 }, () => arena.borrow(1000));
    assertEquals(new Set(pieces).size, 64);
    for (const start of pieces) arena.giveBack(start, 1000);
    const used = arena.bytesUsed;
    const small = Array.from({ length: 1024 }, () => arena.borrow(64));
    assertEquals(new Set(small).size, 1024);
    for (const start of small) arena.giveBack(start, 64);
    const whole = arena.borrow(65536);
    assert(pieces.includes(whole));
    assertEquals(arena.bytesUsed, used);
    arena.borrow(64);
    assert(arena.bytesUsed > used);
  });

  it("lend the same to threads that learn of it late", () => {
    const handle = makeHandle();
    const [one, two, three] = [new Arena(handle), new Arena(handle), new Arena(handle)];
    const far = one.allocate(3 * 2 ** 20);
    const piece = one.borrow(5000);
    assert(piece > far);
    two.giveBack(piece, 5000);
    assertEquals(three.borrow(5000), piece);
  });

  it("lend pieces larger than a region, and across the ends of regions", () => {
    const arena = new Arena(makeHandle());
    arena.allocate(2 ** 20 - STATIC_BYTES - 4096);
    const sizes = [8192, 2 ** 20, 64, 3 * 2 ** 20];
    const pieces = sizes.map((bytes) => arena.borrow(bytes));
    const used = arena.bytesUsed;
    for (let round = 0; round < 3; round++) {
      for (const [n, start] of pieces.entries()) arena.giveBack(start, sizes[n]);
      for (const [n, bytes] of sizes.entries()) pieces[n] = arena.borrow(bytes);
    }
    assertEquals(arena.bytesUsed, used);
  });

  it("make a map for each megabyte that is lent, once", () => {
    const handle = makeHandle();
    const arenas = [new Arena(handle), new Arena(handle)];
    for (let n = 0; n < 40; n++) arenas[n % 2].borrow(2 ** 17);
    const { i32 } = arenas[0].views(arenas[0].bytesUsed);
    const regions: number[] = [];
    for (let map = i32[H_EXTENT_MAPS]; map !== 0; map = i32[map + 1]) regions.push(i32[map]);
    assertEquals(new Set(regions).size, regions.length);
    assertEquals(regions.sort((a, b) => a - b), [0, 1, 2, 3, 4, 5]);
  });

  it("are held equal to a plain list, with pieces of all sizes in two threads", () => {
    withSeeds(30, (random) => {
      const handle = makeHandle(2 ** 18);
      const arenas = [new Arena(handle), new Arena(handle)];
      const held: { start: number; bytes: number; mark: number }[] = [];
      let lent = 0;
      let most = 0;
      for (let step = 1; step <= 400; step++) {
        const arena = random.pick(arenas);
        if (held.length > 0 && random.below(2) === 0) {
          const [piece] = held.splice(random.below(held.length), 1);
          const { start, bytes, mark } = piece;
          assert(bytesAt(arena, start, bytes).every((byte) => byte === mark), "nobody wrote there");
          arena.giveBack(start, bytes);
          lent -= Math.ceil(bytes / 64) * 64;
          continue;
        }
        const bytes = 1 + random.below(random.pick([64, 1000, 10_000, 100_000]));
        let start: number;
        try {
          start = arena.borrow(bytes);
        } catch (error) {
          assert(error instanceof RangeError, `${error}`);
          // No free stretch is long enough: what is held, in order, leaves no such hole, and the
          // end is near.
          assert(arena.bytesUsed + bytes + 4096 > arena.maxByteLength);
          continue;
        }
        assert(start % 64 === 0 && start >= STATIC_BYTES);
        for (const other of held) {
          const isApart = start + bytes <= other.start || other.start + other.bytes <= start;
          assert(isApart, `${bytes} bytes at ${start} are lent twice`);
        }
        bytesAt(arena, start, bytes).fill(step % 251);
        held.push({ start, bytes, mark: step % 251 });
        lent += Math.ceil(bytes / 64) * 64;
        most = Math.max(most, lent);
      }
      // All that was ever lent is one piece again.
      for (const { start, bytes } of held) arenas[0].giveBack(start, bytes);
      const used = arenas[1].bytesUsed;
      assert(used - STATIC_BYTES >= most);
      if (most > 0) arenas[1].borrow(most);
      assertEquals(arenas[1].bytesUsed, used);
    });
  });
});

describe("Arena.allocate()", () => {
  it("gives what came back when nothing else is left, zeroed, and on pairs of lines of its own", () => {
    const arena = new Arena(makeHandle(2 ** 17));
    const pieces: number[] = [];
    assertThrows(() => {
      for (;;) pieces.push(arena.borrow(1000));
    }, RangeError);
    assertThrows(() => arena.allocate(2048), RangeError, "Cannot allocate 2048 bytes");
    for (const start of pieces) {
      bytesAt(arena, start, 1000).fill(255);
      arena.giveBack(start, 1000);
    }
    while (arena.bytesUsed < arena.maxByteLength) arena.allocate(64, false);
    const used = arena.bytesUsed;
    const blocks: number[] = [];
    for (const bytes of [60_000, 30_000, 300, 128]) {
      const start = arena.allocate(bytes);
      assertEquals(start % 128, 0);
      assert(bytesAt(arena, start, bytes).every((byte) => byte === 0));
      for (const other of blocks) assert(Math.abs(other - start) >= 128);
      blocks.push(start);
    }
    assertEquals(arena.bytesUsed, used);
    assertThrows(() => arena.allocate(60_000), RangeError, "Cannot allocate 60000 bytes");
  });
});

describe("Arena.release()", () => {
  it("gives a block back between memory that was lent", () => {
    const arena = new Arena(makeHandle());
    arena.borrow(64);
    const block = arena.allocate(1000);
    const used = arena.bytesUsed;
    arena.release(block, 1000);
    assert(arena.bytesUsed < used);
    const again = arena.allocate(1000);
    arena.borrow(64);
    arena.release(again, 1000);
    const then = arena.bytesUsed;
    assertEquals(arena.borrow(1000), again);
    assertEquals(arena.bytesUsed, then);
  });
});
