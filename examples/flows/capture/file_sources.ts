import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { FileSource } from "./byte_source.ts";

/** A file on a disk. */
export class RegularFileSource implements FileSource {
  readonly #file: FileHandle;
  readonly size: number;
  consumed = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  async read(into: Uint8Array): Promise<number> {
    const count = await this.readAt(into, this.consumed);
    this.consumed += count;
    return count;
  }

  unread(bytes: Uint8Array): void {
    this.consumed -= bytes.length;
  }

  async readAt(into: Uint8Array, position: number): Promise<number> {
    const { bytesRead } = await this.#file.read(into, 0, into.length, position);
    return bytesRead;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** What gives its bytes once, one after the other. */
abstract class OnceSource implements FileSource {
  readonly size = undefined;
  readonly readAt = undefined;
  consumed = 0;
  #unread: Uint8Array = new Uint8Array(0);

  async read(into: Uint8Array): Promise<number> {
    if (this.#unread.length === 0) this.#unread = await this.next(into.length);
    const count = Math.min(into.length, this.#unread.length);
    into.set(this.#unread.subarray(0, count));
    this.#unread = this.#unread.subarray(count);
    this.consumed += count;
    return count;
  }

  unread(bytes: Uint8Array): void {
    this.consumed -= bytes.length;
    const all = new Uint8Array(bytes.length + this.#unread.length);
    all.set(bytes);
    all.set(this.#unread, bytes.length);
    this.#unread = all;
  }

  /** The next bytes, about `length` of them; none at the end only. */
  protected abstract next(length: number): Promise<Uint8Array>;
  abstract close(): Promise<void>;
}

/** A named pipe, or another file that cannot be read from any place. It reads nothing ahead, so that nothing is waited for at the end. */
export class PipeSource extends OnceSource {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  protected async next(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#file.read(bytes, 0, length, null);
    return bytes.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Standard input, which may also be a socket: those have no path that could be opened. */
export class StandardInputSource extends OnceSource {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(stream: Readable) {
    super();
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  protected async next(): Promise<Uint8Array> {
    const { done, value } = await this.#chunks.next();
    return done ? new Uint8Array(0) : value;
  }

  close(): Promise<void> {
    this.#stream.destroy();
    return Promise.resolve();
  }
}
