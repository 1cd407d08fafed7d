/**
 * A file with statistics that is only read: through `node:fs`, without the system's functions.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { type Files, files } from "../base/files.ts";
import { decodeHeader, type FileHeader } from "./format.ts";
import { FILE_HEADER_BYTES } from "../memory/memory_file.ts";

/** What is read of a file with statistics. */
export interface StatsSource {
  /** What the reader does, for error texts. */
  readonly action: string;
  readonly header: FileHeader;
  /** The number of the file on its device. */
  readonly inode: bigint;
  /** The length of the file's memory in bytes. */
  readonly memoryBytes: number;
  /** Reads bytes; fewer at the end of the file. */
  read(position: number, length: number): Uint8Array;
  /**
   * Fills `bytes` from the file.
   *
   * @throws {TypeError} When the file ends before.
   */
  readExactly(position: number, bytes: Uint8Array): void;
  /** Closes the file. */
  close(): void;
}

/** The file. It stays the same one, whatever its path leads to later. */
export class InspectedFile implements StatsSource {
  readonly path: string;
  readonly action: string;
  readonly header: FileHeader;
  readonly inode: bigint;
  readonly #files: Files;
  #descriptor: number | undefined;

  /**
   * Opens it.
   *
   * @throws {TypeError} When it is no such file, or is truncated, damaged or of another version.
   * @throws {Error} When there is none, or the system or the runtime refuses.
   */
  constructor(action: string, path: string) {
    this.action = action;
    this.path = path;
    const fs = files(action);
    this.#files = fs;
    try {
      // First: to open a pipe would wait for somebody who writes.
      assertRegular(action, fs.statSync(path, { bigint: true }));
      this.#descriptor = fs.openSync(path, fs.constants.O_RDONLY);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      const required = "it must be a readable file";
      throw new Error(cannot(action, required, got((error as Error).message)), { cause: error });
    }
    try {
      const status = fs.fstatSync(this.#descriptor, { bigint: true });
      assertRegular(action, status);
      this.inode = status.ino;
      this.header = decodeHeader(action, this.read, Number(status.size));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get memoryBytes(): number {
    const { size } = this.#files.fstatSync(this.#opened(), { bigint: true });
    return Math.max(0, Number(size) - FILE_HEADER_BYTES);
  }

  read = (position: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, this.#fill(position, bytes));
  };

  readExactly(position: number, bytes: Uint8Array): void {
    const done = this.#fill(position, bytes);
    if (done === bytes.length) return;
    const found = got(`one that ends at byte ${position + done}`);
    throw new TypeError(cannot(this.action, "it must be whole", found));
  }

  close(): void {
    if (this.#descriptor !== undefined) this.#files.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #fill(position: number, bytes: Uint8Array): number {
    const descriptor = this.#opened();
    let done = 0;
    while (done < bytes.length) {
      const length = bytes.length - done;
      const more = this.#files.readSync(descriptor, bytes, done, length, position + done);
      if (more === 0) break;
      done += more;
    }
    return done;
  }

  #opened(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    throw new Error(cannot(this.action, "the view must be open", got("one that was closed")));
  }
}

function assertRegular(action: string, status: { isFile(): boolean }): void {
  if (status.isFile()) return;
  throw new TypeError(cannot(action, "it must be a regular file", got("another kind")));
}
