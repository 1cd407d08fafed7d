import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory } from "../../src/memory/header.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";
import { type CellColumn, CellSegments } from "../../src/threads/cell_segments.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";

/** In place of the notes that metrics are used. */
const USED = 0;
const single = (column: number): CellColumn => ({ column, shift: 0, used: USED, bytes: () => 16 });
const many = (column: number): CellColumn => ({
  column,
  shift: 6,
  used: USED,
  bytes: (capacity) => capacity * 24,
});

function makeCells(handle: MemoryHandle) {
  const arena = new Arena(handle);
  return { arena, cells: new CellSegments(arena, new SlotDirectory(arena, 3, 60)) };
}

function makeHandle(maxByteLength = 2 ** 22): MemoryHandle {
  const format = { maxThreads: 3, maxMetrics: 4, quarantine: 60 };
  return makeMemory(format, maxByteLength);
}

describe("CellSegments.ensure()", () => {
  it("allocates once; all threads find the same place", () => {
    const handle = makeHandle();
    const owner = makeCells(handle);
    const reader = makeCells(handle);
    assertEquals(reader.cells.locate(0, single(0), 0), 0);
    assertEquals(reader.cells.locate(0, many(1), 0), 0);
    const seen = new Set<number>();
    for (const slot of [0, 1, 2]) {
      // The columns of the last two are in segments of their own.
      for (const metric of [many(1), many(63), many(64), many(1000)]) {
        for (const segment of [0, 3]) {
          const start = owner.cells.ensure(slot, metric, segment);
          assert(start > 0);
          const used = owner.arena.bytesUsed;
          assertEquals(owner.cells.ensure(slot, metric, segment), start);
          assertEquals(reader.cells.locate(slot, metric, segment), start);
          assertEquals(owner.arena.bytesUsed, used);
          seen.add(start);
        }
        assertEquals(reader.cells.locate(slot, metric, 1), 0);
      }
    }
    assertEquals(seen.size, 24);
  });

  it("puts the first cells of metrics with one bucket into the thread's block", () => {
    const { arena, cells } = makeCells(makeHandle());
    const block = cells.ensureBlock(0);
    const used = arena.bytesUsed;
    const places = [cells.ensure(0, single(0), 0), cells.ensure(0, single(1), 0)];
    assertEquals(places[1] - places[0], 16);
    assert(places[0] > block && places[1] + 16 <= used);
    assertEquals(arena.bytesUsed, used);
    assertEquals(cells.ensureBlock(0), block);
  });

  it("takes further small cells from pools of the thread, and never the same twice", () => {
    const { arena, cells } = makeCells(makeHandle());
    const taken = [0, 1].flatMap((slot) =>
      Array.from({ length: 60 }, (_, n) => cells.ensure(slot, single(n), 0))
    );
    taken.sort((a, b) => a - b);
    for (let n = 1; n < taken.length; n++) assert(taken[n] - taken[n - 1] >= 16);
    // Two blocks, and a pool of 1 KiB for each thread beside the one in its block.
    assertEquals(arena.bytesUsed - new Arena(makeHandle()).bytesUsed, 2 * (512 + 1024));
  });

  it("gives a fenced owner that still runs, and its successor, different memory", () => {
    const handle = makeHandle();
    const [fenced, successor] = [makeCells(handle).cells, makeCells(handle).cells];
    fenced.ensure(0, single(0), 0);
    const { compareExchange } = Atomics;
    let place = 0;
    Atomics.compareExchange = ((...args: Parameters<typeof compareExchange>) => {
      Atomics.compareExchange = compareExchange;
      // The fenced owner is about to take a part of the pool.
      place = successor.ensure(0, single(1), 0);
      return compareExchange(...args);
    }) as typeof compareExchange;
    const late = fenced.ensure(0, single(2), 0);
    assert(place > 0);
    assert(Math.abs(late - place) >= 16);
  });

  it("never replaces a place that was published by another", () => {
    const handle = makeHandle();
    const owner = makeCells(handle);
    const start = owner.cells.ensure(0, many(1), 0);
    // A fenced owner that looked before: its publication must lose.
    const late = makeCells(handle).cells;
    const { locate } = late;
    late.locate = (...place) => {
      locate.apply(late, place);
      return 0;
    };
    assertEquals(late.ensure(0, many(1), 0), start);
    assertEquals(owner.cells.locate(0, many(1), 0), start);
  });

  it("throws when the arena is full, and what was there stays", () => {
    const handle = makeHandle(new Arena(makeHandle()).bytesUsed + 8192);
    const { arena, cells } = makeCells(handle);
    const start = cells.ensure(0, many(1), 0);
    cells.ensure(0, many(2), 0);
    const used = arena.bytesUsed;
    assertThrows(() => cells.ensure(0, many(2), 4), RangeError, "Cannot allocate 24576 bytes");
    assertEquals(cells.locate(0, many(2), 4), 0);
    assertEquals(cells.ensure(0, many(1), 0), start);
    assertEquals(arena.bytesUsed, used);
  });
});
