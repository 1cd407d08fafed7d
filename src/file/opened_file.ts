/**
 * A file as one process has opened it: its bytes through `node:fs`, and its locks and pages through
 * the system.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { type Files, files, type FileStatus } from "../base/files.ts";
import { type FileHeader, replaceLock, setupLock } from "./format.ts";
import type { System } from "./system.ts";

/** What a file may be, for {@linkcode openFile}. */
export interface Trust {
  /** The bits of the file's mode: 0o600 unless the user has chosen others. */
  readonly mode: number;
}

/**
 * The buffers that show a file. They are never collected: an engine may use the addresses of shared
 * ones again for its own heap, where the file would still be. (Bun 1.4 does, from the ninth memory
 * on.)
 */
const shown = new Set<ArrayBufferLike>();

/** An open file. */
export class OpenedFile {
  /** The path that was opened. */
  readonly path: string;
  /** The system's descriptor. It holds the locks, and stays open when this object is forgotten. */
  readonly descriptor: number;
  readonly status: FileStatus;
  readonly #system: System;
  readonly #files: Files;
  /** The descriptor of `node:fs`, which need not be the system's. */
  readonly #bytes: number;
  readonly #buffers: ArrayBufferLike[] = [];

  constructor(
    system: System,
    fs: Files,
    opened: { path: string; descriptor: number; bytes: number },
  ) {
    this.path = opened.path;
    this.descriptor = opened.descriptor;
    this.#bytes = opened.bytes;
    this.#system = system;
    this.#files = fs;
    this.status = fs.fstatSync(this.#bytes, { bigint: true });
  }

  /** The length of the file in bytes. */
  get size(): number {
    return Number(this.#files.fstatSync(this.#bytes, { bigint: true }).size);
  }

  /** Reads bytes; fewer at the end of the file. */
  read = (position: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const more = this.#files.readSync(
        this.#bytes,
        bytes,
        done,
        length - done,
        position + done,
      );
      if (more === 0) break;
      done += more;
    }
    return bytes.subarray(0, done);
  };

