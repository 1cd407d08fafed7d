import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { freeBlock, takeBlock } from "../../src/memory/free_lists.ts";
import { makeMemory } from "../../src/memory/header.ts";
import { FREE_HEADS } from "../../src/memory/layout.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";

function makeHandle(): MemoryHandle {
  const format = { maxThreads: 1, quarantine: 0, description: "{}", labelled: [] };
  return makeMemory(format, 2 ** 26);
}

function makeArena(): Arena {
  return new Arena(makeHandle());
}

describe("takeBlock()", () => {
  it("gives a freed block again, the last one first", () => {
    const arena = makeArena();
    const blocks = [takeBlock(arena), takeBlock(arena), takeBlock(arena)];
    assertEquals(new Set(blocks).size, 3);
    for (const block of blocks) freeBlock(arena, block);
    const used = arena.bytesUsed;
    const again = [1, 2, 3].map(() => takeBlock(arena));
    assertEquals(again, blocks.reverse());
    assertEquals(arena.bytesUsed, used);
    assert(!again.includes(takeBlock(arena)));
  });

  it("takes lines side by side for them, a quarter more each time", () => {
    const arena = makeArena();
    const before = arena.bytesUsed;
    const blocks = Array.from({ length: 1000 }, () => {
      const block = takeBlock(arena);
      // Something else that stays, in between.
      arena.allocate(64, false);
      return block;
    });
    const made = (arena.bytesUsed - before) / 64 - 1000;
    assert(made >= 1000 && made <= 1270, `${made} blocks`);
    assertEquals(new Set(blocks).size, 1000);
    const apart = blocks.filter((block, n) => n > 0 && block !== blocks[n - 1] + 8);
    assert(apart.length < 50, `${apart.length} of 1000 blocks are not beside the one before`);
  });

  it("makes do with one line where there are no more", () => {
    const format = { maxThreads: 1, quarantine: 0, description: "{}", labelled: [] };
    const arena = new Arena(makeMemory(format, new Arena(makeHandle()).bytesUsed + 100 * 64));
    for (let n = 0; n < 100; n++) takeBlock(arena);
    assertThrows(() => takeBlock(arena), RangeError, "Cannot allocate 64 bytes");
  });

  it("finds a block that another thread has freed behind a growth of the memory", () => {
    const handle = makeHandle();
    const [one, two] = [new Arena(handle), new Arena(handle)];
    const blocks = Array.from({ length: 8000 }, () => takeBlock(two));
    assert(two.byteLength > one.views().i32.byteLength);
    for (const block of blocks) freeBlock(two, block);
    assertEquals(takeBlock(one), blocks[7999]);
    assertEquals(takeBlock(one), blocks[7998]);
  });

  it("moves the tag of the list at each change, against ABA", () => {
    const arena = makeArena();
    const head = () => Atomics.load(arena.views().u64, FREE_HEADS);
    const block = takeBlock(arena);
    freeBlock(arena, block);
    const seen = head();
    assertEquals(Number(seen & 0xffffffffn), block);
    takeBlock(arena);
    freeBlock(arena, block);
    // The same block on top: a thread that slept in between must not take this for what it saw.
    assertEquals(Number(head() & 0xffffffffn), block);
    assertEquals((head() >> 32n) - (seen >> 32n), 2n);
  });

  it("lets the tag come round", () => {
    const arena = makeArena();
    const block = takeBlock(arena);
    Atomics.store(arena.views().u64, FREE_HEADS, 0xffffffffn << 32n);
    freeBlock(arena, block);
    assertEquals(Atomics.load(arena.views().u64, FREE_HEADS), BigInt(block));
    assertEquals(takeBlock(arena), block);
  });
});
