import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory } from "../../src/memory/header.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { withoutWebAssembly } from "./without_web_assembly.ts";

function makeHandle(maxByteLength = 2 ** 20): MemoryHandle {
  const format = { maxThreads: 1, maxMetrics: 4, quarantine: 0 };
  return makeMemory(format, maxByteLength);
}

/** An arena whose static part takes 1024 bytes. */
function makeArena(maxByteLength?: number): Arena {
  return new Arena(makeHandle(maxByteLength));
}

describe("Arena.allocate()", () => {
  it("never gives the same bytes to two threads", () => {
    const handle = makeHandle();
    const [one, two] = [new Arena(handle), new Arena(handle)];
    let end = one.bytesUsed;
    for (let n = 1; n <= 300; n++) {
      const start = (n % 2 === 0 ? one : two).allocate(n, n % 3 === 0);
      assert(start >= end, `${start} before ${end}`);
      end = start + n;
    }
    assertEquals(one.bytesUsed, two.bytesUsed);
  });

  it("keeps blocks that stand apart on pairs of lines of their own, and packs the others by lines", () => {
    const arena = makeArena();
    const start = arena.bytesUsed;
    assertEquals(start % 128, 0);
    assertEquals(arena.allocate(1, false), start);
    assertEquals(arena.allocate(65, false), start + 64);
    assertEquals(arena.allocate(1, true), start + 256);
    assertEquals(arena.allocate(1, true), start + 384);
    assertEquals(arena.bytesUsed, start + 512);
  });

  it("gives zeroed memory, also behind the first growth", () => {
    const arena = makeArena();
    const bytes = 600 * 1024;
    const start = arena.allocate(bytes);
    const { u32 } = arena.views(start + bytes);
    assert(u32.subarray(start / 4, (start + bytes) / 4).every((word) => word === 0));
  });

  it("throws when the arena is full, changes nothing, and goes on with what still fits", () => {
    const arena = makeArena(4096);
    arena.allocate(2048);
    const used = arena.bytesUsed;
    const length = arena.byteLength;
    const rest = 4096 - used;
    assertRefuses(
      () => arena.allocate(rest + 1),
      RangeError,
      `Cannot allocate ${rest + 1} bytes: at most 4096 bytes (maxByteLength) in all, ` +
        `got an arena with ${used} in use`,
    );
    assertEquals([arena.bytesUsed, arena.byteLength], [used, length]);
    arena.allocate(rest);
    assertEquals([arena.bytesUsed, arena.byteLength], [4096, length]);
    assertThrows(() => arena.allocate(1), RangeError);
  });

  it("says the same when the system has no memory, and changes nothing", () => {
    const handle = withoutWebAssembly(makeHandle);
    const arena = new Arena(handle);
    const used = arena.bytesUsed;
    Object.defineProperty(handle.buffer, "grow", {
      value: () => {
        throw new RangeError("no memory");
      },
    });
    assertRefuses(
      () => arena.allocate(2048),
      RangeError,
      `Cannot allocate 2048 bytes: at most 1048576 bytes (maxByteLength) in all, ` +
        `got an arena with ${used} in use`,
    );
    assertEquals(arena.bytesUsed, used);
  });

  it("goes on when another thread has grown the memory meanwhile", () => {
    const handle = withoutWebAssembly(makeHandle);
    const arena = new Arena(handle);
    const grow = handle.buffer.grow.bind(handle.buffer);
    Object.defineProperty(handle.buffer, "grow", {
      value: (length: number) => {
        grow(length + 4096); // the other thread
        grow(length); // shrinks: throws
      },
    });
    const start = arena.allocate(2048);
    assert(arena.byteLength >= start + 2048);
  });

  it("takes what is needed when the system does not give more", () => {
    const handle = withoutWebAssembly(makeHandle);
    const grow = handle.buffer.grow.bind(handle.buffer);
    Object.defineProperty(handle.buffer, "grow", {
      value: (length: number) => {
        if (length > 300_000) throw new RangeError("no memory");
        grow(length);
      },
    });
    const arena = new Arena(handle);
    for (let n = 0; n < 280; n++) arena.allocate(1024);
    assertThrows(() => arena.allocate(2 ** 16), RangeError, "Cannot allocate 65536 bytes");
    arena.allocate(1024);
  });

  it("goes on when another thread has grown the memory to its end", () => {
    const handle = makeHandle(2 ** 17);
    const [one, two] = [new Arena(handle), new Arena(handle)];
    two.allocate(2 ** 16);
    const bytes = 2 ** 17 - two.bytesUsed;
    const start = one.allocate(bytes);
    assertEquals(one.views(start + bytes).i32.byteLength, 2 ** 17);
    assertThrows(() => one.allocate(1), RangeError, "at most 131072 bytes");
  });
});

describe("Arena.views()", () => {
  it("reach as far as is asked for, with a length of their own", () => {
    const arena = makeArena();
    const before = arena.views();
    const start = arena.allocate(300 * 1024);
    const after = arena.views(start + 300 * 1024);
    assert(after.i32.byteLength >= start + 300 * 1024);
    assert(before.i32.byteLength < after.i32.byteLength, "the old ones must not track the length");
    for (const view of [after.u32, after.u16, after.f64, after.u64]) {
      assertEquals(view.byteLength, after.i32.byteLength);
    }
    after.i32[start / 4] = 7;
    assertEquals(arena.views().i32[start / 4], 7);
  });

  it("are made again only when they are too short", () => {
    const arena = makeArena();
    const views = arena.views();
    assert(arena.views(arena.byteLength) === views);
  });

  it("leave out the last bytes of a memory whose length is no multiple of 8", () => {
    const arena = new Arena(withoutWebAssembly(() => makeHandle(600_005)));
    arena.allocate(590_000);
    assertEquals(arena.byteLength, 600_005);
    assertEquals(arena.views(600_005).f64.byteLength, 600_000);
  });
});

describe("Arena.release()", () => {
  it("gives back the last block, and no other", () => {
    const arena = makeArena();
    const used = arena.bytesUsed;
    const first = arena.allocate(200);
    arena.release(first, 200);
    assertEquals(arena.bytesUsed, used);
    arena.allocate(200);
    arena.allocate(128);
    const after = arena.bytesUsed;
    arena.release(first, 200);
    assertEquals(arena.bytesUsed, after);
  });
});
