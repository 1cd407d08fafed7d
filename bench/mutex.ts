/**
 * A mutex, which the library is compared with.
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
 * A thread that slept takes the lock as AWAITED, since it cannot know whether others still sleep.
 * At worst that costs one needless wake-up. When a holder dies, the lock is held for ever: the
 * reason why the library does not build on locks.
 *
 * @module
 */

const FREE = 0;
const HELD = 1;
const AWAITED = 2;

/** A mutex in one word of shared memory. */
export class Mutex {
  readonly #words: Int32Array;
  readonly #index: number;

  /** Opens the mutex at `words[index]`. In zeroed memory it is free. Any thread. */
  constructor(words: Int32Array<SharedArrayBuffer>, index = 0) {
    this.#words = words;
    this.#index = index;
  }

  /** Takes the mutex, and sleeps while another thread holds it. Any thread. */
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

  /** Releases the mutex. Only the thread that holds it. */
  unlock(): void {
    if (Atomics.exchange(this.#words, this.#index, FREE) === AWAITED) {
      Atomics.notify(this.#words, this.#index, 1);
    }
  }
}
