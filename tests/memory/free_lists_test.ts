import { assert, assertEquals, assertNotEquals } from "@std/assert";
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
  it("gives a freed block of the same size again, the last one first", () => {
    const arena = makeArena();
    const blocks = [takeBlock(arena, 40), takeBlock(arena, 64), takeBlock(arena, 1)];
    assertEquals(new Set(blocks).size, 3);
    for (const block of blocks) freeBlock(arena, block);
    const used = arena.bytesUsed;
    const again = [1, 2, 3].map(() => takeBlock(arena, 64));
    assertEquals(again, blocks.reverse());
    assertEquals(arena.bytesUsed, used);
    assert(!again.includes(takeBlock(arena, 64)));
  });

  it("takes the smallest power of two of lines that is large enough", () => {
    const arena = makeArena();
    const sizes = [[1, 64], [64, 64], [65, 128], [128, 128], [129, 256], [257, 512], [4097, 8192]];
    for (const [bytes, size] of sizes) {
      const before = arena.bytesUsed;
      takeBlock(arena, bytes);
      assertEquals(arena.bytesUsed - before, size, `${bytes} bytes`);
    }
  });

  it("does not give a block of another size", () => {
    const arena = makeArena();
    const small = takeBlock(arena, 64);
    const large = takeBlock(arena, 128);
    freeBlock(arena, small);
    freeBlock(arena, large);
    assertNotEquals(takeBlock(arena, 256), large);
    assertEquals(takeBlock(arena, 100), large);
    assertEquals(takeBlock(arena, 50), small);
  });

  it("finds a block that another thread has freed behind a growth of the memory", () => {
    const handle = makeHandle();
    const [one, two] = [new Arena(handle), new Arena(handle)];
    const blocks = Array.from({ length: 4000 }, () => takeBlock(two, 512));
    assert(two.byteLength > one.views().i32.byteLength);
    for (const block of blocks) freeBlock(two, block);
    assertEquals(takeBlock(one, 512), blocks[3999]);
    assertEquals(takeBlock(one, 512), blocks[3998]);
  });

  it("moves the tag of the list at each change, against ABA", () => {
    const arena = makeArena();
    const head = () => Atomics.load(arena.views().u64, FREE_HEADS);
    const block = takeBlock(arena, 64);
    freeBlock(arena, block);
    const seen = head();
    assertEquals(Number(seen & 0xffffffffn), block);
    takeBlock(arena, 64);
    freeBlock(arena, block);
    // The same block on top: a thread that slept in between must not take this for what it saw.
    assertEquals(Number(head() & 0xffffffffn), block);
    assertEquals((head() >> 32n) - (seen >> 32n), 2n);
  });

  it("lets the tag come round", () => {
    const arena = makeArena();
    const block = takeBlock(arena, 64);
    Atomics.store(arena.views().u64, FREE_HEADS, 0xffffffffn << 32n);
    freeBlock(arena, block);
    assertEquals(Atomics.load(arena.views().u64, FREE_HEADS), BigInt(block));
    assertEquals(takeBlock(arena, 64), block);
  });
});
