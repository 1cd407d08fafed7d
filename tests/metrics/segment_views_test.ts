import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { wordIndex } from "../../src/memory/layout.ts";
import { MANY_SHIFT } from "../../src/memory/segments.ts";
import { counterSegmentParts } from "../../src/metrics/counter/counter_layout.ts";
import { columnOf } from "../../src/metrics/metric.ts";
import { SegmentViews } from "../../src/metrics/segment_views.ts";
import { CellSegments } from "../../src/threads/cell_segments.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";

const schema = defineSchema({ hits: counter({ labels: ["page"] }) });

const PLACE = { column: columnOf(0), shift: MANY_SHIFT };

/**
 * The segments of a labelled counter, whose views are only the index of the segment's first word.
 */
function makeViews() {
  const stats = ThreadStats.create(schema, { maxThreads: 2 });
  const thread = stats.registerThread("writer");
  const arena = new Arena(stats.handle);
  const cells = new CellSegments(arena, new SlotDirectory(arena, 2, 60));
  const viewed: number[] = [];
  const segments = new SegmentViews({ arena, cells }, PLACE, {
    bytes: (capacity) => counterSegmentParts(capacity).bytes,
    view: (_views, start, capacity) => {
      viewed.push(capacity);
      return { start };
    },
  });
  return { thread, arena, cells, segments, viewed };
}

describe("SegmentViews", () => {
  it("find() finds a segment that its thread makes after a first look", () => {
    const { thread, cells, segments, viewed } = makeViews();
    assertStrictEquals(segments.find(0, 0), undefined);
    thread.metrics.hits.labels({ page: "/" }).add();
    assertEquals(segments.find(0, 0), { start: cells.findForReader(0, PLACE, 0) });
    assertStrictEquals(segments.find(1, 0), undefined, "another thread's");
    assertStrictEquals(segments.find(0, 1), undefined, "the next segment");
    assertEquals(viewed, [64]);
  });

  it("find() views a segment once", () => {
    const { thread, segments, viewed } = makeViews();
    thread.metrics.hits.labels({ page: "/" }).add();
    assertStrictEquals(segments.find(0, 0), segments.find(0, 0));
    assertEquals(viewed.length, 1);
  });

  it("bytesOf() is the size of a segment, and 0 while there is none", () => {
    const { thread, segments } = makeViews();
    assertStrictEquals(segments.bytesOf(0, 0), 0);
    thread.metrics.hits.labels({ page: "/" }).add();
    assertStrictEquals(segments.bytesOf(0, 0), counterSegmentParts(64).bytes);
    assertStrictEquals(segments.bytesOf(1, 0), 0);
  });

  it("find() refuses a segment that is not in the memory", () => {
    const { thread, arena, cells, segments } = makeViews();
    thread.metrics.hits.labels({ page: "/" }).add();
    const start = cells.findForReader(0, PLACE, 0);
    const { i32 } = arena.views();
    const reference = i32.indexOf(start / 8);
    assert(reference > 0, "the reference to the segment");
    i32[reference] = i32.length;
    assertThrows(() => segments.find(0, 0), TypeError, "leads nowhere");
    i32[reference] = wordIndex(start) / 2;
    assertEquals(segments.find(0, 0), { start });
  });
});
