/**
 * Extents: runs of lines that are lent and come back, for the longer texts of labels. A run that
 * was given back can serve any later need, smaller or larger, because neighbouring free lines form
 * one run without any merging.
 *
 * Each 64-byte line has a bit, set while the line is free. A map holds the bits of a region of
 * 16,384 lines. A region gets its map before its first line is lent. Maps stay for ever; they form
 * a list, newest first.
 *
 * ```text
 * map   region | next older map | upper bound of free lines | - | bits i32[512]
 * ```
 *
 * Assumptions: only the holder of a run gives it back.
 *
 * Guarantees: a line has one holder at a time. A search reports that there is no run only if no
 * lines came back while it searched. Memory is bounded by the largest number of lines in use at one
 * time, plus fragmentation: free runs between used ones serve smaller needs only.
 *
 * Progress: lock-free. A thread claims a run word by word in rising order, and gives it back when
 * it finds that another thread has a line of it. So among threads that want the same lines, the one
 * that has claimed the highest word is not stopped by any other. A killed thread loses the run that
 * it was claiming or giving back.
 *
 * @module
 */
import { damaged } from "./damage.ts";
import {
  H_EXTENT_MAPS,
  H_EXTENTS_FREED,
  MAP_BITS,
  MAP_BYTES,
  MAP_FREE,
  MAP_NEXT,
  MAP_REGION,
  MAP_WORDS,
  REGION_LINES,
} from "./layout.ts";

/** Bits of one word. */
const BITS = 32;

/** What the extents need of the arena. */
export interface ExtentSource {
  /** All words of the memory, at least those before byte `end`. */
  words(end?: number): Int32Array;
  /** Allocates zeroed memory for ever, and returns its byte offset; -1 when the arena is full. */
  allocate(bytes: number): number;
}

/** The extents, as one thread sees them. */
export class Extents {
  readonly #source: ExtentSource;
  /** By region: index in `i32` of its map; 0 or undefined if this thread knows of none. */
  readonly #maps: number[] = [];
  /** The newest map that this thread knows of. */
  #newest = 0;
  /**
   * Index in `i32` of memory for a map, allocated for a region whose map another thread made; 0:
   * none.
   */
  #spare = 0;

  constructor(source: ExtentSource) {
    this.#source = source;
  }

  /**
   * Takes a run of `lines` lines, and returns the number of its first line; -1 when there is none.
   * The content is undefined. Any thread; lock-free.
   *
   * @param isPaired Whether the number of the first line must be even.
   */
  take(lines: number, isPaired: boolean): number {
    for (;;) {
      // SeqCst; pairs with the addition in `#set`: without it the search could miss lines that came
      // back in words that it had already passed.
      const freed = Atomics.load(this.#source.words(), H_EXTENTS_FREED);
      this.#findNewMaps();
      const first = this.#search(lines, isPaired);
      if (first >= 0) {
        if (this.#claim(first, lines)) return first;
      } else if (Atomics.load(this.#source.words(), H_EXTENTS_FREED) === freed) {
        return -1;
      }
    }
  }

  /**
   * Gives back a run whose lines all have maps. Any thread, but only the one that holds the run.
   */
  give(first: number, lines: number): void {
    this.#findNewMaps();
    this.#eachMap(first, lines, (map, _, count) => {
      // Before the bits: while bits are set, no thread may find 0 here.
      if (map !== 0) Atomics.add(this.#source.words(), map + MAP_FREE, count);
    });
    this.#set(first, lines);
  }

  /** Whether all of these lines have maps. Any thread. */
  covers(first: number, lines: number): boolean {
    this.#findNewMaps();
    let isCovered = true;
    this.#eachMap(first, lines, (map) => {
      if (map === 0) isCovered = false;
    });
    return isCovered;
  }

  /**
   * Makes the maps for these lines. False when there is no memory for a map. Any thread; lock-free.
   */
  cover(first: number, lines: number): boolean {
    const last = Math.floor((first + lines - 1) / REGION_LINES);
    for (let region = Math.floor(first / REGION_LINES); region <= last; region++) {
      while ((this.#maps[region] ?? 0) === 0) {
        const newest = this.#findNewMaps();
        if ((this.#maps[region] ?? 0) !== 0) break;
        if (this.#spare === 0) {
          const start = this.#source.allocate(MAP_BYTES);
          if (start < 0) return false;
          this.#spare = start / 4;
        }
        const words = this.#source.words(this.#spare * 4 + MAP_BYTES);
        words[this.#spare + MAP_REGION] = region;
        words[this.#spare + MAP_NEXT] = newest;
        // SeqCst; pairs with the load in `#findNewMaps`: a thread that sees the reference sees the
        // map. A thread adds a map only while it knows all others, so no region gets two.
        if (Atomics.compareExchange(words, H_EXTENT_MAPS, newest, this.#spare) === newest) {
          this.#spare = 0;
        }
      }
    }
    return true;
  }

  /** Notes the maps that other threads have made, and returns the newest one. */
  #findNewMaps(): number {
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

  /** First line of the first free run that is long enough; -1 when there is none. */
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
          if (run === lines) return region * REGION_LINES + word * BITS + bit + 1 - lines;
        }
      }
    }
    return -1;
  }

  /**
   * Claims a run that was found free. Returns false, and has given everything back, when another
   * thread has claimed a line of it meanwhile.
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
      // SeqCst; pairs with the same operation of other threads: without it a line could have two
      // holders.
      if (Atomics.compareExchange(words, index, bits, bits & ~mask) === bits) line = next(line);
    }
    // After the bits: while bits are set, no thread may find 0 here.
    this.#eachMap(first, lines, (map, _, count) => Atomics.sub(words, map + MAP_FREE, count));
    return true;
  }

  /** Marks lines as free, and then counts that lines came back. */
  #set(first: number, lines: number): void {
    const words = this.#source.words();
    const end = first + lines;
    for (let line = first; line < end; line = next(line)) {
      const index = this.#wordOf(line);
      if (index !== 0) Atomics.or(words, index, maskOf(line, end));
    }
    Atomics.add(words, H_EXTENTS_FREED, 1);
  }

  /** Index in `i32` of the word with a line's bit; 0 when the line has no map. */
  #wordOf(line: number): number {
    const map = this.#maps[Math.floor(line / REGION_LINES)] ?? 0;
    return map === 0 ? 0 : map + MAP_BITS + Math.floor((line % REGION_LINES) / BITS);
  }

  /** Visits the parts of a run, one for each region. */
  #eachMap(
    first: number,
    lines: number,
    visit: (map: number, first: number, lines: number) => void,
  ): void {
    const end = first + lines;
    for (let line = first; line < end;) {
      const region = Math.floor(line / REGION_LINES);
      const stop = Math.min(end, (region + 1) * REGION_LINES);
      visit(this.#maps[region] ?? 0, line, stop - line);
      line = stop;
    }
  }
}

/** Mask of the lines from `line` up to `end` whose bits are in the same word. */
function maskOf(line: number, end: number): number {
  const from = line % BITS;
  const count = Math.min(BITS - from, end - line);
  return (count === BITS ? -1 : (1 << count) - 1) << from;
}

/** The first line of the next word. */
function next(line: number): number {
  return (Math.floor(line / BITS) + 1) * BITS;
}
