/**
 * What goes from thread to thread.
 *
 * @module
 */

import { inspectable } from "../base/inspectable.ts";
import type { MemoryHandle } from "../memory/shared_memory.ts";

/** Which tenure of which slot a seat's handle is for. */
export interface SeatTicket {
  /** Number of the slot. */
  readonly slot: number;
  /** Names the tenure. */
  readonly control: number;
}

/** What goes to other threads by `postMessage`, `workerData` or `BroadcastChannel`. */
export interface ThreadStatsHandle extends MemoryHandle {
  /** The layout of the memory. */
  readonly threadStats: number;
  /** The reserved slot, in the handle of a `Seat`. */
  readonly seat?: SeatTicket;
}

/** Freezes a handle, and makes it show no memory. A copy that came by a message shows it. */
export function makeHandle(handle: ThreadStatsHandle): ThreadStatsHandle {
  inspectable(handle, {
    type: "ThreadStatsHandle",
    facts: ({ threadStats, seat, buffer }) => ({
      threadStats,
      ...seat !== undefined && { seat: { ...seat } },
      byteLength: buffer.byteLength,
    }),
  });
  return Object.freeze(handle);
}
