/**
 * The sliding window of one series of a summary in this thread.
 *
 * The window consists of `ageBuckets` slices of `maxAgeSeconds / ageBuckets` each. A value counts
 * from its observation until its slice is the oldest of so many and the next one begins. The first
 * slice begins when the series does. Without both options there is one slice for ever.
 *
 * @module
 */
import { steady } from "../base/clock.ts";
import { Sketch } from "./sketch.ts";

/** The options of a window. */
export interface WindowOptions {
  readonly maxAgeSeconds?: number;
  readonly ageBuckets?: number;
}

/** One slice of a window. */
export class Slice {
  readonly sketch: Sketch = new Sketch();
  /** Names the slice's buckets in shared memory. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

// A slice of the next owner of this thread's slot must have another name.
const prefix = Math.random().toString(36).slice(2, 8);
let made = 0;

/** The slices that count at present. Owner thread only. */
export class SlidingWindow {
  slices: Slice[] = [];
  /** For how long a slice lasts, in milliseconds. */
  readonly #step: number;
  readonly #most: number;
  #began = steady();
  /** How many slices began before the present one. */
  #passed = 0;
  /** The slice's number, for each slice. */
  readonly #numbers = new WeakMap<Slice, number>();

  constructor({ maxAgeSeconds, ageBuckets }: WindowOptions) {
    this.#most = ageBuckets || 1;
    this.#step = maxAgeSeconds && ageBuckets ? maxAgeSeconds * 1000 / ageBuckets : Infinity;
  }

  /** Ends slices that are too old. Calls back with each. */
  advance(onEnd: (slice: Slice) => void): void {
    if (this.#step === Infinity) return;
    while (steady() - this.#began > this.#step) {
      this.#began += this.#step;
      this.#passed++;
    }
    const [oldest] = this.slices;
    if (oldest === undefined || !this.#isOver(oldest)) return;
    const over = this.slices.filter((slice) => this.#isOver(slice));
    this.slices = this.slices.filter((slice) => !over.includes(slice));
    for (const slice of over) onEnd(slice);
  }

  /** The slice for values of now, after {@linkcode advance}. */
  current(): Slice {
    const last = this.slices.at(-1);
    if (last !== undefined && this.#numbers.get(last) === this.#passed) {
      return last;
    }
    const slice = new Slice(
      this.#step === Infinity ? "" : `${prefix}${made++}`,
    );
    this.#numbers.set(slice, this.#passed);
    this.slices.push(slice);
    return slice;
  }

  #isOver(slice: Slice): boolean {
    return this.#numbers.get(slice)! <= this.#passed - this.#most;
  }
}

/** For how long after its last value a slice may count, in milliseconds. */
export function lifetimeOf(
  { maxAgeSeconds, ageBuckets }: WindowOptions,
): number {
  return maxAgeSeconds && ageBuckets ? maxAgeSeconds * 1000 : Infinity;
}
