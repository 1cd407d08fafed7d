/**
 * Words that come again and again, each kept once.
 *
 * @module
 */

/**
 * Beyond so much the pool begins anew: labels that are all different must not fill the memory. In
 * UTF-16 code units, so that it holds for words of any length.
 */
const MOST_UNITS = 2 ** 17;
/** What a word costs beside its text, in code units. */
const WORD_UNITS = 32;
/**
 * Longer words are not kept: few of them would put the others out, and who compares them gains
 * nothing.
 */
const LONG = 1024;

/**
 * The values of labels as this thread has them: few methods, statuses and routes make many series. One string for all of them is memory
 * saved, and what an exporter goes through stays in the cache.
 */
export class StringPool {
  #words = new Map<string, string>();
  #units = 0;

  /** How many words are kept. */
  get size(): number {
    return this.#words.size;
  }

  /** How many UTF-16 code units the words and their places take, about. */
  get units(): number {
    return this.#units;
  }

  /** The word itself, or one that is equal and was here before. */
  share(word: string): string {
    if (word.length > LONG) return word;
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    const units = WORD_UNITS + word.length;
    // In one go, rather than the oldest: it costs nothing in between, and the frequent ones are back at once.
    if (this.#units + units > MOST_UNITS) {
      this.#words = new Map();
      this.#units = 0;
    }
    this.#units += units;
    this.#words.set(word, word);
    return word;
  }
}
