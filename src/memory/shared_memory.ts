/**
 * The shared memory: how threads pass it on, and how it grows.
 *
 * It is a shared `WebAssembly.Memory` if the runtime has WebAssembly, else a growable
 * `SharedArrayBuffer`; for a file that cannot be laid over these, a plain buffer. The system backs
 * all of them with pages only as they are touched.
 *
 * The first two differ in JavaScriptCore. The buffer of a `WebAssembly.Memory` has a fixed length (after a growth, a new
 * buffer covers the same bytes and more), so an access is one instruction; an access to a growable
 * buffer loads its length each time. In a program with all kinds of metrics an `add()` of a counter
 * takes 4.3-5.4 ns with a growable buffer and 3.9-4.1 ns with a fixed one, an update of a record 18
 * and 9 ns (Bun 1.4). On V8 there is no difference.
 *
 * Assumptions: a thread learns of bytes behind its buffer's end only from a thread that has seen
 * the memory grow.
 *
 * Guarantees: the memory never shrinks, and older buffers stay valid. A growth is refused by the
 * system or by the memory's limit only, never because another thread grew the memory at the same
 * moment.
 *
 * Progress: lock-free; a growth is repeated only after another thread has grown the memory.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { assertIsolated } from "./isolation.ts";
import { H_BUMP, LINE } from "./layout.ts";
import { extendMemoryFile, type MemoryFile } from "./memory_file.ts";
import { plainBufferOf } from "./plain_buffers.ts";

/** Size in bytes of a WebAssembly page, the unit in which such memory grows. */
const PAGE = 65536;
/** Maximum number of pages of a `WebAssembly.Memory`: 4 GiB. */
const MAX_PAGES = 65536;

/**
 * What is used of a `WebAssembly.Memory`. Declarations that name that type itself need the DOM
 * library, as the types of Node do not have it.
 */
export interface GrowableMemory {
  /** The bytes. After a growth, a new buffer covers the same ones and more. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** Grows by so many pages of 64 KiB, and returns how many there were before. */
  grow(pages: number): number;
}

/** A `WebAssembly.Module`, under a name that needs no library of types. */
export type CompiledModule = object;

/** What an instance of a module exports, under such a name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** What another thread needs to access the same memory. */
export interface MemoryHandle {
  /**
   * The memory, with the length that it had when the handle was made. Missing if the memory is a
   * file that could not be laid over shared memory: then each thread opens the file itself.
   */
  readonly buffer: SharedArrayBuffer;
  /** Provides longer buffers after the memory has grown. Without it, `buffer` itself grows. */
  readonly memory?: GrowableMemory;
  /** The file that the buffer shows, if the memory is one. It is as long as the file may become. */
  readonly file?: MemoryFile;
}

/**
 * Whether a value is a `SharedArrayBuffer` of any realm. `instanceof` is not enough: test runners
 * run programs in a realm of their own, and buffers received by messages belong to another one. The
 * getter succeeds for such buffers only, whatever properties an object has.
 */
function isSharedBuffer(value: unknown): value is SharedArrayBuffer {
  return getOf(SharedArrayBuffer.prototype, "byteLength", value) !== undefined;
}

/** The buffer of a `WebAssembly.Memory` of any realm; `undefined` for all other values. */
function memoryBuffer(memory: unknown): unknown {
  return typeof WebAssembly === "object"
    ? getOf(WebAssembly.Memory.prototype, "buffer", memory)
    : undefined;
}

/** What a prototype's getter returns for a value; `undefined` when it throws. */
function getOf(prototype: object, name: string, value: unknown): unknown {
  try {
    return Object.getOwnPropertyDescriptor(prototype, name)?.get?.call(value);
  } catch {
    return undefined;
  }
}

/**
 * The memory of a handle that was checked. A plain buffer counts as a shared one: it is accessed in
 * the same ways.
 */
export function bufferOf({ buffer, file }: MemoryHandle): SharedArrayBuffer {
  return buffer ?? plainBufferOf(file) as unknown as SharedArrayBuffer;
}

/** One thread's access to the memory. Each thread makes its own. */
export class SharedMemory {
  /** The memory, with the length that this thread has last seen. */
  buffer: SharedArrayBuffer;
  readonly #memory: GrowableMemory | undefined;
  readonly #file: MemoryFile | undefined;
  /** How long the file is, as this thread has last seen. */
  #fileBytes = 0;
  readonly #instances = new Map<CompiledModule, ModuleExports | undefined>();

  constructor(handle: MemoryHandle) {
    this.buffer = bufferOf(handle);
    this.#memory = handle.memory;
    this.#file = handle.file;
    this.refresh();
  }

