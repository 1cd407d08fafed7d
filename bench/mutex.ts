/**
 * What the library is compared with: a lock around shared cells.
 *
 * The states of the word, and what changes them (Ulrich Drepper, "Futexes Are Tricky", mutex 2):
 *
 * ```text
 *              lock: compare-exchange              lock by another thread: exchange
 *   FREE (0) --------------------------> HELD (1) ---------------------------------> AWAITED (2)
 *      ^                                    |                                            |
 *      +------------------------------------+--------------------------------------------+
 *                unlock: exchange                      unlock: exchange, then wake one
 * ```
 *
 * A thread that slept takes the lock as AWAITED, since it can not know whether others sleep still;
 * at worst that costs one wake-up too many. A holder that dies leaves the lock held for ever: that
 * is the point of not building on one.
 *
 * @module
 */

const FREE = 0;
const HELD = 1;
const AWAITED = 2;

/** A lock in one word of shared memory. */
export class Mutex {
  readonly #words: Int32Array;
  readonly #index: number;

  /** A view on the lock at `words[index]`; zeroed memory is an open lock. Any thread. */
  constructor(words: Int32Array<SharedArrayBuffer>, index = 0) {
    this.#words = words;
    this.#index = index;
  }

  /** Takes the lock, sleeping as long as another thread has it. Any thread. */
  lock(): void {
    const words = this.#words;
    const index = this.#index;
    let state = Atomics.compareExchange(words, index, FREE, HELD);
    if (state === FREE) return;
    if (state === HELD) state = Atomics.exchange(words, index, AWAITED);
    while (state !== FREE) {
      Atomics.wait(words, index, AWAITED);
      state = Atomics.exchange(words, index, AWAITED);
    }
  }

  /** Gives the lock back. Only the thread that took it. */
  unlock(): void {
    if (Atomics.exchange(this.#words, this.#index, FREE) === AWAITED) {
      Atomics.notify(this.#words, this.#index, 1);
    }
  }
}
