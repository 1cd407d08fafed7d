/**
 * The buckets of one metric: which ids live, and in which life each of them is.
 *
 * An epoch word for each id, shared by all threads, is the one truth. Odd: live; even: free. Creation
 * and destruction advance it by one, `clear` by two; it never returns to an earlier value. What a thread wrote for an id
 * carries the epoch it was written in and counts only while that is the id's epoch.
 *
 * ```text
 *        create            clear
 *  even ────────▶ odd ◀────────────┐
 *  free ◀──────── live ────────────┘
 *        destroy
 * ```
 *
 * The smallest free id is found by hints, see `free_ids.ts`.
 *
 * Assumptions: epochs stop at `LAST_EPOCH`: an id with 2^31 lives behind it stays free for ever.
 *
 * Guarantees: an id is given to one creator (the compare-exchange on its epoch, which is at once its tag against ABA: a creator
 * that slept while the id lived and died finds another epoch and fails). `create()` alone, without others creating or
 * destroying meanwhile, gives the smallest free id. An update that raced with `clear` or `destroy` is dropped as a whole.
 *
 * Progress: all operations are lock-free. A thread killed at any instruction leaves at most one wrong hint.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { Arena } from "../memory/arena.ts";
import { blockViews } from "../memory/header.ts";
import { type BucketSegment, LAST_EPOCH, markFree, markUsed, searchSegment } from "./free_ids.ts";
import {
  DIRECTORY,
  IDS_PER_WORD,
  LINE_PAIR,
  longIndex,
  M_DESTROYED,
  roundUp,
  wordIndex,
} from "../memory/layout.ts";
import { capacityOf, firstId, segmentOf } from "../memory/segments.ts";

/** What a table needs to know of its metric. */
export interface BucketTableOptions {
  /** The metric's name, for error texts. */
  name: string;
  /** Index of the directory's first word in `i32`. */
  directory: number;
  /** `log2` of the first segment's size. */
  shift: number;
  /** Whether buckets have label words. */
  labelled: boolean;
}

/** The buckets of one metric, as one thread sees them. */
export class BucketTable {
  /** Allocation and views. */
  readonly arena: Arena;
  /** The metric's name, for error texts. */
  readonly name: string;
  /** `log2` of the first segment's size. */
  readonly shift: number;
  readonly #directory: number;
  readonly #labelled: boolean;
  /** Index in `i32` of the number of buckets that were destroyed. */
  readonly #destroyed: number;
  readonly #segments: BucketSegment[] = [];

  constructor(arena: Arena, options: BucketTableOptions) {
    this.arena = arena;
    this.name = options.name;
    this.shift = options.shift;
    this.#directory = options.directory;
    this.#labelled = options.labelled;
    this.#destroyed = options.directory + M_DESTROYED;
  }

