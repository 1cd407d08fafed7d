import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory } from "../../src/memory/header.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";
import { CellSegments } from "../../src/threads/cell_segments.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";

const single = { shift: 0, bytes: () => 16 };
const many = { shift: 6, bytes: (capacity: number) => capacity * 24 };

function makeCells(handle: MemoryHandle, shapes = [single, many, many]) {
  const arena = new Arena(handle);
  return { arena, cells: new CellSegments(arena, new SlotDirectory(arena, 3, 60), shapes) };
}

function makeHandle(maxByteLength = 2 ** 22): MemoryHandle {
  const format = { maxThreads: 3, quarantine: 60, description: "{}", labelled: [] };
  return makeMemory(format, maxByteLength);
}

describe("CellSegments.ensure()", () => {
  it("allocates once; all threads find the same place", () => {
    const handle = makeHandle();
    const owner = makeCells(handle);
    const reader = makeCells(handle);
    for (const metric of [0, 1]) assertEquals(reader.cells.locate(0, metric, 0), 0);
    const seen = new Set<number>();
    for (const slot of [0, 1, 2]) {
      for (const metric of [1, 2]) {
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
    assertEquals(seen.size, 12);
  });

  it("puts the cells of metrics with one bucket into the thread's block", () => {
    const { arena, cells } = makeCells(makeHandle(), [single, single]);
    const block = cells.ensureBlock(0);
    const used = arena.bytesUsed;
    const places = [cells.ensure(0, 0, 0), cells.ensure(0, 1, 0)];
    assertEquals(places[1] - places[0], 16);
    assert(places[0] > block && places[1] + 16 <= used);
    assertEquals(arena.bytesUsed, used);
    assertEquals(cells.ensureBlock(0), block);
  });

  it("never replaces a place that was published by another", () => {
    const handle = makeHandle();
    const owner = makeCells(handle);
    const start = owner.cells.ensure(0, 1, 0);
    // A fenced owner that looked before: its publication must lose.
    const late = makeCells(handle).cells;
    const { locate } = late;
    late.locate = (...place) => {
      locate.apply(late, place);
      return 0;
    };
    assertEquals(late.ensure(0, 1, 0), start);
    assertEquals(owner.cells.locate(0, 1, 0), start);
  });

  it("throws when the arena is full, and what was there stays", () => {
    const handle = makeHandle(new Arena(makeHandle()).bytesUsed + 4096);
    const { arena, cells } = makeCells(handle);
    const start = cells.ensure(0, 1, 0);
    const used = arena.bytesUsed;
    assertThrows(() => cells.ensure(0, 2, 2), RangeError, "Cannot allocate 6144 bytes");
    assertEquals(cells.locate(0, 2, 2), 0);
    assertEquals(cells.ensure(0, 1, 0), start);
    assertEquals(arena.bytesUsed, used);
  });
});
