import { createInflateRaw, type InflateRaw } from "node:zlib";

/** What a piece of deflate data became. */
export interface Inflated {
  readonly chunks: Uint8Array[];
  /** How many bytes of the piece belong to the deflate data; less than all once that has ended. */
  readonly consumed: number;
  /** Why the piece cannot be decompressed, if it cannot; the chunks are of what is before that, but need not be all of it. */
  readonly failure: Error | undefined;
}

/**
 * Decompresses one stream of deflate data, piece by piece. It calls zlib's stream
 * by hand, as pipes and iterators throw away what was decompressed before an error.
 */
export class Inflater {
  readonly #stream: InflateRaw = createInflateRaw({ chunkSize: 64 * 1024 });
  #chunks: Uint8Array[] = [];
  #failure: Error | undefined;
  /** Ends the wait for the piece that is being decompressed. */
  #wake: () => void = () => {};

  constructor() {
    this.#stream.on("data", (chunk: Uint8Array) => this.#chunks.push(chunk));
    this.#stream.on("error", (error) => {
      this.#failure ??= error;
      this.#wake();
    });
  }

  async write(piece: Uint8Array): Promise<Inflated> {
    const before = this.#stream.bytesWritten;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#stream.write(piece, () => resolve());
    });
    // The stream hands its chunks out in its own time.
    while (this.#stream.readableLength > 0 && !this.#failure) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const chunks = this.#chunks;
    this.#chunks = [];
    return { chunks, consumed: this.#stream.bytesWritten - before, failure: this.#failure };
  }

  close(): void {
    this.#stream.destroy();
  }
}
