/**
 * Words that come again and again, each kept once.
 *
 * @module
 */

/** Beyond so many words the pool begins anew: labels that are all different must not fill the memory. */
const MAX_WORDS = 4096;

/**
 * The values of labels as this thread has them: few methods, statuses and routes make many series. One string for all of them is memory
 * saved, and what an exporter goes through stays in the cache.
 */
export class StringPool {
  #words = new Map<string, string>();

  /** How many words are kept. */
  get size(): number {
    return this.#words.size;
  }

  /** The word itself, or one that is equal and was here before. */
  share(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    // In one go, rather than the oldest: it costs nothing in between, and the frequent ones are back at once.
    if (this.#words.size >= MAX_WORDS) this.#words = new Map();
    this.#words.set(word, word);
    return word;
  }
}
