/**
 * Handles: what a thread sends to others so that they can attach, and the checks of what arrives.
 *
 * @module
 */

import { cannot } from "../base/errors.ts";
import { inspectable } from "../base/inspectable.ts";
import { takeOwn } from "../base/options.ts";
import { isPlain } from "../base/shapes.ts";
import { readFormat } from "../memory/header.ts";
import { LAYOUT_VERSION } from "../memory/layout.ts";
import { plainBufferOf } from "../memory/plain_buffers.ts";
import type { MemoryHandle } from "../memory/shared_memory.ts";
import { isActive } from "./control_word.ts";

/** Identifies the tenure that a seat's handle is for. */
export interface SeatTicket {
  /** Number of the slot. */
  readonly slot: number;
  /** The slot's control word in that tenure, which names the tenure. */
  readonly control: number;
}

/** Send it to other threads by `postMessage`, `workerData` or `BroadcastChannel`. */
export interface ThreadStatsHandle extends MemoryHandle {
  /** The version of the memory's layout. */
  readonly threadStats: number;
  /** The reserved slot, in the handle of a `Seat`. */
  readonly seat?: SeatTicket;
}

/** A handle that was checked. */
export interface OpenedHandle {
  /** A copy of the handle. */
  readonly given: ThreadStatsHandle;
  /** The header of its memory. */
  readonly format: ReturnType<typeof readFormat>;
}

/**
 * Freezes a handle, and hides the memory from `console.log` and `JSON.stringify`. A copy that
 * arrived in a message does not hide it.
 */
export function makeHandle(handle: ThreadStatsHandle): ThreadStatsHandle {
  inspectable(handle, {
    type: "ThreadStatsHandle",
    facts: ({ threadStats, seat, buffer, file }) => ({
      threadStats,
      ...seat !== undefined && { seat: { ...seat } },
      byteLength: (buffer ?? plainBufferOf(file))?.byteLength,
    }),
  });
  return Object.freeze(handle);
}

/**
 * Checks a handle, and reads the header of its memory. Reads each property once.
 *
 * @throws {TypeError} When it is no handle, is of another layout, or its memory is damaged.
 */
export function openHandle(action: string, handle: ThreadStatsHandle): OpenedHandle {
  const given = isPlain(handle)
    ? takeOwn<ThreadStatsHandle>(handle, ["threadStats", "buffer", "memory", "file", "seat"])
    : undefined;
  if (typeof given?.threadStats !== "number") {
    throw new TypeError(cannot(action, "it must be the handle of a ThreadStats", handle));
  }
  if (given.threadStats !== LAYOUT_VERSION) {
    throw new TypeError(cannot(action, `its layout must be ${LAYOUT_VERSION}`, given.threadStats));
  }
  return { given, format: readFormat(given, action) };
}

/**
 * Checks and copies the seat of a handle. A copy, so that the sender cannot change it afterwards.
 *
 * @throws {TypeError} When it is no seat of this memory.
 */
export function checkTicket(action: string, seat: SeatTicket, maxThreads: number): SeatTicket {
  const { slot, control }: Partial<SeatTicket> = isPlain(seat)
    ? takeOwn(seat, ["slot", "control"])
    : {};
  const isSlot = isInt32(slot) && slot >= 0 && slot < maxThreads;
  if (!isSlot || !isInt32(control) || !isActive(control)) {
    throw new TypeError(cannot(action, "its seat must come from reserveThread", seat));
  }
  return { slot, control };
}

function isInt32(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value;
}
