/**
 * The ledger: in a buffer beside the library's memory, each thread writes a row of words about its
 * own progress. So the oracle can judge a thread that was killed.
 *
 * @module
 */

/** Words of a row: two line pairs. */
const STRIDE = 64;
/** Rows of a ledger. */
const ROWS = 64;
const STARTED = 0;
const DONE = 1;
const PHASE = 2;
/** From this word on: the ids of the thread's buckets of `pool`, each plus 1. */
const HELD = 8;
/** The number of these words. */
export const MOST_HELD = 4;

/** The phases of a life. */
export const Phase = {
  /** Not registered yet. */
  unborn: 0,
  /** Counting. */
  busy: 1,
  /** In a loop that counts nothing and never ends. */
  looping: 2,
  /** Refused, as its seat was revoked. */
  refused: 3,
} as const;

/** The ledger; each row is written by one thread at a time. */
export class Ledger {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(ROWS * STRIDE * 4)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** Before an operation: its number, counted from 1. */
  start(row: number, operation: number): void {
    Atomics.store(this.#words, row * STRIDE + STARTED, operation);
  }

  /** After an operation. */
  finish(row: number, operation: number): void {
    Atomics.store(this.#words, row * STRIDE + DONE, operation);
  }

  /** The number of the last operation that was started. */
  started(row: number): number {
    return Atomics.load(this.#words, row * STRIDE + STARTED);
  }

  /** The number of the last operation that was finished. */
  finished(row: number): number {
    return Atomics.load(this.#words, row * STRIDE + DONE);
  }

  /** Sets the phase of the life. */
  setPhase(row: number, phase: number): void {
    Atomics.store(this.#words, row * STRIDE + PHASE, phase);
  }

  /** The phase of the life. */
  phase(row: number): number {
    return Atomics.load(this.#words, row * STRIDE + PHASE);
  }

  /** Writes the id of one of the thread's buckets of `pool`; -1 for none. */
  hold(row: number, hand: number, id: number): void {
    Atomics.store(this.#words, row * STRIDE + HELD + hand, id + 1);
  }

  /** The buckets of `pool` that the thread had. */
  held(row: number): number[] {
    const ids: number[] = [];
    for (let hand = 0; hand < MOST_HELD; hand++) {
      const id = Atomics.load(this.#words, row * STRIDE + HELD + hand) - 1;
      if (id >= 0) ids.push(id);
    }
    return ids;
  }

  /** Begins a new life in a row. */
  reset(row: number): void {
    for (let word = 0; word < STRIDE; word++) Atomics.store(this.#words, row * STRIDE + word, 0);
  }
}
