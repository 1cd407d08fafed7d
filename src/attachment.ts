/**
 * One thread's attachment to the shared memory: the objects through which it reads, writes and
 * manages the statistics.
 *
 * @module
 */
import { cannot, got } from "./base/errors.ts";
import { Arena, needing } from "./memory/arena.ts";
import { controlOffset, logOffsets, makeMemory } from "./memory/header.ts";
import { LAYOUT_VERSION } from "./memory/layout.ts";
import { Metric, shapeOf } from "./metrics/metric.ts";
import { firstDifference } from "./schema/description.ts";
import type { Schema } from "./schema/schema.ts";
import type { ThreadStatsOptions } from "./thread_stats_options.ts";
import { CellSegments } from "./threads/cell_segments.ts";
import {
  checkTicket,
  makeHandle,
  type OpenedHandle,
  type SeatTicket,
  type ThreadStatsHandle,
} from "./threads/handle.ts";
import { SlotDirectory } from "./threads/slot_directory.ts";

/** One thread's objects for one shared memory. They hold no state that other threads need. */
export interface Attachment {
  /** The schema of the memory. */
  readonly schema: Schema;
  /** For other threads: without the seat. */
  readonly handle: ThreadStatsHandle;
  /** The seat in the handle that this thread was given. */
  readonly seat: SeatTicket | undefined;
  /** Allocation and views. */
  readonly arena: Arena;
  /** The thread slots. */
  readonly slots: SlotDirectory;
  /** The cells of all threads. */
  readonly cells: CellSegments;
  /** All metrics by name. */
  readonly metrics: ReadonlyMap<string, Metric>;
}

/** Makes a shared memory, and attaches to it. One thread does this. */
export function createAttachment(
  action: string,
  schema: Schema,
  options: Required<ThreadStatsOptions>,
): Attachment {
  const { maxThreads, maxByteLength, quarantineSeconds: quarantine } = options;
  const { description } = schema;
  const format = { maxThreads, quarantine, description, labelled: labelledOf(schema) };
  const handle = { threadStats: LAYOUT_VERSION, ...makeMemory(format, maxByteLength) };
  const attachment = attach(schema, handle, format);
  needing(action, () => attachment.metrics.forEach((metric) => metric.initialize()));
  return attachment;
}

/**
 * Attaches to the memory of a handle. Any thread.
 *
 * @throws {TypeError} When the memory has another schema, its header is damaged, or the handle's
 * seat is none.
 */
export function openAttachment(
  action: string,
  schema: Schema,
  { given, format }: OpenedHandle,
): Attachment {
  if (format.description !== schema.description) {
    const difference = got(firstDifference(schema.description, format.description));
    throw new TypeError(
      cannot(action, "the schema must be the one that the memory was made with", difference),
    );
  }
  const { maxThreads } = format;
  // The schema's text is stored behind the parts whose size it and the number of threads determine.
  const { end } = logOffsets({ maxThreads, labelled: labelledOf(schema) });
  if (end !== format.schemaOffset) {
    throw new TypeError(cannot(action, "its header must be intact", got("a damaged one")));
  }
  const seat = given.seat === undefined ? undefined : checkTicket(action, given.seat, maxThreads);
  return attach(schema, { ...given, seat }, format);
}

function attach(
  schema: Schema,
  { seat, ...shared }: ThreadStatsHandle,
  { maxThreads, quarantine }: { readonly maxThreads: number; readonly quarantine: number },
): Attachment {
  const entries = Object.entries(schema.metrics);
  const arena = new Arena(shared);
  const slots = new SlotDirectory(arena, maxThreads, quarantine);
  const shapes = entries.map(([, definition]) => shapeOf(definition));
  const cells = new CellSegments(arena, slots, shapes);
  const { logs } = logOffsets({ maxThreads, labelled: labelledOf(schema) });
  const metrics = new Map(entries.map(([name, definition], metric) => {
    const place = { name, metric, control: controlOffset(maxThreads, metric), log: logs[metric] };
    return [name, new Metric(definition, place, { arena, slots, cells })];
  }));
  return { schema, handle: makeHandle(shared), seat, arena, slots, cells, metrics };
}

/** Whether each metric has labels. */
function labelledOf(schema: Schema): boolean[] {
  return Object.values(schema.metrics).map((definition) => definition.labels.length > 0);
}
