/**
 * The arena: allocates the shared memory, and gives every thread its views of it.
 *
 * There are two kinds of allocation. `allocate` takes memory for ever; it advances the bump word.
 * `borrow` takes memory that `giveBack` returns later (`extents.ts`).
 *
 * Assumptions: fresh memory is zero. A thread that loads a reference to a grown part of the memory
 * then also sees that the memory has grown.
 *
 * Guarantees: no byte has two holders. Allocated memory never moves; borrowed memory stays until
 * its holder gives it back. A failed allocation changes nothing. `borrow` takes returned memory
 * before fresh memory; `allocate` takes returned memory only when no fresh memory is left.
 *
 * Progress: lock-free; a compare-exchange fails only because another thread got memory. A thread
 * killed between the allocation of a block and its publication loses that block and nothing else.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { damaged } from "./damage.ts";
import { Extents } from "./extents.ts";
import { H_BUMP, H_MAX_BYTES, LINE, LINE_PAIR, roundUp, SLOTS_OFFSET } from "./layout.ts";
import {
  type CompiledModule,
  type MemoryHandle,
  type ModuleExports,
  SharedMemory,
} from "./shared_memory.ts";

/** The memory grows by at least this many bytes at a time, so that views are seldom replaced. */
const GROWTH = 256 * 1024;

/**
 * Views of the same bytes, from byte 0 on. Their length is fixed: V8 needs 30-40 ns for an access
 * through a length-tracking view and 1-2 ns through a fixed-length one. When the memory has grown
 * beyond them, the arena makes new views.
 */
export interface Views {
  /** Signed 32-bit words, used for nearly all `Atomics` operations. */
  readonly i32: Int32Array<SharedArrayBuffer>;
  /** The same words unsigned. */
  readonly u32: Uint32Array<SharedArrayBuffer>;
  /** UTF-16 code units. */
  readonly u16: Uint16Array<SharedArrayBuffer>;
  /** Doubles: cells and fields of records. */
  readonly f64: Float64Array<SharedArrayBuffer>;
  /** 64-bit words: tagged references, label words and tallies. */
  readonly u64: BigUint64Array<SharedArrayBuffer>;
}

/**
 * One thread's access to the shared memory. Disposable: all shared state is in the memory itself.
 */
export class Arena {
  /** The limit of allocation in bytes. */
  readonly maxByteLength: number;
  readonly #memory: SharedMemory;
  readonly #extents: Extents;
  #views: Views;
  #covered: number;
  /** Whether the memory is a file, whose growth the system may refuse for many reasons. */
  readonly #isFile: boolean;
  /** Why the system refused the latest growth of the file; undefined if it did not. */
  #refusal: Error | undefined;

