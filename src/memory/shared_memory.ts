/**
 * The memory itself, as it goes from thread to thread, and how it grows.
 *
 * It is a shared `WebAssembly.Memory` where there is WebAssembly, else a growable `SharedArrayBuffer`. Both are address space
 * that the system fills as it is touched. The difference is what JavaScriptCore makes of the buffer: that of a
 * `WebAssembly.Memory` has a length that never changes (who needs more takes a new buffer over the same bytes), and an access to
 * it is one instruction; an access to a growable one asks for its length each time. ns per `add()` of a
 * counter under Bun 1.4, growable and not: 4.3 and 0.6; V8 knows no difference.
 *
 * Assumptions: whoever learns of bytes behind a buffer's end learns of them from a thread that has seen the memory grow.
 *
 * Guarantees: memory never shrinks; a buffer that was taken stays valid.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";

/** Bytes of a WebAssembly page, the unit in which such memory grows. */
const PAGE = 65536;
/** The most pages that a `WebAssembly.Memory` can have: 4 GiB. */
const MOST_PAGES = 65536;

/** What has to reach another thread, so that it sees the same memory. */
export interface MemoryHandle {
  /** The memory, as long as it was when the handle was made. */
  readonly buffer: SharedArrayBuffer;
  /** What gives longer buffers when the memory has grown; without it `buffer` itself grows. */
  readonly memory?: WebAssembly.Memory;
}

/**
 * Whether something is a `SharedArrayBuffer`, of whichever realm: test runners run a program in a
 * realm of its own, where what comes by a message is no `instanceof`. The getter works on such
 * buffers alone, whatever they say of themselves.
 */
function isSharedBuffer(value: unknown): value is SharedArrayBuffer {
  return getOf(SharedArrayBuffer.prototype, "byteLength", value) !== undefined;
}

/** The buffer of a `WebAssembly.Memory`, of whichever realm; `undefined` of what is none. */
function bufferOf(memory: unknown): unknown {
  return typeof WebAssembly === "object"
    ? getOf(WebAssembly.Memory.prototype, "buffer", memory)
    : undefined;
}

/** What a prototype's getter gives for a value; `undefined` when that is not of its kind. */
function getOf(prototype: object, name: string, value: unknown): unknown {
  try {
    return Object.getOwnPropertyDescriptor(prototype, name)?.get?.call(value);
  } catch {
    return undefined;
  }
}

/** One thread's way to the memory. Any thread. */
export class SharedMemory {
  /** The memory, as long as this thread has last seen it. */
  buffer: SharedArrayBuffer;
  readonly #memory: WebAssembly.Memory | undefined;

  constructor({ buffer, memory }: MemoryHandle) {
    this.buffer = buffer;
    this.#memory = memory;
    this.refresh();
  }

  /** Takes notice of what other threads have grown the memory to. */
  refresh(): SharedArrayBuffer {
    if (this.#memory !== undefined) {
      // V8 tells the others by an interrupt, which this thread may not have come to yet: growing by nothing asks for the truth.
      this.#memory.grow(0);
      this.buffer = this.#memory.buffer as unknown as SharedArrayBuffer;
    }
    return this.buffer;
  }

  /**
   * Makes the memory at least `bytes` long.
   *
   * @throws {RangeError} When the system or the memory's own limit does not allow it; or when another thread has grown it
   * further meanwhile.
   */
  growTo(bytes: number): void {
    if (this.#memory === undefined) {
      this.buffer.grow(bytes);
    } else {
      const missing = Math.ceil((bytes - this.buffer.byteLength) / PAGE);
      // Relative: when two threads do it at once, the memory grows for both of them.
      if (missing > 0) this.#memory.grow(missing);
      this.refresh();
    }
  }
}

/**
 * Reserves memory.
 *
 * @throws {RangeError} When the system does not grant it.
 */
export function reserveMemory(byteLength: number, maxByteLength: number): MemoryHandle {
  try {
    const maximum = Math.ceil(maxByteLength / PAGE);
    if (maximum <= MOST_PAGES && typeof WebAssembly === "object") {
      const initial = Math.ceil(byteLength / PAGE);
      const memory = new WebAssembly.Memory({ initial, maximum, shared: true });
      return { buffer: memory.buffer as unknown as SharedArrayBuffer, memory };
    }
    return { buffer: new SharedArrayBuffer(byteLength, { maxByteLength }) };
  } catch (cause) {
    const text = cannot(
      "create the shared memory",
      "the system must grant maxByteLength",
      maxByteLength,
    );
    throw new RangeError(text, { cause });
  }
}

/**
 * Checks that a handle holds memory, and gives the longest buffer over it that there is.
 *
 * @throws {TypeError} When it holds none, or a part of it.
 */
export function openMemory(action: string, { buffer, memory }: MemoryHandle): SharedArrayBuffer {
  if (!isSharedBuffer(buffer)) {
    throw new TypeError(cannot(action, "it must hold a SharedArrayBuffer", buffer));
  }
  if (memory === undefined) return buffer;
  if (!isSharedBuffer(bufferOf(memory))) {
    throw new TypeError(cannot(action, "its memory must be shared", memory));
  }
  if (buffer.byteLength % PAGE !== 0) {
    throw new TypeError(
      cannot(action, "its memory must be whole", got(`${buffer.byteLength} bytes`)),
    );
  }
  return new SharedMemory({ buffer, memory }).buffer;
}
