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
  H_MAX_METRICS,
  H_MAX_THREADS,
  H_QUARANTINE,
  H_STARTED,
  H_STATIC_BYTES,
  H_VERSION,
  LAYOUT_VERSION,
  LINE,
  LINE_PAIR,
  MAGIC,
  roundUp,
  SLOT_BYTES,
  SLOTS_OFFSET,
} from "./layout.ts";
import { bufferOf, type MemoryHandle, openMemory, reserveMemory } from "./shared_memory.ts";

/** What determines the static part of the memory. */
export interface Format {
  /** Number of thread slots. */
  maxThreads: number;
  /** Number of entries of the metric directory. */
  maxMetrics: number;
  /** How long a revoked slot stays unused, in seconds. */
  quarantine: number;
}

/** Maximum number of thread slots. */
export const MAX_THREADS = 65536;
/** Maximum number of metrics. */
export const MAX_METRICS = 65536;

/** Byte offset of the metric directory, which follows the thread slots. */
export function directoryOffset(maxThreads: number): number {
  return SLOTS_OFFSET + maxThreads * SLOT_BYTES;
}

/** Size of the static part in bytes. */
function staticBytesOf({ maxThreads, maxMetrics }: Format): number {
  return roundUp(directoryOffset(maxThreads) + maxMetrics * 4, LINE_PAIR);
}

/**
 * Creates the memory and writes its header. Runs in one thread, before any other knows the memory.
 * No metric is defined in it.
 *
 * @param reserve Reserves memory of a length that can grow to another one; it is zero.
 * @throws {RangeError} When the static part exceeds `maxByteLength`, or the system does not grant
 * the memory.
 */
export function makeMemory(
  format: Format,
  maxByteLength: number,
  reserve: typeof reserveMemory = reserveMemory,
): MemoryHandle {
  const staticBytes = staticBytesOf(format);
  if (staticBytes > maxByteLength) {
    throw new RangeError(
      cannot(
        "create the shared memory",
        `${format.maxThreads} threads (maxThreads) and ${format.maxMetrics} metrics ` +
          `(maxMetrics) need ${staticBytes} bytes (maxByteLength)`,
        maxByteLength,
      ),
    );
  }
  const handle = reserve(staticBytes, maxByteLength);
  const buffer = bufferOf(handle);
  const i32 = new Int32Array(buffer, 0, staticBytes / 4);
  i32[H_MAX_THREADS] = format.maxThreads;
  i32[H_MAX_METRICS] = format.maxMetrics;
  i32[H_QUARANTINE] = format.quarantine;
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
export function readFormat(handle: MemoryHandle, action = "attach to the handle"): Format {
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
  // SeqCst; pairs with the compare-exchange in `Arena`. The memory grows before a block of it is
  // allocated. So a length that is asked after this load covers every allocated block.
  const bump = (Atomics.load(i32, H_BUMP) >>> 0) * LINE;
  const used = Math.max(staticBytes, bump);
  const { byteLength } = openMemory(action, handle);
  if (used > byteLength) {
    const bytes = got(`${byteLength} bytes of ${used}`);
    throw new TypeError(cannot(action, "its memory must be whole", bytes));
  }
  const format = {
    maxThreads: i32[H_MAX_THREADS],
    maxMetrics: i32[H_MAX_METRICS],
    quarantine: i32[H_QUARANTINE],
  };
  const { maxThreads, maxMetrics } = format;
  if (
    maxThreads < 1 || maxThreads > MAX_THREADS || maxMetrics < 1 || maxMetrics > MAX_METRICS ||
    staticBytes !== staticBytesOf(format) || bump < staticBytes
  ) {
    throw new TypeError(cannot(action, "its header must be intact", got("a damaged one")));
  }
  return format;
}