  constructor(handle: MemoryHandle) {
    this.#memory = new SharedMemory(handle);
    this.#isFile = handle.file !== undefined;
    const { buffer } = this.#memory;
    this.#covered = buffer.byteLength;
    this.#views = viewsOf(buffer);
    this.maxByteLength = this.#views.f64[H_MAX_BYTES];
    this.#extents = new Extents({
      words: (end) => this.views(end).i32,
      allocate: (bytes) => this.#obtain(bytes, LINE_PAIR),
    });
  }

  /** Size of the memory in bytes, as far as this thread has seen it grow. Any thread. */
  get byteLength(): number {
    return this.#memory.byteLength;
  }

  /**
   * Views that cover at least the bytes before `end`. Any thread.
   *
   * Load a reference first (SeqCst) and call this afterwards: then the views cover what it refers
   * to.
   */
  views(end = 0): Views {
    if (end > this.#covered) {
      const buffer = this.#memory.refresh();
      this.#covered = buffer.byteLength;
      this.#views = viewsOf(buffer);
    }
    return this.#views;
  }

  /** As {@linkcode SharedMemory.instantiate}. The exports reach as far as the latest views. */
  instantiate(compile: () => CompiledModule | undefined): ModuleExports | undefined {
    return this.#memory.instantiate(compile);
  }

  /** Number of bytes allocated so far, including the static part. Any thread. */
  get bytesUsed(): number {
    return (Atomics.load(this.#views.i32, H_BUMP) >>> 0) * LINE;
  }

  /**
   * Allocates zeroed memory for ever, and returns its byte offset. Any thread; lock-free.
   *
   * @param bytes The size.
   * @param apart Whether to give the block its own pairs of lines, because a thread writes it
   * often.
   * @throws {RangeError} When the arena is full; nothing has changed then.
   */
  allocate(bytes: number, apart = true): number {
    const start = this.#obtain(bytes, apart ? LINE_PAIR : LINE);
    return start < 0 ? this.#full(bytes) : start;
  }

  /**
   * Returns a block of its own pairs of lines that was never published and is still zero. Any
   * thread, but only the one that allocated it. The block is lost if another thread has allocated
   * since and its lines have no extent map.
   */
  release(offset: number, bytes: number): void {
    const length = roundUp(bytes, LINE_PAIR);
    const end = (offset + length) / LINE;
    // SeqCst; pairs with the compare-exchange in `#bump`: the block must still be the last one.
    if (Atomics.compareExchange(this.#views.i32, H_BUMP, end, offset / LINE) === end) return;
    const [first, lines] = [offset / LINE, length / LINE];
    if (this.#extents.covers(first, lines)) this.#extents.give(first, lines);
  }

  /**
   * Takes memory until `giveBack`, and returns its byte offset. Its content is undefined. Any
   * thread; lock-free.
   *
   * @throws {RangeError} When the arena is full.
   */
  borrow(bytes: number): number {
    const lines = Math.ceil(bytes / LINE);
    const first = this.#extents.take(lines, false);
    if (first >= 0) return first * LINE;
    // The extent maps come first: without them the memory could not be given back.
    const start = this.#bump(
      lines * LINE,
      LINE,
      (start) => this.#extents.cover(start / LINE, lines),
    );
    return start < 0 ? this.#full(bytes) : start;
  }

  /** Returns borrowed memory. Any thread, but only the one that took the memory out of use. */
  giveBack(start: number, bytes: number): void {
    this.#extents.give(start / LINE, Math.ceil(bytes / LINE));
  }

  /**
   * Allocates zeroed memory for ever: fresh memory, or returned memory when there is no fresh one.
   * -1 when there is neither.
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

  /**
   * Takes fresh memory and returns its byte offset; -1 when there is none, or `prepare` returns
   * false. `prepare` gets the offset before the memory is taken, and again for each further
   * attempt.
   */
  #bump(bytes: number, unit: number, prepare?: (start: number) => boolean): number {
    const { i32 } = this.#views;
    this.#refusal = undefined;
    for (;;) {
      // SeqCst; pairs with the compare-exchange of every other allocator, which decides: without it
      // two threads would get the same lines.
      const bump = Atomics.load(i32, H_BUMP);
      const start = roundUp((bump >>> 0) * LINE, unit);
      const end = start + roundUp(bytes, unit);
      // The memory grows first, so that a refusal by the system changes nothing, and no reference
      // can lead beyond the end.
      if (end > this.maxByteLength || !this.#reach(end)) return -1;
      if (prepare !== undefined && !prepare(start)) return -1;
      if (Atomics.compareExchange(i32, H_BUMP, bump, end / LINE) === bump) return start;
    }
  }

  /**
   * Makes the memory at least `end` bytes long, and longer if the system permits. Returns false if
   * the system refuses.
   */
  #reach(end: number): boolean {
    const memory = this.#memory;
    if (memory.byteLength >= end) return true;
    memory.refresh();
    if (memory.byteLength >= end) return true;
    const wanted = roundUp(Math.max(end, memory.byteLength * 1.25), GROWTH);
    for (const length of [Math.min(wanted, this.maxByteLength), end]) {
      try {
        memory.growTo(length);
        return true;
      } catch (error) {
        // The system may still grant the smaller length.
        if (this.#isFile) this.#refusal = error as Error;
      }
    }
    memory.refresh();
    return memory.byteLength >= end;
  }

  #full(bytes: number): never {
    const most = this.maxByteLength;
    const refusal = this.#refusal;
    const found = got(refusal?.message ?? `an arena with ${this.bytesUsed} in use`);
    const [limit, brief] = refusal === undefined
      ? [`at most ${most} bytes (maxByteLength) in all`, `at most ${most} (maxByteLength) in all`]
      : ["the system must let the file grow", "so the system must let the file grow"];
    const error = new RangeError(cannot(`allocate ${bytes} bytes`, limit, found));
    if (refusal !== undefined) error.cause = refusal;
    const required = `it must allocate ${bytes} bytes, ${brief}`;
    refusals.set(error, (action) => cannot(action, required, found));
    throw error;
  }
}

/**
 * Views that cover a block. Any thread. No later read of the block leaves the memory, even if the
 * memory is damaged. Call it once for each block, and keep the views.
 *
 * @throws {TypeError} When the block is not in the memory.
 */
export function blockViews(arena: Arena, start: number, bytes: number): Views {
  const views = arena.views(start + bytes);
  if (start < SLOTS_OFFSET || start + bytes > views.i32.length * 4) {
    throw damaged("a reference that leads nowhere");
  }
  return views;
}

/** For each error of a full arena: makes its text for the action that the caller took. */
const refusals = new WeakMap<object, (action: string) => string>();

/**
 * Calls `act`, which may allocate. Any thread.
 *
 * @param action The action that the user took, for the error's text.
 * @throws {RangeError} When the arena is full. The error names the user's action, and has the error
 * of the allocation as its cause.
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
