/**
 * One metric's buckets, as several threads have them.
 *
 * @module
 */
import { BucketTable } from "../../src/buckets/bucket_table.ts";
import { LabelIndex } from "../../src/buckets/label_index.ts";
import { LabelLog } from "../../src/buckets/label_log.ts";
import { Arena } from "../../src/memory/arena.ts";
import { controlOffset, logOffsets, makeMemory } from "../../src/memory/header.ts";
import { M_LOG_END } from "../../src/memory/layout.ts";
import { MANY_SHIFT } from "../../src/memory/segments.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";

/** Memory for one metric with labels. */
export function makeHandle(maxByteLength = 2 ** 26): MemoryHandle {
  const format = { maxThreads: 1, quarantine: 0, description: "{}", labelled: [true] };
  return makeMemory(format, maxByteLength);
}

/** The table as another thread has it. */
export function makeTable(handle: MemoryHandle, shift = MANY_SHIFT): BucketTable {
  const directory = controlOffset(1, 0) / 4;
  return new BucketTable(new Arena(handle), { name: "test", directory, shift, labelled: true });
}

/** Table, log and index as another thread has them. */
export function makeIndex(
  handle: MemoryHandle,
  { names = ["a"], maxSeries = 2000 }: { names?: string[]; maxSeries?: number } = {},
): { table: BucketTable; log: LabelLog; index: LabelIndex } {
  const table = makeTable(handle);
  const log = new LabelLog(table, {
    metric: 0,
    ring: logOffsets({ maxThreads: 1, labelled: [true] }).logs[0] / 8,
    end: controlOffset(1, 0) / 4 + M_LOG_END,
  });
  return { table, log, index: new LabelIndex(table, log, { metric: 0, names, maxSeries }) };
}
