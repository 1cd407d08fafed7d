/**
 * The header: creates the shared memory, and checks memory that came from another thread.
 *
 * The header is written once, by plain stores, before `H_MAGIC` is stored (SeqCst). A thread that
 * attaches loads `H_MAGIC` first (SeqCst) and the rest afterwards, so it sees a complete header.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
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

/** What determines the static part of the memory. */
export interface Format {
  /** Number of thread slots. */
  maxThreads: number;
  /** How long a revoked slot stays unused, in seconds. */
  quarantine: number;
  /** The schema as JSON. */
  description: string;
  /** For each metric, whether it has labels and so a label log. */
  labelled: readonly boolean[];
}

/** Byte offset of the control block of the metric numbered `metric`. */
export function controlOffset(maxThreads: number, metric: number): number {
  return SLOTS_OFFSET + maxThreads * SLOT_BYTES + metric * METRIC_BYTES;
}

/** Byte offset of each metric's label log, 0 if it has none, and of the end of the last log. */
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

/** Maximum size of the schema's text in bytes: every thread that attaches decodes it. */
const MAX_SCHEMA_BYTES = 2 ** 24;
/** Maximum number of thread slots. */
export const MAX_THREADS = 65536;

/**
 * Creates the memory and writes its header. Runs in one thread, before any other knows the memory.
 *
 * @throws {RangeError} When the static part exceeds `maxByteLength`, the schema's text is too long,
 * or the system does not grant the memory.
 */
export function makeMemory(format: Format, maxByteLength: number): MemoryHandle {
  const text = new TextEncoder().encode(format.description);
  const { end } = logOffsets(format);
  const staticBytes = roundUp(end + text.length, LINE_PAIR);
  if (text.length > MAX_SCHEMA_BYTES) {
    throw new RangeError(
      cannot(
        "create the shared memory",
        `the schema's text must have at most ${MAX_SCHEMA_BYTES} bytes`,
        got(`${text.length}`),
      ),
    );
  }
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
 * Reads the header, and checks everything in it that later reads rely on. Any thread.
 *
 * @throws {TypeError} When this library did not create the memory, or the memory is truncated or
 * has another layout version.
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
  // SeqCst; pairs with the compare-exchange in `Arena`. The memory grows before a block of it is
  // allocated. So a length that is asked after this load covers every allocated block.
  const bump = (Atomics.load(i32, H_BUMP) >>> 0) * LINE;
  const used = Math.max(staticBytes, bump);
  const { byteLength } = openMemory(action, handle);
  if (used > byteLength) {
    const bytes = got(`${byteLength} bytes of ${used}`);
    throw new TypeError(cannot(action, "its memory must be whole", bytes));
  }
  const maxThreads = i32[H_MAX_THREADS];
  if (
    start < controlOffset(maxThreads, 0) || length < 0 || length > MAX_SCHEMA_BYTES ||
    start + length > staticBytes || maxThreads < 1 || maxThreads > MAX_THREADS ||
    bump < staticBytes
  ) {
    throw new TypeError(cannot(action, "its header must be intact", got("a damaged one")));
  }
  const description = new TextDecoder().decode(new Uint8Array(buffer, start, length).slice());
  const quarantine = i32[H_QUARANTINE];
  return { maxThreads, quarantine, description, labelled: [], schemaOffset: start };
}
