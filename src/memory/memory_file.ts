/**
 * Memory that is a file: several processes have the same file, and each shows it in a buffer of its
 * own (`file/`). The buffer has the length to which the file may grow, from the beginning on.
 * The file is as long as what can be used of it, because the system ends a process that touches
 * memory behind the file's end.
 *
 * The file grows by zeros that are appended to it. No function of the system beyond those of
 * `node:fs` is needed for that, so every thread that has the memory can make it grow. An append is
 * one step for all processes: two that append at once make the file longer than each wanted, and
 * write over nothing. The system allocates what is written, so a full disk is an error here, and
 * never a fault at a later access.
 *
 * Assumptions: nobody truncates the file. What a mapping shows and what is written are the same
 * pages, as on every local file system of Linux and macOS.
 *
 * Progress: wait-free; a killed process leaves a longer file.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { files } from "../base/files.ts";

/** Where the memory begins in the file; before it is the file's own header. */
export const FILE_HEADER_BYTES = 65536;

/** The file of a memory, as the threads of one process know it. */
export interface MemoryFile {
  /** Where it was when it was opened. */
  readonly path: string;
  /** Its path while no other process knew it, if this process has made it. */
  readonly privatePath: string;
  /** The process's open descriptor of it, which also holds the process's lock. */
  readonly descriptor: number;
  /** The device that the file is on, which with `inode` distinguishes it from others. */
  readonly device: bigint;
  /** The number of the file on its device. */
  readonly inode: bigint;
  /** The number of this process in the file; see `nextNumber` in `file/format.ts`. */
  readonly process: number;
  /** The byte that the process of the first entry in the process table locks. */
  readonly lockBase: number;
  /** The most processes that use the file at a time. */
  readonly maxProcesses: number;
  /**
   * Whether each thread shows the file in a plain buffer of its own (`plain_buffers.ts`), because
   * it cannot be laid over shared memory.
   */
  readonly isPlain: boolean;
}

const ZEROS = new Uint8Array(65536);

/**
 * Opens the file of a memory, even if another one is under its path by now. Any thread. The caller
 * closes the descriptor, which is one of `node:fs`.
 *
 * @throws {Error} When it is gone, or the runtime does not allow it.
 */
export function openMemoryFile(action: string, file: MemoryFile, flags: number): number {
  const { openSync, fstatSync, closeSync } = files(action);
  let failure: unknown;
  for (const path of [file.path, file.privatePath, `/proc/self/fd/${file.descriptor}`]) {
    try {
      const descriptor = openSync(path, flags);
      const { dev, ino } = fstatSync(descriptor, { bigint: true });
      if (dev === file.device && ino === file.inode) return descriptor;
      closeSync(descriptor);
    } catch (error) {
      failure ??= error;
    }
  }
  const required = "the file must still be there, or /proc/self/fd be open to the program " +
    "(on Deno only by --allow-all)";
  throw new Error(cannot(action, required, got("another file, or none")), { cause: failure });
}

/**
 * Makes the memory at least `bytes` long if it is shorter, and returns its length. Any thread.
 *
 * @throws {Error} When the system refuses, or the file is gone.
 */
export function extendMemoryFile(file: MemoryFile, bytes: number): number {
  const action = `let ${file.path} grow`;
  const { fstatSync, closeSync, writeSync, constants } = files(action);
  const flags = constants.O_WRONLY | constants.O_APPEND;
  const descriptor = openMemoryFile(action, file, flags);
  try {
    for (;;) {
      const { size } = fstatSync(descriptor, { bigint: true });
      const length = Number(size) - FILE_HEADER_BYTES;
      if (length >= bytes) return length;
      // The position is the file's end, whatever it is by now.
      writeSync(descriptor, ZEROS, 0, Math.min(ZEROS.length, bytes - length));
    }
  } finally {
    closeSync(descriptor);
  }
}
