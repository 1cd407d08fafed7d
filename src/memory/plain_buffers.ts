/**
 * Plain buffers that show a file, as this thread knows them.
 *
 * Where a file cannot be laid over shared memory, each thread shows it in an `ArrayBuffer` of its
 * own. Nothing distinguishes such a buffer from others: a copy by a message would be an
 * `ArrayBuffer` too, and would count for itself, unnoticed. So no handle holds one. It belongs to
 * the object that describes the file, which is another object after a message; only `file/`, which
 * has shown the file, says which buffer that is.
 *
 * @module
 */
import type { MemoryFile } from "./memory_file.ts";

const buffers = new WeakMap<object, ArrayBuffer>();

/** Says that a buffer of this thread shows the file. For `file/` alone. */
export function vouchFor(file: MemoryFile, buffer: ArrayBuffer): void {
  buffers.set(file, buffer);
}

/**
 * The plain buffer in which this thread shows a file; `undefined` if it does not, or the file is
 * laid over shared memory.
 */
export function plainBufferOf(file: unknown): ArrayBuffer | undefined {
  return typeof file === "object" && file !== null ? buffers.get(file) : undefined;
}
