/**
 * The buckets of one metric: which ids are live, and the epoch of each.
 *
 * All threads share an epoch word for each id. It is odd while the bucket is live, even while the
 * id is free. `create` and `destroy` advance it by one, `clear` by two; it never returns to an
 * earlier value. What a thread writes for a bucket carries the epoch at that time, and counts only
 * while the bucket has that epoch.
 *
 * ```text
 *        create            clear
 *  even ────────▶ odd ◀────────────┐
 *  free ◀──────── live ────────────┘
 *        destroy
 * ```
 *
 * Hints lead to the smallest free id, see `free_ids.ts`.
 *
 * Limits: an epoch stops at `LAST_EPOCH`. An id that reaches it, after about 2^30 lives, stays free
 * for ever.
 *
 * Guarantees: an id goes to one creator. The compare-exchange on its epoch is the tag against ABA:
 * a creator that slept while the id lived and died finds another epoch and fails. `create()` gives
 * the smallest free id unless other threads create or destroy at the same time. An update that
 * races with `clear` or `destroy` is dropped as a whole.
 *
 * Progress: all operations are lock-free. A thread killed at any instruction leaves at most one
 * wrong hint. "Id allocation and bucket epoch" in `docs/memory_model.md` gives the order of each
 * access and its pair.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { type Arena, blockViews } from "../memory/arena.ts";
import { type BucketSegment, LAST_EPOCH, markFree, markUsed, searchSegment } from "./free_ids.ts";
import {
  DIRECTORY,
  IDS_PER_WORD,
  LINE_PAIR,
  longIndex,
  M_DESTROYED,
  M_USED,
  roundUp,
  wordIndex,
} from "../memory/layout.ts";
import { noteFirstUse } from "../memory/first_use.ts";
import { capacityOf, firstId, segmentOf } from "../memory/segments.ts";

/** What a table needs to know of its metric. */
export interface BucketTableOptions {
  /** The metric's name, for error texts. */
  name: string;
  /** Index of the directory's first word in `i32`. */
  directory: number;
  /** `log2` of the first segment's size. */
  shift: number;
  /** Whether the buckets have label words. */
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
  /** Size of a bucket in bytes, without its hints. */
  readonly bucketBytes: number;
  readonly #directory: number;
  readonly #labelled: boolean;
  /** Index in `i32` of the number of destroyed buckets. */
  readonly #destroyed: number;
  readonly #segments: BucketSegment[] = [];

  constructor(arena: Arena, options: BucketTableOptions) {
    this.arena = arena;
    this.name = options.name;
    this.shift = options.shift;
    this.#directory = options.directory;
    this.#labelled = options.labelled;
    this.bucketBytes = options.labelled ? 12 : 4;
    this.#destroyed = options.directory + M_DESTROYED;
  }

