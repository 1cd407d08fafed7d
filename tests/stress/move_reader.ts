/**
 * A reader of `moves` that gives up sooner than the library's own, so that it asks the writers for
 * help all the time.
 *
 * @module
 */
import type { ThreadStats, ThreadStatsHandle } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { MANY_SHIFT } from "../../src/memory/segments.ts";
import { columnOf } from "../../src/metrics/metric.ts";
import { RecordAccumulator } from "../../src/metrics/record/record_accumulator.ts";
import { makeKernel } from "../../src/metrics/record/record_kernel.ts";
import { layoutOf } from "../../src/metrics/record/record_layout.ts";
import { CellSegments } from "../../src/threads/cell_segments.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import { MOVES, type Moves, schema } from "./schema.ts";

/** Reads one of the first 64 buckets, which was never cleared. */
export function moveReader(
  handle: ThreadStatsHandle,
  tries: number,
): (stats: ThreadStats<typeof schema.metrics>, id: number) => Moves {
  const arena = new Arena(handle);
  const slots = new SlotDirectory(arena, 64, 0);
  const cells = new CellSegments(arena, slots);
  const layout = layoutOf(schema.metrics.moves.fields);
  const kernel = makeKernel(layout);
  const record = new RecordAccumulator({ arena, cells }, {
    column: columnOf(MOVES),
    shift: MANY_SHIFT,
    layout,
    kernel,
    tries,
  });
  return (_stats, id) => {
    record.reset();
    for (let slot = 0; slot < slots.used; slot++) record.merge(slot, 0, id, 1);
    return record.value() as unknown as Moves;
  };
}
