/**
 * One metric's buckets, as several threads have them.
 *
 * @module
 */
import { BucketTable } from "../../src/buckets/bucket_table.ts";
import { LabelIndex } from "../../src/buckets/label_index.ts";
import { LabelledBuckets } from "../../src/buckets/labelled_buckets.ts";
import { LabelLog } from "../../src/buckets/label_log.ts";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory } from "../../src/memory/header.ts";
import { H_STATIC_BYTES, M_LOG_END, M_LOG_RING, METRIC_BYTES } from "../../src/memory/layout.ts";
import { MANY_SHIFT } from "../../src/memory/segments.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";

/** Memory for one metric with labels, whose control block stands behind the static part. */
export function makeHandle(maxByteLength = 2 ** 26): MemoryHandle {
  const format = { maxThreads: 1, maxMetrics: 4, quarantine: 0 };
  const handle = makeMemory(format, maxByteLength);
  new Arena(handle).allocate(METRIC_BYTES);
  return handle;
}

/** Index in `i32` of the metric's control block. */
function controlWord({ buffer }: MemoryHandle): number {
  return new Int32Array(buffer)[H_STATIC_BYTES] / 4;
}

/** The table as another thread has it. */
export function makeTable(handle: MemoryHandle, shift = MANY_SHIFT): BucketTable {
  const directory = controlWord(handle);
  return new BucketTable(new Arena(handle), { name: "test", directory, shift, labelled: true });
}

/** Table, log, index and labelled buckets as another thread has them. */
export function makeBuckets(
  handle: MemoryHandle,
  { names = ["a"], maxSeries = 2000, maxLabelLength = 1024 }: {
    names?: string[];
    maxSeries?: number;
    maxLabelLength?: number;
  } = {},
): { table: BucketTable; log: LabelLog; index: LabelIndex; buckets: LabelledBuckets } {
  const table = makeTable(handle);
  const log = new LabelLog(table, {
    metric: 0,
    ring: controlWord(handle) + M_LOG_RING,
    end: controlWord(handle) + M_LOG_END,
  });
  const index = new LabelIndex(table, log, names);
  const options = { table, log, index, metric: 0, maxSeries, maxLabelLength };
  return { table, log, index, buckets: new LabelledBuckets(options) };
}
