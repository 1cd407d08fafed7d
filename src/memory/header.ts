/**
 * Making the shared memory, and telling whether some memory is ours.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { Arena, Views } from "./arena.ts";
import {
  H_BUMP,
  H_MAGIC,
  H_MAX_BYTES,
  H_MAX_THREADS,
  H_QUARANTINE,
  H_SCHEMA_BYTES,
  H_SCHEMA_OFFSET,
  H_STARTED,
  H_STATIC_BYTES,
  H_VERSION,
  LAYOUT_VERSION,
  LINE,
  LINE_PAIR,
  LOG_ENTRIES,
  MAGIC,
  METRIC_BYTES,
  roundUp,
  SLOT_BYTES,
  SLOTS_OFFSET,
} from "./layout.ts";
import { type MemoryHandle, openMemory, reserveMemory } from "./shared_memory.ts";

/** What the static part of the memory depends on. */
export interface Format {
  /** The most threads at a time. */
  maxThreads: number;
  /** How long a revoked slot stays unused, in seconds. */
  quarantine: number;
  /** The schema as JSON. */
  description: string;
  /** For each metric, whether it has a label log. */
  labelled: readonly boolean[];
}

/** Byte offset of a metric's control block. */
export function controlOffset(maxThreads: number, metric: number): number {
  return SLOTS_OFFSET + maxThreads * SLOT_BYTES + metric * METRIC_BYTES;
}

/** Byte offset of the label log of each metric that has one, else 0, and of the end of the last one. */
export function logOffsets(
  format: Pick<Format, "maxThreads" | "labelled">,
): { logs: number[]; end: number } {
  let end = controlOffset(format.maxThreads, format.labelled.length);
  const logs = format.labelled.map((labelled) => {
    if (!labelled) return 0;
    const log = end;
    end += LOG_ENTRIES * 8;
    return log;
  });
  return { logs, end };
}

/**
 * Makes the memory.
 *
 * @throws {RangeError} When it needs more than `maxByteLength`.
 */
export function makeMemory(format: Format, maxByteLength: number): MemoryHandle {
  const text = new TextEncoder().encode(format.description);
  const { end } = logOffsets(format);
  const staticBytes = roundUp(end + text.length, LINE_PAIR);
  if (staticBytes > maxByteLength) {
    throw new RangeError(
      cannot(
        "create the shared memory",
        `this schema needs ${staticBytes} bytes (maxByteLength)`,
        maxByteLength,
      ),
    );
  }
  const handle = reserveMemory(staticBytes, maxByteLength);
  const { buffer } = handle;
  const i32 = new Int32Array(buffer, 0, staticBytes / 4);
  new Uint8Array(buffer, end, text.length).set(text);
  i32[H_MAX_THREADS] = format.maxThreads;
  i32[H_QUARANTINE] = format.quarantine;
  i32[H_SCHEMA_OFFSET] = end;
  i32[H_SCHEMA_BYTES] = text.length;
  i32[H_STATIC_BYTES] = staticBytes;
  new Float64Array(buffer, H_MAX_BYTES * 8, 1)[0] = maxByteLength;
  new Float64Array(buffer, H_STARTED * 8, 1)[0] = Date.now();
  i32[H_BUMP] = staticBytes / LINE;
  i32[H_VERSION] = LAYOUT_VERSION;
  Atomics.store(i32, H_MAGIC, MAGIC);
  return handle;
}

/**
 * Reads the static part's format, and checks all of it that later reads rely on.
 *
 * @throws {TypeError} When this is no memory of ours, is cut short, or has a newer layout.
 */
export function readFormat(
  handle: MemoryHandle,
  action = "attach to the handle",
): Format & { schemaOffset: number } {
  const buffer = openMemory(action, handle);
  if (buffer.byteLength < SLOTS_OFFSET) {
    throw new TypeError(
      cannot(action, "its memory must be whole", got(`${buffer.byteLength} bytes`)),
    );
  }
  const i32 = new Int32Array(buffer, 0, SLOTS_OFFSET / 4);
  if (Atomics.load(i32, H_MAGIC) !== MAGIC) {
    throw new TypeError(
      cannot(action, "its memory must come from ThreadStats.create", got("other memory")),
    );
  }
  if (i32[H_VERSION] !== LAYOUT_VERSION) {
    throw new TypeError(cannot(action, `its layout must be ${LAYOUT_VERSION}`, i32[H_VERSION]));
  }
  const staticBytes = i32[H_STATIC_BYTES];
  const start = i32[H_SCHEMA_OFFSET];
  const length = i32[H_SCHEMA_BYTES];
  // Memory grows before it is given out, so what was given out is there.
  const bump = (Atomics.load(i32, H_BUMP) >>> 0) * LINE;
  const used = Math.max(staticBytes, bump);
  if (used > buffer.byteLength) {
    const bytes = got(`${buffer.byteLength} bytes of ${used}`);
    throw new TypeError(cannot(action, "its memory must be whole", bytes));
  }
  const maxThreads = i32[H_MAX_THREADS];
  if (
    start < controlOffset(maxThreads, 0) || length < 0 || start + length > staticBytes ||
    maxThreads < 1 || bump < staticBytes
  ) {
    throw new TypeError(cannot(action, "its header must be intact", got("a damaged one")));
  }
  const description = new TextDecoder().decode(new Uint8Array(buffer, start, length).slice());
  const quarantine = i32[H_QUARANTINE];
  return { maxThreads, quarantine, description, labelled: [], schemaOffset: start };
}

/**
 * Views of a block that the memory refers to: through these no read reaches beyond the memory, whatever stands in it. For the first look at a
 * block only.
 *
 * @throws {TypeError} When the block is not in the memory.
 */
export function blockViews(arena: Arena, start: number, bytes: number): Views {
  const views = arena.views(start + bytes);
  if (start < SLOTS_OFFSET || start + bytes > views.i32.length * 4) throw damaged("a reference");
  return views;
}

/** Says that the memory holds what no thread of ours has written. */
export function damaged(action: string): TypeError {
  return new TypeError(
    cannot("read the shared memory", "it must be intact", got(`${action} that leads nowhere`)),
  );
}
