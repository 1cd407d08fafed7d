import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { freeLabelHead, takeLabelHead } from "../../src/memory/free_lists.ts";
import { makeMemory } from "../../src/memory/header.ts";
import { FREE_HEADS } from "../../src/memory/layout.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";

function makeHandle(): MemoryHandle {
  const format = { maxThreads: 1, maxMetrics: 4, quarantine: 0 };
  return makeMemory(format, 2 ** 26);
}

function makeArena(): Arena {
  return new Arena(makeHandle());
}

describe("takeLabelHead()", () => {
  it("gives a freed head again, the last one first", () => {
    const arena = makeArena();
    const heads = [takeLabelHead(arena), takeLabelHead(arena), takeLabelHead(arena)];
    assertEquals(new Set(heads).size, 3);
    for (const head of heads) freeLabelHead(arena, head);
    const used = arena.bytesUsed;
    const again = [1, 2, 3].map(() => takeLabelHead(arena));
    assertEquals(again, heads.reverse());
    assertEquals(arena.bytesUsed, used);
    assert(!again.includes(takeLabelHead(arena)));
  });

  it("takes lines side by side for them, a quarter more each time", () => {
    const arena = makeArena();
    const before = arena.bytesUsed;
    const heads = Array.from({ length: 1000 }, () => {
      const head = takeLabelHead(arena);
      // Something else that stays, in between.
      arena.allocate(64, false);
      return head;
    });
    const made = (arena.bytesUsed - before) / 64 - 1000;
    assert(made >= 1000 && made <= 1270, `${made} heads`);
    assertEquals(new Set(heads).size, 1000);
    const apart = heads.filter((head, n) => n > 0 && head !== heads[n - 1] + 8);
    assert(apart.length < 50, `${apart.length} of 1000 heads are not beside the one before`);
  });

  it("makes do with one line where there are no more", () => {
    const format = { maxThreads: 1, maxMetrics: 4, quarantine: 0 };
    const arena = new Arena(makeMemory(format, new Arena(makeHandle()).bytesUsed + 100 * 64));
    for (let n = 0; n < 100; n++) takeLabelHead(arena);
    assertThrows(() => takeLabelHead(arena), RangeError, "Cannot allocate 64 bytes");
  });

  it("finds a head that another thread has freed behind a growth of the memory", () => {
    const handle = makeHandle();
    const [one, two] = [new Arena(handle), new Arena(handle)];
    const heads = Array.from({ length: 8000 }, () => takeLabelHead(two));
    assert(two.byteLength > one.views().i32.byteLength);
    for (const head of heads) freeLabelHead(two, head);
    assertEquals(takeLabelHead(one), heads[7999]);
    assertEquals(takeLabelHead(one), heads[7998]);
  });

  it("moves the tag of the list at each change, against ABA", () => {
    const arena = makeArena();
    const top = () => Atomics.load(arena.views().u64, FREE_HEADS);
    const head = takeLabelHead(arena);
    freeLabelHead(arena, head);
    const seen = top();
    assertEquals(Number(seen & 0xffffffffn), head);
    takeLabelHead(arena);
    freeLabelHead(arena, head);
    // The same head on top: a thread that slept in between must not take this for what it saw.
    assertEquals(Number(top() & 0xffffffffn), head);
    assertEquals((top() >> 32n) - (seen >> 32n), 2n);
  });

  it("lets the tag wrap", () => {
    const arena = makeArena();
    const head = takeLabelHead(arena);
    Atomics.store(arena.views().u64, FREE_HEADS, 0xffffffffn << 32n);
    freeLabelHead(arena, head);
    assertEquals(Atomics.load(arena.views().u64, FREE_HEADS), BigInt(head));
    assertEquals(takeLabelHead(arena), head);
  });
});
