/**
 * The arena: bump allocation in the shared memory, and the views through which everybody looks at it.
 *
 * Assumptions: fresh memory is zero; every thread that learns of an offset in a grown part sees that the memory has grown.
 *
 * Guarantees: no byte is given out twice; nothing that was given out moves or goes away; an allocation
 * that fails changes nothing.
 *
 * Progress: `allocate` is lock-free (a failed compare-exchange means that another thread got memory). A
 * thread killed between taking a block and publishing it loses that block, and nothing else.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { H_BUMP, H_MAX_BYTES, LINE, LINE_PAIR, roundUp } from "./layout.ts";
import { type MemoryHandle, SharedMemory } from "./shared_memory.ts";

/** Memory grows by at least this many bytes at a time, so that few threads see it grow. */
const GROWTH = 256 * 1024;

/**
 * Fixed-length views of one and the same stretch of memory, from byte 0 on. V8 needs 30-40 ns for an access through a
 * length-tracking view and 1-2 ns through a fixed-length one, so when the memory has grown, new views are made.
 */
export interface Views {
  /** Signed 32-bit words: everything that `Atomics` touches. */
  readonly i32: Int32Array<SharedArrayBuffer>;
  /** The same words unsigned. */
  readonly u32: Uint32Array<SharedArrayBuffer>;
  /** UTF-16 code units. */
  readonly u16: Uint16Array<SharedArrayBuffer>;
  /** Doubles: cells and fields. */
  readonly f64: Float64Array<SharedArrayBuffer>;
  /** 64-bit words: tagged references. */
  readonly u64: BigUint64Array<SharedArrayBuffer>;
}

/** One thread's view of the shared memory. Disposable: all state is in the memory itself. */
export class Arena {
  /** The most bytes that it may give out. */
  readonly maxByteLength: number;
  readonly #memory: SharedMemory;
  #views: Views;
  #covered: number;

  constructor(handle: MemoryHandle) {
    this.#memory = new SharedMemory(handle);
    const { buffer } = this.#memory;
    this.#covered = buffer.byteLength;
    this.#views = viewsOf(buffer);
    this.maxByteLength = this.#views.f64[H_MAX_BYTES];
  }

  /** Bytes of the memory, as far as this thread has seen it grow. Any thread. */
  get byteLength(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Views that reach at least to byte `end`. Any thread. */
  views(end = 0): Views {
    if (end > this.#covered) {
      const buffer = this.#memory.refresh();
      this.#covered = buffer.byteLength;
      this.#views = viewsOf(buffer);
    }
    return this.#views;
  }

  /** Bytes given out so far, with the static part. Any thread. */
  get bytesUsed(): number {
    return (Atomics.load(this.#views.i32, H_BUMP) >>> 0) * LINE;
  }

  /**
   * Takes zeroed memory for good, and returns its byte offset. Any thread; lock-free.
   *
   * @param bytes How many.
   * @param apart Whether the block needs lines of its own pair, because one thread writes it often.
   * @throws {RangeError} When the arena is full; nothing has changed then.
   */
  allocate(bytes: number, apart = true): number {
    const unit = apart ? LINE_PAIR : LINE;
    const { i32 } = this.#views;
    for (;;) {
      // SeqCst; pairs with the compare-exchange of every other allocator: without it two would get the same lines.
      const bump = Atomics.load(i32, H_BUMP);
      const start = roundUp((bump >>> 0) * LINE, unit);
      const end = start + roundUp(bytes, unit);
      if (end > this.maxByteLength) this.#full(bytes);
      // The memory grows first, so that a refusal by the system leaves nothing behind.
      this.#reach(end, bytes);
      if (Atomics.compareExchange(i32, H_BUMP, bump, end / LINE) === bump) return start;
    }
  }

  /** Gives back a block that nobody else has seen and that is still zero; keeps it if others have allocated since. */
  release(offset: number, bytes: number): void {
    const end = offset + roundUp(bytes, LINE_PAIR);
    Atomics.compareExchange(this.#views.i32, H_BUMP, end / LINE, offset / LINE);
  }

  /** Makes the memory at least `end` bytes long. Two threads may try at once: both are content with the longer one. */
  #reach(end: number, bytes: number): void {
    const memory = this.#memory;
    while (memory.buffer.byteLength < end && memory.refresh().byteLength < end) {
      const wanted = roundUp(Math.max(end, memory.buffer.byteLength * 1.25), GROWTH);
      try {
        memory.growTo(Math.min(wanted, this.maxByteLength));
      } catch {
        // Either another thread has grown it further (then the loop ends), or the system has no memory.
        if (memory.refresh().byteLength < end) this.#full(bytes);
      }
    }
  }

  #full(bytes: number): never {
    const most = this.maxByteLength;
    const found = got(`an arena with ${this.bytesUsed} in use`);
    const error = new RangeError(
      cannot(`allocate ${bytes} bytes`, `at most ${most} bytes (maxByteLength) in all`, found),
    );
    const required = `it must allocate ${bytes} bytes, at most ${most} (maxByteLength) in all`;
    refusals.set(error, (action) => cannot(action, required, found));
    throw error;
  }
}

/** The errors of full arenas, and what they are called by who needed the memory. */
const refusals = new WeakMap<object, (action: string) => string>();

/**
 * Does something that may need memory.
 *
 * @param action What the caller of the library does.
 * @throws {RangeError} When there is no room: that says what the caller did, and not which part of
 * the library found none.
 */
export function needing<Result>(action: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const textFor = refusals.get(Object(error));
    throw textFor === undefined ? error : new RangeError(textFor(action), { cause: error });
  }
}

function viewsOf(buffer: SharedArrayBuffer): Views {
  const bytes = Math.floor(buffer.byteLength / 8) * 8;
  return {
    i32: new Int32Array(buffer, 0, bytes / 4),
    u32: new Uint32Array(buffer, 0, bytes / 4),
    u16: new Uint16Array(buffer, 0, bytes / 2),
    f64: new Float64Array(buffer, 0, bytes / 8),
    u64: new BigUint64Array(buffer, 0, bytes / 8),
  };
}