  /** How many bytes of the buffer can be used, as far as this thread knows. Any thread. */
  get byteLength(): number {
    if (this.#file === undefined) return this.buffer.byteLength;
    // What is allocated is in the file.
    const allocated = (Atomics.load(new Int32Array(this.buffer), H_BUMP) >>> 0) * LINE;
    return Math.min(this.buffer.byteLength, Math.max(this.#fileBytes, allocated));
  }

  /** Updates `buffer` after growth by other threads, and returns it. Any thread. */
  refresh(): SharedArrayBuffer {
    if (this.#memory !== undefined && this.#file === undefined) {
      // V8 informs other threads by an interrupt, which this thread may not have handled yet.
      // Growing by 0 pages updates the length at once.
      this.#memory.grow(0);
      this.buffer = this.#memory.buffer as unknown as SharedArrayBuffer;
    }
    return this.buffer;
  }

  /**
   * The exports of a module that imports this memory as `m.m`: one instance in each thread. After
   * `refresh()` they reach as far as `buffer`. `undefined` if the memory is a plain buffer, there
   * is no module, or the program may not use WebAssembly.
   *
   * @param compile Gives the module; always the same one.
   */
  instantiate(compile: () => CompiledModule | undefined): ModuleExports | undefined {
    if (this.#memory === undefined) return undefined;
    const module = compile();
    if (module === undefined) return undefined;
    if (!this.#instances.has(module)) this.#instances.set(module, this.#tryInstance(module));
    return this.#instances.get(module);
  }

  #tryInstance(module: CompiledModule): ModuleExports | undefined {
    try {
      const memory = this.#memory as WebAssembly.Memory;
      return new WebAssembly.Instance(module as WebAssembly.Module, { m: { m: memory } }).exports;
    } catch {
      return undefined;
    }
  }

  /**
   * Makes the memory at least `bytes` long. Any thread.
   *
   * @throws {Error} When the system or the memory's own limit does not allow it.
   */
  growTo(bytes: number): void {
    if (this.#file !== undefined) {
      this.#fileBytes = extendMemoryFile(this.#file, bytes);
      return;
    }
    for (;;) {
      const before = this.refresh().byteLength;
      if (before >= bytes) return;
      try {
        // Two threads may do this at once. A WebAssembly.Memory grows by a difference: it grows for
        // both, or refuses the second growth, which would exceed the limit. A buffer grows to a
        // length: it refuses the second growth if that one is shorter.
        if (this.#memory === undefined) this.buffer.grow(bytes);
        else this.#memory.grow(Math.ceil((bytes - before) / PAGE));
      } catch (error) {
        if (this.refresh().byteLength === before) throw error;
      }
    }
  }
}

/**
 * Creates shared memory of `byteLength` bytes that can grow to `maxByteLength`.
 *
 * @throws {RangeError} When the system does not grant the address space.
 * @throws {Error} In a web page that is not cross-origin isolated.
 */
export function reserveMemory(byteLength: number, maxByteLength: number): MemoryHandle {
  assertIsolated("create the shared memory");
  try {
    const maximum = Math.ceil(maxByteLength / PAGE);
    if (maximum <= MAX_PAGES && typeof WebAssembly === "object") {
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
 * Checks that a handle holds shared memory, or is of a file that this thread shows in a plain
 * buffer, and returns the longest buffer of it. Any thread.
 *
 * @throws {TypeError} When it holds none or a truncated copy, or only another thread shows the file
 * in a plain buffer.
 * @throws {Error} In a web page that is not cross-origin isolated.
 */
export function openMemory(action: string, handle: MemoryHandle): SharedArrayBuffer {
  assertIsolated(action);
  const { buffer, memory, file } = handle;
  if (buffer === undefined && file?.isPlain === true) {
    if (plainBufferOf(file) !== undefined) return bufferOf(handle);
    const required = "each thread must open the file itself (openStats of ./file), because it " +
      "could not be laid over shared memory";
    throw new TypeError(cannot(action, required, got("the handle of another thread")));
  }
  if (!isSharedBuffer(buffer)) {
    throw new TypeError(cannot(action, "it must hold a SharedArrayBuffer", buffer));
  }
  if (memory === undefined) return buffer;
  if (!isSharedBuffer(memoryBuffer(memory))) {
    throw new TypeError(cannot(action, "its memory must be shared", memory));
  }
  if (buffer.byteLength % PAGE !== 0) {
    throw new TypeError(
      cannot(action, "its memory must be whole", got(`${buffer.byteLength} bytes`)),
    );
  }
  return new SharedMemory({ buffer, memory }).buffer;
}
