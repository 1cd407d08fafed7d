/**
 * One thread's attachment to the shared memory: the objects through which it reads, writes and
 * manages the statistics.
 *
 * @module
 */
import { Arena, needing } from "./memory/arena.ts";
import { DefinitionLog } from "./memory/definition_log.ts";
import { directoryOffset, type Format, makeMemory } from "./memory/header.ts";
import { LAYOUT_VERSION } from "./memory/layout.ts";
import { MetricCatalogue, type Metrics } from "./metrics/metric_catalogue.ts";
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
import { LastTurns } from "./threads/last_turns.ts";
import { SlotDirectory } from "./threads/slot_directory.ts";

/** One thread's objects for one shared memory. They hold no state that other threads need. */
export interface MemoryParts {
  /** For other threads: without the seat. */
  readonly handle: ThreadStatsHandle;
  /** The seat in the handle that this thread was given. */
  readonly seat: SeatTicket | undefined;
  /** Allocation and views. */
  readonly arena: Arena;
  /** The thread slots. */
  readonly slots: SlotDirectory;
  /** When the event loops of observed threads turned last. */
  readonly turns: LastTurns;
  /** The cells of all threads. */
  readonly cells: CellSegments;
  /** All metrics of the memory. */
  readonly catalogue: MetricCatalogue;
}

/** The same, with the metrics of one schema. */
export interface Attachment extends MemoryParts {
  /** The schema. */
  readonly schema: Schema;
  /** Its metrics by name. */
  readonly metrics: Metrics;
}

/**
 * Makes a shared memory with the metrics of a schema, and attaches to it. One thread does this.
 *
 * @param reserve What reserves the memory, if not the engine.
 */
export function createAttachment(
  action: string,
  schema: Schema,
  options: Required<ThreadStatsOptions>,
  reserve?: Parameters<typeof makeMemory>[2],
): Attachment {
  const { maxThreads, maxMetrics, maxByteLength, quarantineSeconds: quarantine } = options;
  const format = { maxThreads, maxMetrics, quarantine };
  const handle = { threadStats: LAYOUT_VERSION, ...makeMemory(format, maxByteLength, reserve) };
  return extendAttachment(action, partsOf(handle, format), schema);
}

/**
 * Attaches to the memory of a handle, which has the metrics of the schema. Any thread.
 *
 * @throws {TypeError} When the memory lacks a metric of the schema, its definitions are damaged, or
 * the handle's seat is none.
 */
export function openAttachment(
  action: string,
  schema: Schema,
  opened: OpenedHandle,
): Attachment {
  const parts = openParts(action, opened);
  return { ...parts, schema, metrics: parts.catalogue.select(action, schema) };
}

/**
 * Defines the metrics of a schema that the memory lacks. Any thread.
 *
 * @throws {TypeError} When the memory has one of them with another definition, or another metric
 * has one of their names outside.
 * @throws {RangeError} When there are too many metrics, or the arena is full.
 */
export function extendAttachment(action: string, parts: MemoryParts, schema: Schema): Attachment {
  const metrics = needing(action, () => parts.catalogue.extend(action, schema));
  const { handle, seat, arena, slots, turns, cells, catalogue } = parts;
  return { handle, seat, arena, slots, turns, cells, catalogue, schema, metrics };
}

/**
 * Attaches to the memory of a handle, whatever its metrics are. Any thread.
 *
 * @throws {TypeError} When the handle's seat is none.
 */
export function openParts(action: string, { given, format }: OpenedHandle): MemoryParts {
  const { maxThreads } = format;
  const seat = given.seat === undefined ? undefined : checkTicket(action, given.seat, maxThreads);
  return partsOf({ ...given, seat }, format);
}

function partsOf({ seat, ...shared }: ThreadStatsHandle, format: Format): MemoryParts {
  const { maxThreads, maxMetrics, quarantine } = format;
  const arena = new Arena(shared);
  const slots = new SlotDirectory(arena, maxThreads, quarantine);
  const cells = new CellSegments(arena, slots);
  const log = new DefinitionLog(arena, directoryOffset(maxThreads), maxMetrics);
  const catalogue = new MetricCatalogue({ arena, slots, cells }, log);
  const turns = new LastTurns(arena, slots);
  return { handle: makeHandle(shared), seat, arena, slots, turns, cells, catalogue };
}
