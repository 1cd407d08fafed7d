import { MAX_BLOCK_BYTES } from "./pcapng_walker.ts";

/** No record that is read is longer than a block. */
export const BLOCK_BYTES = MAX_BLOCK_BYTES;

/**
 * A ring of blocks of shared memory, through which a capture of any size goes:
 * the main thread fills a block, a worker reads it where it is and gives it back.
 *
 * Main thread only; the workers have the memory alone.
 */
export class BlockPool {
  readonly memory: SharedArrayBuffer;
  readonly view: DataView;
  readonly #free: number[];
  #waiting: { resolve: (block: number) => void; reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;

  constructor(blocks: number) {
    this.memory = new SharedArrayBuffer(blocks * BLOCK_BYTES);
    this.view = new DataView(this.memory);
    this.#free = Array.from({ length: blocks }, (_, index) => blocks - 1 - index);
  }

  /** The memory of a block. */
  bytes(block: number): Uint8Array {
    return new Uint8Array(this.memory, block * BLOCK_BYTES, BLOCK_BYTES);
  }

  /** A free block, as soon as there is one. One taker at a time. */
  take(): Promise<number> {
    if (this.#failure) return Promise.reject(this.#failure);
    const block = this.#free.pop();
    if (block !== undefined) return Promise.resolve(block);
    return new Promise((resolve, reject) => this.#waiting = { resolve, reject });
  }

  /** Gives a block back. */
  give(block: number): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting.resolve(block);
    else this.#free.push(block);
  }

  /** Makes all takers fail, now and later: the blocks will not come back. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}
