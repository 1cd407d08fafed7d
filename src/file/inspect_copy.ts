/**
 * A private copy of a file's memory, made by `pread`, part by part.
 *
 * A copy of many bytes is not made at one instant. So parts are copied in passes: all of a pass is
 * copied after all of the passes before. Within a pass nothing has an order, except that each
 * aligned word is of one instant, because systems copy aligned memory in words of 8 bytes or more.
 *
 * Guarantees: nothing is written to the file, and nothing behind its end is read. What is copied is
 * limited by the size of the file, whatever its content is.
 *
 * @module
 */
import { damaged } from "../memory/damage.ts";
import { fence } from "../memory/fence.ts";
import { LAYOUT_VERSION } from "../memory/layout.ts";
import { FILE_HEADER_BYTES } from "../memory/memory_file.ts";
import { reserveMemory, SharedMemory } from "../memory/shared_memory.ts";
import type { ThreadStatsHandle } from "../threads/handle.ts";
import type { StatsSource } from "./inspect_source.ts";

/** A part of the memory. */
export interface Part {
  /** Byte offset in the memory. */
  readonly start: number;
  readonly bytes: number;
  /** Where its bytes go; without it, to their place in the copy. */
  readonly target?: Uint8Array;
}

/** No walk copies as many bytes as so many times the file: a part is copied at most 3 times. */
const TIMES = 8;
/** Parts that are so close to each other are copied by one call. */
const GAP = 1024;
/** The most bytes that are copied by one call. */
const CHUNK = 2 ** 20;
/** Words are copied whole if the call begins at a multiple of this. */
const ALIGNMENT = 64;

/** The copy. Private to one thread. */
export class FileCopy {
  readonly file: StatsSource;
  /** For the readers of the copy. */
  readonly handle: ThreadStatsHandle;
  readonly #memory: SharedMemory;
  readonly #scratch = new Uint8Array(CHUNK + 2 * ALIGNMENT);
  /** The length of the file's memory, as far as it is known. */
  #length = 0;
  #left = 0;
  #u8: Uint8Array = new Uint8Array(0);
  #i32: Int32Array = new Int32Array(0);

  /**
   * @throws {RangeError} When the engine does not grant so much memory.
   */
  constructor(file: StatsSource) {
    this.file = file;
    const { memoryBytes } = file;
    // Of a `WebAssembly.Memory` only what is touched takes room.
    const most = Math.max(memoryBytes, file.header.maxByteLength);
    const memory = reserveMemory(memoryBytes, most);
    this.handle = { threadStats: LAYOUT_VERSION, ...memory };
    this.#memory = new SharedMemory(memory);
    this.#view(memoryBytes);
  }

  /** The words of the copy; others after each pass. */
  get i32(): Int32Array {
    return this.#i32;
  }

  /** The bytes of the copy; others after each pass. */
  get u8(): Uint8Array {
    return this.#u8;
  }

  /** Begins a new walk through the file. */
  begin(): void {
    this.#grow();
    this.#left = TIMES * this.#length;
  }

  /**
   * Copies parts, after everything that was copied before.
   *
   * @throws {TypeError} When the file is damaged or truncated.
   */
  pass(parts: readonly Part[]): void {
    // Each call of the system is made by this thread. So the fence orders its loads, too.
    fence();
    for (const { start, bytes } of parts) this.assertWithin(start, bytes);
    const sorted = [...parts].sort((one, other) => one.start - other.start);
    for (let n = 0; n < sorted.length;) {
      const from = sorted[n].start;
      let to = from;
      let next = n;
      for (; next < sorted.length; next++) {
        const { start, bytes } = sorted[next];
        if (next > n && (start > to + GAP || start + bytes > from + CHUNK)) break;
        to = Math.max(to, start + bytes);
      }
      this.#copy(sorted.slice(n, next), from, to);
      n = next;
    }
  }

  /**
   * Copies again one part that a pass has copied, after everything that was copied before. The
   * caller limits how often.
   */
  again(part: Part): void {
    fence();
    this.#copy([part], part.start, part.start + part.bytes);
  }

  /** Whether the file has such a part. */
  has(start: number, bytes: number): boolean {
    if (start + bytes > this.#length) this.#grow();
    return start >= 0 && bytes >= 0 && start + bytes <= this.#length;
  }

  /**
   * @throws {TypeError} When the file has no such part, or too much was copied already.
   */
  assertWithin(start: number, bytes: number): void {
    if (!this.has(start, bytes)) throw damaged("a reference that leads nowhere");
    this.#left -= bytes;
    if (this.#left < 0) throw damaged("more than one reference to a part");
  }

  #copy(parts: readonly Part[], from: number, to: number): void {
    for (let at = from; at < to;) {
      const first = at - at % ALIGNMENT;
      const end = Math.min(to, first + CHUNK);
      const scratch = this.#scratch.subarray(0, end - first);
      this.file.readExactly(FILE_HEADER_BYTES + first, scratch);
      for (const { start, bytes, target } of parts) {
        const begin = Math.max(start, at);
        const stop = Math.min(start + bytes, end);
        if (begin >= stop) continue;
        const piece = scratch.subarray(begin - first, stop - first);
        if (target === undefined) this.#u8.set(piece, begin);
        else target.set(piece, begin - start);
      }
      at = end;
    }
  }

  /** Makes the copy as long as the file is by now. */
  #grow(): void {
    const { memoryBytes } = this.file;
    if (memoryBytes <= this.#length) return;
    this.#memory.growTo(memoryBytes);
    this.#view(memoryBytes);
  }

  #view(length: number): void {
    const buffer = this.#memory.refresh();
    this.#length = length;
    this.#u8 = new Uint8Array(buffer);
    this.#i32 = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4));
  }
}

/** The byte offset to which a word refers; 0 while it refers to nothing. */
export function referenceIn(i32: Int32Array, word: number): number {
  return (i32[word] >>> 0) * 8;
}

/** A part that goes to an array of its own. */
export function partInto(start: number, words: Int32Array): Part {
  return { start, bytes: words.byteLength, target: new Uint8Array(words.buffer) };
}
