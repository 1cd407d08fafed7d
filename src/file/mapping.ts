/**
 * How a thread shows a file as memory.
 *
 * - Over shared memory: the file is laid over the pages of a shared `WebAssembly.Memory`. All
 *   threads of the process get it by messages. No engine promises that this works.
 * - In a plain buffer: the file is mapped where the system likes, and an `ArrayBuffer` shows it.
 *   Each thread shows the file itself, and no message carries the buffer.
 *
 * Each way is tried before anything relies on it, with a word of the file that nobody reads.
 *
 * Assumptions: `Atomics` on a plain buffer are the same instructions as on a shared one. ECMAScript
 * promises that for shared memory only; tests check each engine version.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { H_IDENTITY } from "../memory/layout.ts";
import { FILE_HEADER_BYTES } from "../memory/memory_file.ts";
import type { GrowableMemory } from "../memory/shared_memory.ts";
import { type FileHeader, trialOffset } from "./format.ts";
import type { OpenedFile } from "./opened_file.ts";

/** Memory that shows a file. */
export interface Mapping {
  readonly buffer: ArrayBufferLike;
  /** What the buffer belongs to, if it is shared. */
  readonly memory?: GrowableMemory;
}

/** A way to show a file. */
export interface Way {
  /** For error texts. */
  readonly name: string;
  /**
   * Shows so many bytes of the file from byte `offset` on. Both are multiples of 64 KiB.
   *
   * @throws {Error} When the engine or the system refuses. Its text says why, in a few words.
   */
  show(file: OpenedFile, length: number, offset: number): Mapping;
}

/** The unit of lengths: that of a `WebAssembly.Memory`. No system's pages are larger. */
const PAGE = 65536;

/** Lays the file over memory that no other thread knows. */
export const overShared: Way = {
  name: "over shared memory",
  show(file, length, offset) {
    const pages = length / PAGE;
    // As long from the beginning on as it may become: the file grows below it, not the memory.
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const buffer = memory.buffer as unknown as SharedArrayBuffer;
    if (!file.overlay(buffer, offset)) throw new Error("the system refuses it (mmap)");
    return { buffer, memory };
  },
};

/** Shows the file in a plain buffer of this thread. */
export const inPlainBuffer: Way = {
  name: "in a plain buffer",
  show(file, length, offset) {
    const buffer = file.map(length, offset);
    if (buffer === undefined) throw new Error("the system refuses it (mmap)");
    return { buffer };
  },
};

/** All ways, the best one first. */
export const WAYS: readonly Way[] = [overShared, inPlainBuffer];

/**
 * Shows the memory of a file, in the first way that works.
 *
 * @param entry The entry of the process table that this process has locked.
 * @throws {Error} When no way works.
 */
export function showFile(
  action: string,
  file: OpenedFile,
  { header, entry, ways }: { header: FileHeader; entry: number; ways: readonly Way[] },
): Mapping {
  const failures: Error[] = [];
  for (const way of ways) {
    try {
      tryWay(way, file, entry);
      return showMemory(way, file, header);
    } catch (error) {
      failures.push(error as Error);
    }
  }
  const required = "this engine must show a file over shared memory or in a plain buffer; " +
    "another version may, and a lower maxByteLength needs less room";
  const found = ways.map(({ name }, n) => `${name}: ${failures[n].message}`).join("; ");
  throw new Error(cannot(action, required, got(found)), { cause: new AggregateError(failures) });
}

/**
 * Shows the memory of a file in one way.
 *
 * @throws {Error} When this does not work. Its text says why, in a few words.
 */
export function showMemory(
  way: Way,
  file: OpenedFile,
  { identity, maxByteLength }: FileHeader,
): Mapping {
  const mapping = way.show(file, Math.ceil(maxByteLength / PAGE) * PAGE, FILE_HEADER_BYTES);
  if (Atomics.load(new BigUint64Array(mapping.buffer), H_IDENTITY) === identity) return mapping;
  file.hide(mapping.buffer);
  throw new Error(OTHER);
}

const OTHER = "the memory shows something else";

/**
 * Tries a way with the file's header: what is written to memory must be in the file, and what is
 * written to the file must be in memory.
 *
 * @throws {Error} When it does not work. Its text says why, in a few words.
 */
function tryWay(way: Way, file: OpenedFile, entry: number): void {
  const { buffer } = way.show(file, PAGE, 0);
  try {
    const at = trialOffset(entry);
    const memory = new Int32Array(buffer, at, 1);
    const [first, second] = crypto.getRandomValues(new Int32Array(2));
    Atomics.store(memory, 0, first);
    const [found] = new Int32Array(file.read(at, 4).slice().buffer);
    file.write(at, new Uint8Array(new Int32Array([second]).buffer));
    if (found !== first || Atomics.load(memory, 0) !== second) throw new Error(OTHER);
  } finally {
    file.hide(buffer);
  }
}
