/**
 * Memory that comes and goes in pieces of any size: the longer texts of labels. What was given back
 * is there for any later need, larger or smaller, as neighbours that are free are one piece again
 * by themselves.
 *
 * A bit for each 64-byte line, set while the line is free. The bits of a region of 16,384 lines
 * stand in a map, which is made before the first piece of that region is lent. Maps are never taken
 * away; they form a list, newest first.
 *
 * ```text
 * map   region | next map | free lines, at least | - | bits i32[512]
 * ```
 *
 * Assumptions: who gives a piece back is the one who took it.
 *
 * Guarantees: a line has one holder at a time. Who is told that there is no piece searched while
 * nobody gave any back. Memory is bounded by the most in use at once, but for what lies between
 * pieces in use.
 *
 * Progress: lock-free. A piece is claimed word by word in rising order, and given back when a line
 * of it was lost to another thread; so of threads that want the same lines the one that has come
 * furthest is stopped by none of the others. A thread killed in between loses the one piece that it
 * was taking or giving back.
 *
 * @module
 */
import { damaged } from "./damage.ts";
import { H_EXTENT_MAPS, H_EXTENTS_FREED } from "./layout.ts";

/** Lines whose bits stand in one map. */
const REGION = 16384;
/** Bits of one word. */
const BITS = 32;
export const MAP_WORDS = REGION / BITS;

// A map: word indices.
const MAP_REGION = 0;
export const MAP_NEXT = 1;
/** No fewer than the bits that are set: 0 means that no look at them is needed. */
const MAP_FREE = 2;
export const MAP_BITS = 4;
const MAP_BYTES = (MAP_BITS + MAP_WORDS) * 4;

/** What the arena does for its extents. */
export interface ExtentSource {
  /** All words of the memory, at least to byte `end`. */
  words(end?: number): Int32Array;
  /** Takes zeroed memory for good, and returns its byte offset; -1 when there is none. */
  allocate(bytes: number): number;
}

/** The pieces, as one thread sees them. */
export class Extents {
  readonly #source: ExtentSource;
  /** Index of each region's map in the words; 0 where there is none. */
  readonly #maps: number[] = [];
  /** The newest map that this thread knows. */
  #newest = 0;
  /** Memory for a map, left from a race for one that another thread has won. */
  #spare = 0;

  constructor(source: ExtentSource) {
    this.#source = source;
  }

  /**
   * Takes `lines` neighbouring lines, and returns the first one's number; -1 when there are none.
   * Their content is undefined. Any thread.
   *
   * @param isPaired Whether the first one must be an even one.
   */
  take(lines: number, isPaired: boolean): number {
    for (;;) {
      // SeqCst; pairs with the addition in `give`: without it a piece that came back behind the
      // search would be overlooked.
      const freed = Atomics.load(this.#source.words(), H_EXTENTS_FREED);
      this.#learn();
      const first = this.#search(lines, isPaired);
      if (first >= 0) {
        if (this.#claim(first, lines)) return first;
      } else if (Atomics.load(this.#source.words(), H_EXTENTS_FREED) === freed) {
        return -1;
      }
    }
  }

  /** Gives lines back, all of which are covered. Any thread, but only the one that holds them. */
  give(first: number, lines: number): void {
    this.#learn();
    this.#eachMap(first, lines, (map, _, count) => {
      // Before the bits: nobody may find 0 while there are some.
      if (map !== 0) Atomics.add(this.#source.words(), map + MAP_FREE, count);
    });
    this.#set(first, lines);
  }

  /** Whether each of the lines has its bit. Any thread. */
  covers(first: number, lines: number): boolean {
    this.#learn();
    let isCovered = true;
    this.#eachMap(first, lines, (map) => {
      if (map === 0) isCovered = false;
    });
    return isCovered;
  }

