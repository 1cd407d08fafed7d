/**
 * Equal strings, kept once each.
 *
 * @module
 */

/**
 * Maximum size of the pool in UTF-16 code units. Beyond it the pool starts empty, so that labels
 * which are all different do not fill the memory. Counting units bounds the pool for strings of any
 * length.
 */
const MAX_UNITS = 2 ** 17;
/** The cost of an entry in addition to its text, in code units. */
const ENTRY_UNITS = 32;
/**
 * Maximum length of a string that is kept, in code units. A few longer ones would displace all
 * others, and sharing them saves little.
 */
const MAX_LENGTH = 1024;

/**
 * The label values that one thread has seen. Few methods, statuses and routes make many series; one
 * string for each value saves memory, and exporters that read all series find the strings in the
 * processor's cache. Private to its thread.
 */
export class StringPool {
  #strings = new Map<string, string>();
  #units = 0;

  /** Number of strings that are kept. */
  get size(): number {
    return this.#strings.size;
  }

  /** Approximate size of the strings and their entries, in UTF-16 code units. */
  get units(): number {
    return this.#units;
  }

  /** Returns an equal string from the pool, or keeps and returns this one. */
  share(text: string): string {
    if (text.length > MAX_LENGTH) return text;
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const units = ENTRY_UNITS + text.length;
    // Empties the pool rather than evicting the oldest string: no bookkeeping is needed in between,
    // and frequent strings return at once.
    if (this.#units + units > MAX_UNITS) {
      this.#strings = new Map();
      this.#units = 0;
    }
    this.#units += units;
    this.#strings.set(text, text);
    return text;
  }
}
