import { type FileHandle, open } from "node:fs/promises";
import { createGunzip, type Gunzip } from "node:zlib";
import { DamagedCaptureError, TruncatedCaptureError } from "./capture_error.ts";

/** Bytes to be pulled, from a file as it is or as it was before gzip. */
export interface ByteSource {
  /** Bytes of the file read so far, compressed as they are. */
  readonly consumed: number;
  /** Bytes of the file in all. */
  readonly size: number;
  /** Fills the start of `into` and says how much of it; 0 at the end only. */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Opens a file; one that starts with gzip's magic number is decompressed. */
export async function openByteSource(path: string): Promise<ByteSource> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const start = new Uint8Array(2);
    const { bytesRead } = await file.read(start, 0, 2, 0);
    const gzipped = bytesRead === 2 && start[0] === 0x1f && start[1] === 0x8b;
    return gzipped ? new GzipSource(file, size) : new FileSource(file, size);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class FileSource implements ByteSource {
  readonly #file: FileHandle;
  readonly size: number;
  consumed = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  async read(into: Uint8Array): Promise<number> {
    const { bytesRead } = await this.#file.read(into, 0, into.length, this.consumed);
    this.consumed += bytesRead;
    return bytesRead;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Decompresses one piece of the file at a time. It calls the stream by hand, as
 * pipes and iterators throw away what was decompressed before an error.
 */
class GzipSource implements ByteSource {
  readonly #file: FileHandle;
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: 64 * 1024 });
  /** A small piece, because deflate can make a thousand times as much of it. */
  readonly #piece = new Uint8Array(32 * 1024);
  #chunks: Uint8Array[] = [];
  /** How much of the first chunk is used up. */
  #used = 0;
  #produced = 0;
  #ended = false;
  #failure: Error | undefined;
  /** Ends the wait for the piece that is being decompressed. */
  #wake: () => void = () => {};
  readonly size: number;
  consumed = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
    this.#gunzip.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#produced += chunk.length;
    });
    this.#gunzip.on("error", (error) => {
      this.#failure ??= error;
      this.#wake();
    });
    this.#gunzip.on("end", () => this.#wake());
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#chunks.length === 0) {
      if (this.#failure) throw this.#damage(this.#failure);
      if (this.#ended) return 0;
      await this.#decompressPiece();
    }
    const chunk = this.#chunks[0];
    const length = Math.min(into.length, chunk.length - this.#used);
    into.set(chunk.subarray(this.#used, this.#used + length));
    this.#used += length;
    if (this.#used === chunk.length) {
      this.#chunks.shift();
      this.#used = 0;
    }
    return length;
  }

  async close(): Promise<void> {
    this.#gunzip.destroy();
    await this.#file.close();
  }

  async #decompressPiece(): Promise<void> {
    const { bytesRead } = await this.#file.read(this.#piece, 0, this.#piece.length, this.consumed);
    this.consumed += bytesRead;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (bytesRead > 0) {
        this.#gunzip.write(this.#piece.subarray(0, bytesRead), () => resolve());
      } else {
        this.#ended = true;
        this.#gunzip.end();
      }
    });
  }

  #damage(failure: Error): Error {
    const code = (failure as { code?: string }).code;
    const message = `Cannot decompress the file after byte ${this.#produced} of its content: ` +
      `whole gzip data is required, got "${failure.message}"`;
    const DamageError = code === "Z_BUF_ERROR" ? TruncatedCaptureError : DamagedCaptureError;
    return new DamageError(message, this.#produced, { cause: failure });
  }
}