  /** The segment numbered `segment`, if a thread has made it. Any thread. */
  segment(segment: number): BucketSegment | undefined {
    const known = this.#segments[segment];
    if (known !== undefined || !(segment >= 0 && segment < DIRECTORY)) return known;
    // SeqCst; pairs with the compare-exchange in `#grow`: without it this thread could see the
    // reference and not the growth of the memory before it.
    const block = Atomics.load(this.arena.views().i32, this.#directory + segment) >>> 0;
    return block === 0 ? undefined : this.#view(segment, block * 8);
  }

  /**
   * The epoch of `id`: odd while the bucket is live; 0 for an id that was never live. Any thread.
   */
  epoch(id: number): number {
    const segment = this.segment(segmentOf(id, this.shift));
    if (segment === undefined) return 0;
    return Atomics.load(segment.views.i32, segment.epochs + this.#offset(id));
  }

  /**
   * The epoch again, after the bucket's cells were read. Any thread. Pairs with the advances in
   * `begin`, `end` and `clear`: without it a read could add up what one thread counted before a
   * clear and another after it. A read-modify-write, because on AArch64 a load could be performed
   * before the plain loads of the cells; those cannot pass a write.
   */
  confirmEpoch(id: number): number {
    const segment = this.segment(segmentOf(id, this.shift))!;
    return Atomics.add(segment.views.i32, segment.epochs + this.#offset(id), 0);
  }

  /**
   * The epoch of a live bucket. Any thread.
   *
   * @throws {TypeError} When `id` is not a number.
   * @throws {RangeError} When the bucket is not live.
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
   * Starts the life of bucket `id` that follows the even `epoch`. False when the id no longer has
   * that epoch: another thread has started this life, or it is over already. Any thread.
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
   * Ends the life of bucket `id` that has the odd `epoch`. False when the bucket no longer has that
   * epoch: it was cleared or destroyed meanwhile. Any thread.
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
   * Drops everything that all threads have counted in bucket `id` up to the odd `epoch`, at one
   * instant. False when the bucket no longer has that epoch: it was cleared or destroyed meanwhile.
   * Any thread.
   *
   * @throws {RangeError} When the epoch cannot be advanced any more, after about 2^30 clears.
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
   * The smallest free id. Any thread; lock-free. Another thread may take the id at once. The table
   * grows only when at some instant no id was free, so its size is bounded by the largest number of
   * buckets alive at one time.
   *
   * @throws {RangeError} When the arena is full.
   */
  findFree(): number {
    const { i32 } = this.arena.views();
    for (;;) {
      const destroyed = Atomics.load(i32, this.#destroyed);
      // Before the search: if another thread adds a segment meanwhile, that one has room for both.
      const next = this.#countSegments();
      const found = this.#search();
      if (found >= 0) return found;
      // Before the table grows, find the ids that killed threads have hidden.
      this.repair(Infinity);
      const repaired = this.#search();
      if (repaired >= 0) return repaired;
      // If an id was freed behind the search, search again: otherwise the table would grow although
      // ids are only created and destroyed in turn.
      if (Atomics.load(i32, this.#destroyed) === destroyed) return this.#grow(next);
    }
  }

  /**
   * Whether an id from `first` to `last` is free, or has no segment yet. Checks the last one first.
   * Any thread.
   */
  isFreeWithin(first: number, last: number): boolean {
    for (let id = last; id >= first; id--) {
      if ((this.epoch(id) & 1) === 0) return true;
    }
    return false;
  }

  /** Loads the epochs of the ids below `limit` and corrects wrong hints "used". Any thread. */
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
    const size = bucketSegmentParts(capacity, this.#labelled);
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

  /**
   * Adds the segment numbered `next`, unless another thread has done so, and returns its first id.
   */
  #grow(next: number): number {
    if (next === DIRECTORY) {
      throw new RangeError(
        cannot(`create a bucket of ${this.name}`, "at most 2^30 buckets", got("one more")),
      );
    }
    const { bytes } = bucketSegmentParts(capacityOf(next, this.shift), this.#labelled);
    let start: number;
    try {
      start = this.arena.allocate(bytes);
    } catch (error) {
      // Another thread may have used the last memory for this very segment.
      if (this.segment(next) !== undefined) return firstId(next, this.shift);
      throw error;
    }
    const { i32 } = this.arena.views();
    if (next === 0) noteFirstUse(this.arena, this.#directory + M_USED);
    // SeqCst; pairs with the load in `segment`. A compare-exchange, because two threads may grow
    // the table at once.
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

/**
 * Makes the implicit bucket of a metric, with id 0. Only the thread that defines the metric, before
 * another thread knows of it.
 *
 * @param start Byte offset of zeroed memory of `IMPLICIT_BUCKET_BYTES` bytes.
 */
export function makeImplicitBucket(arena: Arena, control: number, start: number): void {
  const { i32 } = arena.views();
  const { used } = bucketSegmentParts(1, false);
  // Unordered, all of them: the definition's append to the log publishes them.
  i32[wordIndex(control)] = longIndex(start);
  i32[wordIndex(start)] = 1;
  i32[wordIndex(start + used)] = 1;
}

/** Byte offsets of the parts of a segment behind its epochs, and its size in bytes. */
export function bucketSegmentParts(
  capacity: number,
  labelled: boolean,
): Record<"used" | "full" | "labels" | "bytes", number> {
  const words = Math.ceil(capacity / IDS_PER_WORD);
  const used = capacity * 4;
  const full = used + words * 4;
  const labels = roundUp(full + Math.ceil(words / IDS_PER_WORD) * 4, 8);
  return { used, full, labels, bytes: roundUp(labels + (labelled ? capacity * 8 : 0), LINE_PAIR) };
}

/** Size in bytes of the bucket segment of a metric with one bucket. */
export const IMPLICIT_BUCKET_BYTES = bucketSegmentParts(1, false).bytes;
