/**
 * The order of creations in a metric with labels, so that the same labels get one bucket.
 *
 * A ring of 64-bit entries: stamp (position + 1) | reference of a label block. To create, a thread reads the log to its end, finds
 * that nobody has made a bucket for these labels, prepares a label block, addressed to the smallest free id and
 * its epoch, and appends the block's reference by compare-exchange at the position where it saw the end. Whoever loses
 * reads on: perhaps the winner made the same bucket. The append is the creation; to finish it (set the bucket's label
 * word, advance its epoch) any thread can, and every thread does before it appends behind it.
 *
 * ```text
 * label word of a bucket:   epoch of its life (32 bits) | reference of its label block (32 bits)
 * ```
 *
 * Assumptions: all creations in such a metric go through its log, `create()` without labels too; no thread stays away
 * from the log while 2^32 creations pass, to within the ring.
 *
 * Guarantees: two live buckets never have the same labels. A live bucket has its labels from the first instant on. A block is addressed to a
 * position only after the end of the log was seen there while the block was the creator's: so a stamp never matches an entry of the block's
 * earlier lives, and a helper that slept does no harm: the block's stamp, the label word's epoch and the epoch word never return to an earlier value.
 *
 * Progress: lock-free. A thread killed before its append loses its label block; after it, somebody else finishes
 * its creation. A thread that fell more than the ring behind reads the live buckets instead.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { blockViews, damaged } from "../memory/header.ts";
import { L_EPOCH, L_ID, L_METRIC, L_STAMP, LINE, LOG_ENTRIES } from "../memory/layout.ts";
import { firstId, segmentOf } from "../memory/segments.ts";
import type { BucketTable } from "./bucket_table.ts";

/** What a log needs to know of its metric. */
export interface LabelLogOptions {
  /** The metric's number. */
  metric: number;
  /** Index of the ring's first entry in `u64`. */
  ring: number;
  /** Index in `i32` of the word that says how many entries there are; it may lag behind. */
  end: number;
}

/** A position's place in the log: nothing there yet, an entry, or already overwritten. */
type Entry = number | "end" | "lost";

/** The log of one metric, as one thread sees it. */
export class LabelLog {
  readonly #arena: Arena;
  readonly #table: BucketTable;
  readonly #metric: number;
  readonly #ring: number;
  readonly #end: number;

  constructor(table: BucketTable, options: LabelLogOptions) {
    this.#arena = table.arena;
    this.#table = table;
    this.#metric = options.metric;
    this.#ring = options.ring;
    this.#end = options.end;
    blockViews(this.#arena, options.ring * 8, LOG_ENTRIES * 8);
  }

  /** A position not beyond the end, and near it. Any thread. */
  get end(): number {
    return Atomics.load(this.#arena.views().i32, this.#end);
  }

  /** The label block at `position`. Any thread. */
  entry(position: number): Entry {
    // SeqCst; pairs with the compare-exchange in `append`: with the entry we see the block's content.
    const word = Atomics.load(this.#arena.views().u64, this.#index(position));
    if (isFree(word, position)) return "end";
    return ((Number(word >> 32n) - (position + 1)) | 0) === 0 ? Number(word & 0xffffffffn) : "lost";
  }

  /** Appends `block` at `position`, unless another thread was first. Any thread. */
  append(position: number, block: number): boolean {
    const { u64 } = this.#arena.views();
    const index = this.#index(position);
    const old = Atomics.load(u64, index);
    if (!isFree(old, position)) return false;
    const word = (BigInt((position + 1) >>> 0) << 32n) | BigInt(block);
    return Atomics.compareExchange(u64, index, old, word) === old;
  }

  /**
   * Finishes the creation whose entry at `position` is `block`, if that is still to do, and notes that the log
   * goes so far. Any thread, any number of times, at any time after the append.
   */
  finish(position: number, block: number): void {
    const { i32 } = blockViews(this.#arena, block * 8, LINE);
    const words = block * 2;
    const id = Atomics.load(i32, words + L_ID);
    const epoch = Atomics.load(i32, words + L_EPOCH);
    const metric = Atomics.load(i32, words + L_METRIC);
    // The stamp is cleared before a block is addressed anew: if it is still ours, so was all that we have read.
    if (metric === this.#metric && Atomics.load(i32, words + L_STAMP) === ((position + 1) | 0)) {
      const k = segmentOf(id, this.#table.shift);
      const segment = this.#table.segment(k);
      if (segment === undefined) throw damaged("a creation");
      const index = segment.labels + id - firstId(k, this.#table.shift);
      const old = Atomics.load(segment.views.u64, index);
      if (old === 0n || ((Number(old >> 32n) - (epoch + 1)) | 0) < 0) {
        const word = (BigInt(epoch + 1) << 32n) | BigInt(block);
        Atomics.compareExchange(segment.views.u64, index, old, word);
      }
      this.#table.begin(id, epoch);
    }
    this.#advance(position + 1);
  }

  /** The label word of a bucket. Any thread. */
  labelWord(id: number): bigint {
    const k = segmentOf(id, this.#table.shift);
    const segment = this.#table.segment(k)!;
    return Atomics.load(segment.views.u64, segment.labels + id - firstId(k, this.#table.shift));
  }

  #index(position: number): number {
    return this.#ring + ((position >>> 0) % LOG_ENTRIES);
  }

  /** Whoever was killed after its append did not do this, so every reader does. */
  #advance(position: number): void {
    const { i32 } = this.#arena.views();
    for (;;) {
      const end = Atomics.load(i32, this.#end);
      if (((position - end) | 0) <= 0) return;
      if (Atomics.compareExchange(i32, this.#end, end, position | 0) === end) return;
    }
  }
}

/**
 * Whether a word of the ring is what stands at `position` before the entry there: nothing, or the entry one round earlier, and no other. Who stays away
 * from the log while 2^31 entries are made would take any later entry for an earlier one.
 */
function isFree(word: bigint, position: number): boolean {
  return word === 0n || ((Number(word >> 32n) - (position + 1)) | 0) === -LOG_ENTRIES;
}
