/**
 * The arena: bump allocation in the shared memory, pieces of it that are lent and come back
 * (`extents.ts`), and the views through which everybody looks at it.
 *
 * Assumptions: fresh memory is zero; every thread that learns of an offset in a grown part sees that the memory has grown.
 *
 * Guarantees: no byte is given out twice; nothing that was given out moves, and only what was lent
 * goes away; an allocation that fails changes nothing. Pieces that came back are lent again first,
 * and when nothing else is left they are given out for good.
 *
 * Progress: `allocate` is lock-free (a failed compare-exchange means that another thread got memory). A
 * thread killed between taking a block and publishing it loses that block, and nothing else.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { Extents } from "./extents.ts";
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
  readonly #extents: Extents;
  #views: Views;
  #covered: number;

  constructor(handle: MemoryHandle) {
    this.#memory = new SharedMemory(handle);
    const { buffer } = this.#memory;
    this.#covered = buffer.byteLength;
    this.#views = viewsOf(buffer);
    this.maxByteLength = this.#views.f64[H_MAX_BYTES];
    this.#extents = new Extents({
      words: (end) => this.views(end).i32,
      allocate: (bytes) => this.#obtain(bytes, LINE_PAIR),
    });
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
    const start = this.#obtain(bytes, apart ? LINE_PAIR : LINE);
    return start < 0 ? this.#full(bytes) : start;
  }

  /**
   * Gives back a block that nobody else has seen and that is still zero. It is lost if others have
   * allocated since and no piece beside it was ever lent.
   */
  release(offset: number, bytes: number): void {
    const length = roundUp(bytes, LINE_PAIR);
    const end = (offset + length) / LINE;
    if (Atomics.compareExchange(this.#views.i32, H_BUMP, end, offset / LINE) === end) return;
    const [first, lines] = [offset / LINE, length / LINE];
    if (this.#extents.covers(first, lines)) this.#extents.give(first, lines);
  }

  /**
   * Takes memory that will be given back, and returns its byte offset. Its content is undefined.
   * Any thread; lock-free.
   *
   * @throws {RangeError} When the arena is full.
   */
  borrow(bytes: number): number {
    const lines = Math.ceil(bytes / LINE);
    const first = this.#extents.take(lines, false);
    if (first >= 0) return first * LINE;
    // The maps first: without them the memory could not be given back.
    const start = this.#bump(
      lines * LINE,
      LINE,
      (start) => this.#extents.cover(start / LINE, lines),
    );
    return start < 0 ? this.#full(bytes) : start;
  }

  /** Gives memory back. Any thread, but only who took it out of use. */
  giveBack(start: number, bytes: number): void {
    this.#extents.give(start / LINE, Math.ceil(bytes / LINE));
  }

  /**
   * Zeroed memory for good: fresh, or when there is none, some that came back. -1 when there is
   * none of either.
   */
  #obtain(bytes: number, unit: number): number {
    const start = this.#bump(bytes, unit);
    if (start >= 0) return start;
    const length = roundUp(bytes, unit);
    const first = this.#extents.take(length / LINE, unit === LINE_PAIR);
    if (first < 0) return -1;
    const { i32 } = this.views(first * LINE + length);
    const word = first * LINE / 4;
    for (let n = 0; n < length / 4; n++) i32[word + n] = 0;
    return first * LINE;
  }

  /** Takes fresh memory, after `prepare` has agreed; -1 when there is no more. */
  #bump(bytes: number, unit: number, prepare?: (start: number) => boolean): number {
    const { i32 } = this.#views;
    for (;;) {
      // SeqCst; pairs with the compare-exchange of every other allocator: without it two would get the same lines.
      const bump = Atomics.load(i32, H_BUMP);
      const start = roundUp((bump >>> 0) * LINE, unit);
      const end = start + roundUp(bytes, unit);
      // The memory grows first, so that a refusal by the system leaves nothing behind.
      if (end > this.maxByteLength || !this.#reach(end)) return -1;
      if (prepare !== undefined && !prepare(start)) return -1;
      if (Atomics.compareExchange(i32, H_BUMP, bump, end / LINE) === bump) return start;
    }
  }

  /**
   * Makes the memory at least `end` bytes long, and longer where the system allows it. False when
   * it does not allow this much.
   */
  #reach(end: number): boolean {
    const memory = this.#memory;
    if (memory.buffer.byteLength >= end || memory.refresh().byteLength >= end) return true;
    const wanted = roundUp(Math.max(end, memory.buffer.byteLength * 1.25), GROWTH);
    for (const length of [Math.min(wanted, this.maxByteLength), end]) {
      try {
        memory.growTo(length);
        return true;
      } catch {
        // So much more is not to be had; perhaps what is needed is.
      }
    }
    return memory.refresh().byteLength >= end;
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
