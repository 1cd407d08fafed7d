/**
 * A seeded generator of random numbers, so that a test that failed can run again in the same way.
 *
 * @module
 */

/** Random choices that are determined by a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 to below 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }
}

/** Runs `test` with several seeds. The error of a failure names the seed. */
export function withSeeds(count: number, test: (random: Random) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      test(new Random(seed));
    } catch (error) {
      throw new Error(`failed with seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}
