/**
 * What the threads of a test tell each other beside the library, so that it can be judged: words in
 * a buffer of their own.
 *
 * @module
 */

/** Words per thread: a line pair. */
const STRIDE = 32;

/** Words that threads write and the judge reads. */
export class Progress {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(64 * STRIDE * 4)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** Sets a thread's word. */
  set(thread: number, value: number): void {
    Atomics.store(this.#words, thread * STRIDE, value);
  }

  /** A thread's word. */
  get(thread: number): number {
    return Atomics.load(this.#words, thread * STRIDE);
  }

  /** Adds one to a thread's word. */
  add(thread: number): void {
    Atomics.add(this.#words, thread * STRIDE, 1);
  }
}

/** Lets messages of other threads arrive. */
export function breathe(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Waits until `condition` holds, and lets messages arrive meanwhile; ten minutes are the test's own
 * limit.
 */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await breathe(1);
}