  /** Writes bytes. */
  write = (position: number, bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length;) {
      done += this.#files.writeSync(
        this.#bytes,
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
    }
  };

  /** Whether the path still leads to this file. */
  isAtPath(): boolean {
    try {
      const { dev, ino } = this.#files.statSync(this.path, { bigint: true });
      return dev === this.status.dev && ino === this.status.ino;
    } catch {
      return false;
    }
  }

  /** Takes the lock of a byte; see {@linkcode System.lock}. */
  lock(byte: number, kind: "shared" | "exclusive" = "exclusive"): boolean {
    return this.#system.lock(this.descriptor, byte, kind);
  }

  /** Gives up the lock of a byte. */
  unlock(byte: number): void {
    this.#system.unlock(this.descriptor, byte);
  }

  /** Whether another descriptor has the lock of one of these bytes. */
  isLocked(byte: number, length = 1): boolean {
    return this.#system.isLocked(this.descriptor, byte, length);
  }

  /** Whether another process uses the file. */
  isInUse({ lockBase, maxProcesses }: FileHeader): boolean {
    return this.isLocked(lockBase, maxProcesses);
  }

  /** Takes the lock under which the file is opened (shared) or replaced (exclusive). */
  lockSetup(header: FileHeader, kind: "shared" | "exclusive"): boolean {
    return this.lock(setupLock(header), kind);
  }

  /** Takes the lock of who waits to replace the file. */
  lockReplace(header: FileHeader): boolean {
    return this.lock(replaceLock(header));
  }

  /** Whether another process waits to replace the file. */
  isToBeReplaced(header: FileHeader): boolean {
    return this.isLocked(replaceLock(header));
  }

  /** Gives up the lock under which the file is opened. */
  unlockSetup(header: FileHeader): void {
    this.unlock(setupLock(header));
  }

  /** Lays the file over a buffer, from byte `offset` on. */
  overlay(buffer: SharedArrayBuffer, offset: number): boolean {
    if (!this.#system.overlay(buffer, this.descriptor, offset)) return false;
    this.#keep(buffer);
    return true;
  }

  /** Shows so many bytes of the file from byte `offset` on; see {@linkcode System.map}. */
  map(length: number, offset: number): ArrayBuffer | undefined {
    const buffer = this.#system.map(length, this.descriptor, offset);
    if (buffer !== undefined) this.#keep(buffer);
    return buffer;
  }

  /** Gives a buffer memory of its own in the place of the file. */
  hide(buffer: ArrayBufferLike): void {
    const index = this.#buffers.indexOf(buffer);
    if (index < 0) return;
    this.#buffers.splice(index, 1);
    if (this.#system.restore(buffer)) shown.delete(buffer);
  }

  #keep(buffer: ArrayBufferLike): void {
    this.#buffers.push(buffer);
    shown.add(buffer);
  }

  /** Closes the descriptor of `node:fs`. The locks stay. */
  closeBytes(): void {
    this.#files.closeSync(this.#bytes);
  }

  /** Closes the file, and gives up its locks. Buffers go on showing it. */
  closeDescriptors(): void {
    this.closeBytes();
    this.#system.close(this.descriptor);
  }

  /** Closes the file, and gives up its locks. Buffers that show it get memory of their own. */
  close(): void {
    for (const buffer of [...this.#buffers]) this.hide(buffer);
    this.closeDescriptors();
  }
}

/**
 * Opens an existing file for reading and writing; `undefined` when there is none.
 *
 * @throws {TypeError} When it is no regular file, or one that others could have planted.
 * @throws {Error} When the system or the runtime refuses.
 */
export function openFile(
  action: string,
  system: System,
  path: string,
  trust: Trust,
): OpenedFile | undefined {
  const fs = files(action);
  for (;;) {
    let bytes: number;
    try {
      bytes = fs.openSync(path, fs.constants.O_RDWR);
    } catch (error) {
      const isMissing = (error as { code?: string }).code === "ENOENT";
      if (isMissing && !isLink(fs, path)) return undefined;
      const required = isMissing
        ? "a symbolic link there must lead to a file"
        : "it must be readable and writable";
      throw new Error(cannot(action, required, got((error as Error).message)), { cause: error });
    }
    const descriptor = system.open(path);
    const file = new OpenedFile(system, fs, { path, descriptor, bytes });
    // Both descriptors are of one file if the path leads to it before and after the second was
    // opened: the first keeps the file's inode from being used again.
    if (descriptor >= 0 && file.isAtPath()) {
      try {
        assertTrusted(action, file.status, trust, system.user);
        return file;
      } catch (error) {
        file.close();
        throw error;
      }
    }
    if (descriptor >= 0) file.close();
    else {
      file.closeBytes();
      if (file.isAtPath()) {
        throw new Error(cannot(action, "the system must open it", got("a refusal")));
      }
    }
  }
}

/** Whether a path is a link: where there is no file, one that leads nowhere. */
function isLink(fs: Files, path: string): boolean {
  try {
    return fs.lstatSync(path, { bigint: true }).isSymbolicLink();
  } catch {
    return false;
  }
}

/** Creates a file, which no other process knows, with so many zeros. */
export function makeFile(
  action: string,
  system: System,
  path: string,
  { bytes, mode }: { bytes: number; mode: number },
): OpenedFile {
  const fs = files(action);
  let descriptor: number;
  try {
    descriptor = fs.openSync(path, "wx+", mode);
  } catch (error) {
    const required = "its folder must exist and be writable";
    throw new Error(cannot(action, required, got((error as Error).message)), { cause: error });
  }
  try {
    const zeros = new Uint8Array(65536);
    // Written, so that the system allocates all of it, or refuses here.
    for (let done = 0; done < bytes;) {
      done += fs.writeSync(descriptor, zeros, 0, Math.min(zeros.length, bytes - done), done);
    }
    return new OpenedFile(system, fs, { path, descriptor: system.open(path), bytes: descriptor });
  } catch (cause) {
    fs.closeSync(descriptor);
    fs.unlinkSync(path);
    const required = `the system must have ${bytes} bytes for it`;
    throw new RangeError(cannot(action, required, got((cause as Error).message)), { cause });
  }
}

/**
 * A file of another user, or one that others can write, could make this process crash or count
 * wrong. Whoever wants to share it says so by `mode`.
 */
function assertTrusted(action: string, status: FileStatus, { mode }: Trust, user: number): void {
  if (!status.isFile()) {
    throw new TypeError(cannot(action, "it must be a regular file", got("another kind")));
  }
  const writable = Number(status.mode) & 0o022 & ~mode;
  if (writable !== 0) {
    const required = "nobody else may write it unless the option mode allows it";
    throw new TypeError(
      cannot(action, required, got(`the mode 0o${(Number(status.mode) & 0o777).toString(8)}`)),
    );
  }
  if (Number(status.uid) !== user && (mode & 0o022) === 0) {
    const required = "it must be this user's unless the option mode lets others write it";
    throw new TypeError(cannot(action, required, got(`one of user ${status.uid}`)));
  }
}