  /** Makes the maps that the lines need. False when there is no memory for one. Any thread. */
  cover(first: number, lines: number): boolean {
    const last = Math.floor((first + lines - 1) / REGION);
    for (let region = Math.floor(first / REGION); region <= last; region++) {
      while ((this.#maps[region] ?? 0) === 0) {
        const newest = this.#learn();
        if ((this.#maps[region] ?? 0) !== 0) break;
        if (this.#spare === 0) {
          const start = this.#source.allocate(MAP_BYTES);
          if (start < 0) return false;
          this.#spare = start / 4;
        }
        const words = this.#source.words(this.#spare * 4 + MAP_BYTES);
        words[this.#spare + MAP_REGION] = region;
        words[this.#spare + MAP_NEXT] = newest;
        // SeqCst; pairs with the load in `#learn`: with the reference one sees the map. Only who
        // knows all maps adds one, so a region has one.
        if (Atomics.compareExchange(words, H_EXTENT_MAPS, newest, this.#spare) === newest) {
          this.#spare = 0;
        }
      }
    }
    return true;
  }

  /** Learns of the maps that others have made, and returns the newest one. */
  #learn(): number {
    const newest = Atomics.load(this.#source.words(), H_EXTENT_MAPS);
    let steps = 0;
    for (let map = newest; map !== this.#newest;) {
      const words = this.#source.words(map * 4 + MAP_BYTES);
      const region = words[map + MAP_REGION];
      const isThere = map > 0 && map * 4 + MAP_BYTES <= words.byteLength;
      if (!isThere || !(region >= 0) || steps++ * MAP_BYTES > words.byteLength) {
        throw damaged("a map of free lines that leads nowhere");
      }
      this.#maps[region] = map;
      map = words[map + MAP_NEXT];
    }
    return this.#newest = newest;
  }

  /** The first of `lines` neighbouring free lines, or -1. */
  #search(lines: number, isPaired: boolean): number {
    const words = this.#source.words();
    let run = 0;
    for (let region = 0; region < this.#maps.length; region++) {
      const map = this.#maps[region] ?? 0;
      if (map === 0 || Atomics.load(words, map + MAP_FREE) === 0) {
        run = 0;
        continue;
      }
      for (let word = 0; word < MAP_WORDS; word++) {
        const bits = Atomics.load(words, map + MAP_BITS + word);
        if (bits === 0) {
          run = 0;
          continue;
        }
        for (let bit = 0; bit < BITS; bit++) {
          const isFree = ((bits >>> bit) & 1) === 1;
          if (!isFree) run = 0;
          else if (run > 0 || !isPaired || bit % 2 === 0) run++;
          if (run === lines) return region * REGION + word * BITS + bit + 1 - lines;
        }
      }
    }
    return -1;
  }

  /**
   * Makes free lines this thread's. False, and nothing has changed, when another thread was first
   * with one of them.
   */
  #claim(first: number, lines: number): boolean {
    const words = this.#source.words();
    const end = first + lines;
    for (let line = first; line < end;) {
      const index = this.#wordOf(line);
      const mask = maskOf(line, end);
      const bits = Atomics.load(words, index);
      if ((bits & mask) !== mask) {
        this.#set(first, line - first);
        return false;
      }
      // SeqCst; pairs with that of every other thread: without it two would hold the same line.
      if (Atomics.compareExchange(words, index, bits, bits & ~mask) === bits) line = next(line);
    }
    // After the bits: nobody may find 0 while there are some.
    this.#eachMap(first, lines, (map, _, count) => Atomics.sub(words, map + MAP_FREE, count));
    return true;
  }

  /** Sets the bits, and says so. */
  #set(first: number, lines: number): void {
    const words = this.#source.words();
    const end = first + lines;
    for (let line = first; line < end; line = next(line)) {
      const index = this.#wordOf(line);
      if (index !== 0) Atomics.or(words, index, maskOf(line, end));
    }
    Atomics.add(words, H_EXTENTS_FREED, 1);
  }

  /** Index of the word with a line's bit; 0 where there is none. */
  #wordOf(line: number): number {
    const map = this.#maps[Math.floor(line / REGION)] ?? 0;
    return map === 0 ? 0 : map + MAP_BITS + Math.floor((line % REGION) / BITS);
  }

  /** Goes through the parts of a piece that have a map each. */
  #eachMap(
    first: number,
    lines: number,
    visit: (map: number, first: number, lines: number) => void,
  ): void {
    const end = first + lines;
    for (let line = first; line < end;) {
      const region = Math.floor(line / REGION);
      const stop = Math.min(end, (region + 1) * REGION);
      visit(this.#maps[region] ?? 0, line, stop - line);
      line = stop;
    }
  }
}

/** The bits of the lines from `line` on that stand in its word, up to `end`. */
function maskOf(line: number, end: number): number {
  const from = line % BITS;
  const count = Math.min(BITS - from, end - line);
  return (count === BITS ? -1 : (1 << count) - 1) << from;
}

/** The first line of the next word. */
function next(line: number): number {
  return (Math.floor(line / BITS) + 1) * BITS;
}