  /** The segment numbered `segment`, if any thread has made it. Any thread. */
  segment(segment: number): BucketSegment | undefined {
    const known = this.#segments[segment];
    if (known !== undefined || !(segment >= 0 && segment < DIRECTORY)) return known;
    // SeqCst; pairs with the compare-exchange in `#grow`: without it we could see the reference and not the growth behind it.
    const block = Atomics.load(this.arena.views().i32, this.#directory + segment) >>> 0;
    return block === 0 ? undefined : this.#view(segment, block * 8);
  }

  /** The epoch of `id`: odd while the bucket lives. 0 for an id that never lived. Any thread. */
  epoch(id: number): number {
    const segment = this.segment(segmentOf(id, this.shift));
    if (segment === undefined) return 0;
    return Atomics.load(segment.views.i32, segment.epochs + this.#offset(id));
  }

  /**
   * The epoch again, after the bucket's cells were read. Pairs with the advances in `create`, `clear` and `destroy`. A
   * read-modify-write, because a load could be served before the plain loads of the cells (AArch64); those of the cells may not
   * pass a write. Without it a read could add what one thread counted before a clear to what another counted after it.
   */
  confirmEpoch(id: number): number {
    const segment = this.segment(segmentOf(id, this.shift))!;
    return Atomics.add(segment.views.i32, segment.epochs + this.#offset(id), 0);
  }

  /**
   * The epoch of a live bucket. Any thread.
   *
   * @throws {TypeError} When `id` is no number.
   * @throws {RangeError} When the bucket does not live.
   */
  liveEpoch(id: number, verb: string): number {
    if (typeof id !== "number") {
      throw new TypeError(cannot(`${verb} ${this.name}`, "the bucket's id must be a number", id));
    }
    const valid = Number.isInteger(id) && id >= 0 && id < 2 ** 30;
    const epoch = valid ? this.epoch(id) : 0;
    if ((epoch & 1) === 0) {
      const state = epoch === 0 ? "that never lived" : "that was destroyed";
      throw new RangeError(
        cannot(
          `${verb} ${this.name}`,
          "the bucket must be live",
          got(`${id}, ${valid ? `one ${state}` : "no id"}`),
        ),
      );
    }
    return epoch;
  }

  /**
   * Creates a bucket with the smallest free id. Any thread.
   *
   * @throws {RangeError} When the arena is full.
   */
  create(): number {
    for (;;) {
      const id = this.findFree();
      const epoch = this.epoch(id);
      if ((epoch & 1) === 0 && this.begin(id, epoch)) return id;
    }
  }

  /**
   * Starts the life of bucket `id` that follows the even `epoch`. False if somebody else did it, or an earlier
   * life has passed. Any thread.
   */
  begin(id: number, epoch: number): boolean {
    const segment = this.segment(segmentOf(id, this.shift))!;
    const offset = this.#offset(id);
    const { i32 } = segment.views;
    const begun = Atomics.compareExchange(i32, segment.epochs + offset, epoch, epoch + 1) === epoch;
    if (begun) markUsed(segment, offset);
    return begun;
  }

  /**
   * Ends the life of bucket `id` that has the odd `epoch`. False if it is over or was cleared meanwhile. Any thread.
   */
  end(id: number, epoch: number): boolean {
    const segment = this.segment(segmentOf(id, this.shift))!;
    const offset = this.#offset(id);
    const { i32 } = segment.views;
    if (Atomics.compareExchange(i32, segment.epochs + offset, epoch, epoch + 1) !== epoch) {
      return false;
    }
    if (epoch < LAST_EPOCH) markFree(segment, offset);
    Atomics.add(i32, this.#destroyed, 1);
    return true;
  }

  /**
   * Makes all that was counted in bucket `id` in the odd `epoch` and before count no more, for all threads at once. False if its life
   * is over or it was cleared meanwhile. Any thread.
   *
   * @throws {RangeError} When it was cleared 2^30 times.
   */
  clear(id: number, epoch: number): boolean {
    if (epoch >= LAST_EPOCH) {
      throw new RangeError(
        cannot(`clear ${this.name}`, "at most 2^30 clears of one bucket", got("one more")),
      );
    }
    const segment = this.segment(segmentOf(id, this.shift))!;
    const index = segment.epochs + this.#offset(id);
    return Atomics.compareExchange(segment.views.i32, index, epoch, epoch + 2) === epoch;
  }

  /** The live ids in rising order. Any thread. */
  *ids(): Generator<number> {
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.segment(k);
      if (segment === undefined) return;
      const first = firstId(k, this.shift);
      const capacity = capacityOf(k, this.shift);
      for (let offset = 0; offset < capacity; offset++) {
        if (Atomics.load(segment.views.i32, segment.epochs + offset) & 1) yield first + offset;
      }
    }
  }

  /**
   * The smallest free id. Any thread; lock-free; another thread may take it at once. The table grows only when at some instant no id was
   * free, so it is as large as the most buckets alive at once.
   *
   * @throws {RangeError} When the arena is full.
   */
  findFree(): number {
    const { i32 } = this.arena.views();
    for (;;) {
      const destroyed = Atomics.load(i32, this.#destroyed);
      // Before the search: a segment that another thread adds meanwhile is room enough for both.
      const next = this.#countSegments();
      const found = this.#search();
      if (found >= 0) return found;
      // Before the table grows, look for ids that a thread hid when it was killed between two steps.
      this.repair(Infinity);
      const repaired = this.#search();
      if (repaired >= 0) return repaired;
      // An id that was freed behind the search is room too: else churn alone would make the table grow.
      if (Atomics.load(i32, this.#destroyed) === destroyed) return this.#grow(next);
    }
  }

  /** Looks at the epochs themselves and corrects the hints for ids below `limit`. Any thread. */
  repair(limit: number): void {
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.segment(k);
      const first = firstId(k, this.shift);
      if (segment === undefined || first >= limit) return;
      const capacity = Math.min(capacityOf(k, this.shift), limit - first);
      for (let offset = 0; offset < capacity; offset++) {
        const epoch = Atomics.load(segment.views.i32, segment.epochs + offset);
        if ((epoch & 1) === 0 && epoch < LAST_EPOCH) markFree(segment, offset);
      }
    }
  }

  #offset(id: number): number {
    return id - firstId(segmentOf(id, this.shift), this.shift);
  }

  #view(segment: number, start: number): BucketSegment {
    const capacity = capacityOf(segment, this.shift);
    const size = sizes(capacity, this.#labelled);
    const made: BucketSegment = {
      views: blockViews(this.arena, start, size.bytes),
      epochs: wordIndex(start),
      used: wordIndex(start + size.used),
      full: wordIndex(start + size.full),
      labels: longIndex(start + size.labels),
    };
    this.#segments[segment] = made;
    return made;
  }

  #countSegments(): number {
    let count = 0;
    while (this.segment(count) !== undefined) count++;
    return count;
  }

  /** Adds segment `next` unless another thread has done so, and returns its first id. */
  #grow(next: number): number {
    if (next === DIRECTORY) {
      throw new RangeError(
        cannot(`create a bucket of ${this.name}`, "at most 2^30 buckets", got("one more")),
      );
    }
    const { bytes } = sizes(capacityOf(next, this.shift), this.#labelled);
    const start = this.arena.allocate(bytes);
    const { i32 } = this.arena.views();
    // SeqCst; pairs with the load in `segment`. A compare-exchange, because two threads may grow the table at once.
    const winner = Atomics.compareExchange(i32, this.#directory + next, 0, longIndex(start)) >>> 0;
    if (winner !== 0) this.arena.release(start, bytes);
    return firstId(next, this.shift);
  }

  #search(): number {
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.segment(k);
      if (segment === undefined) break;
      const offset = searchSegment(segment, capacityOf(k, this.shift));
      if (offset >= 0) return firstId(k, this.shift) + offset;
    }
    return -1;
  }
}

/** Byte offsets of a segment's parts, and its size. */
function sizes(
  capacity: number,
  labelled: boolean,
): Record<"used" | "full" | "labels" | "bytes", number> {
  const words = Math.ceil(capacity / IDS_PER_WORD);
  const used = capacity * 4;
  const full = used + words * 4;
  const labels = roundUp(full + Math.ceil(words / IDS_PER_WORD) * 4, 8);
  return { used, full, labels, bytes: roundUp(labels + (labelled ? capacity * 8 : 0), LINE_PAIR) };
}
