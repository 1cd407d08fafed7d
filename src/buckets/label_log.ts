/**
 * The label log: the order of creations in a labelled metric, so that equal labels get one bucket.
 *
 * A ring of 64-bit entries: stamp (position + 1) | reference of a label head. To create a bucket, a
 * thread reads the log to its end, so it knows that no bucket has these labels. It prepares a label
 * head, addressed to the smallest free id and its epoch, and appends the head's reference by
 * compare-exchange at the position where it saw the end. If another thread was first, it reads on:
 * that thread may have created the same bucket. The append is the creation. Any thread can finish
 * it (set the bucket's label word, then advance its epoch), and every thread does so before it
 * appends behind it.
 *
 * ```text
 * label word of a bucket:   epoch of the life's beginning (32 bits) | label head (32 bits)
 * ```
 *
 * Assumptions: all creations in such a metric go through its log, also those without labels. A
 * thread never stays away from the log while 2^32 creations pass, to within the size of the ring.
 *
 * Guarantees: two live buckets never have the same labels. A live bucket has its labels from the
 * first instant on. A head is addressed to a position only after its creator, while holding the
 * head, saw the log end there. So a stamp never matches an entry of an earlier life of the head. A
 * helper that slept does no harm, because the head's stamp, the epoch in the label word, and the
 * epoch word never return to an earlier value.
 *
 * Progress: lock-free. A thread killed before its append loses its label head; after the append,
 * other threads finish its creation. A thread that is more than the ring behind reads the live
 * buckets instead.
 *
 * @module
 */
import { type Arena, blockViews } from "../memory/arena.ts";
import { damaged } from "../memory/damage.ts";
import {
  L_EPOCH,
  L_ID,
  L_METRIC,
  L_STAMP,
  LINE,
  LOG_ENTRIES,
  longIndex,
} from "../memory/layout.ts";
import { firstId, segmentOf } from "../memory/segments.ts";
import type { BucketTable } from "./bucket_table.ts";

/** What a log needs to know of its metric. */
export interface LabelLogOptions {
  /** The metric's number. */
  metric: number;
  /** Index in `i32` of the word with the reference of the ring. */
  ring: number;
  /** Index in `i32` of the word with the number of entries, which may lag behind. */
  end: number;
}

/** Size of a ring in bytes. */
const RING_BYTES = LOG_ENTRIES * 8;

/** What is at a position: no entry yet, a label head, or a later entry that has replaced it. */
type Entry = number | "end" | "lost";

/** The log of one metric, as one thread sees it. */
export class LabelLog {
  readonly #arena: Arena;
  readonly #table: BucketTable;
  readonly #metric: number;
  /** Index in `i32` of the word with the reference of the ring. */
  readonly #reference: number;
  /** Index in `u64` of the ring's first entry; 0 while this thread has not seen a ring. */
  #ring = 0;
  readonly #end: number;

  constructor(table: BucketTable, options: LabelLogOptions) {
    this.#arena = table.arena;
    this.#table = table;
    this.#metric = options.metric;
    this.#reference = options.ring;
    this.#end = options.end;
  }

  /** A position near the end, and not beyond it. Any thread. */
  get end(): number {
    return Atomics.load(this.#arena.views().i32, this.#end);
  }

  /** The entry at `position`. Any thread. */
  entry(position: number): Entry {
    // SeqCst; pairs with the compare-exchange in `append`: a thread that sees the entry sees the
    // head's content.
    if (!this.#findRing()) return "end";
    const word = Atomics.load(this.#arena.views().u64, this.#index(position));
    if (isFree(word, position)) return "end";
    return ((Number(word >> 32n) - (position + 1)) | 0) === 0 ? Number(word & 0xffffffffn) : "lost";
  }

  /** Appends `head` at `position`. False when another thread was first. Any thread. */
  append(position: number, head: number): boolean {
    this.#ensureRing();
    const { u64 } = this.#arena.views();
    const index = this.#index(position);
    const old = Atomics.load(u64, index);
    if (!isFree(old, position)) return false;
    const word = (BigInt((position + 1) >>> 0) << 32n) | BigInt(head);
    // SeqCst; pairs with the load in `entry`. A compare-exchange, because several threads may
    // append.
    return Atomics.compareExchange(u64, index, old, word) === old;
  }

  /**
   * Finishes the creation whose entry at `position` is `head`, unless that is done already, and
   * notes that the log goes that far. Any thread, any number of times, at any time after the
   * append.
   */
  finish(position: number, head: number): void {
    const { i32 } = blockViews(this.#arena, head * 8, LINE);
    const words = head * 2;
    const id = Atomics.load(i32, words + L_ID);
    const epoch = Atomics.load(i32, words + L_EPOCH);
    const metric = Atomics.load(i32, words + L_METRIC);
    // SeqCst; pairs with the stores in `addressLabels` and `freeLabels`. The stamp is cleared
    // before a head gets another address: if it is still this entry's, the loads above read this
    // entry's address.
    if (metric === this.#metric && Atomics.load(i32, words + L_STAMP) === ((position + 1) | 0)) {
      const k = segmentOf(id, this.#table.shift);
      const segment = this.#table.segment(k);
      if (segment === undefined) throw damaged("a creation that leads nowhere");
      const index = segment.labels + id - firstId(k, this.#table.shift);
      const old = Atomics.load(segment.views.u64, index);
      if (old === 0n || ((lifeIn(old) - (epoch + 1)) | 0) < 0) {
        const word = (BigInt(epoch + 1) << 32n) | BigInt(head);
        // SeqCst, before the epoch is advanced: a live bucket must have its labels.
        Atomics.compareExchange(segment.views.u64, index, old, word);
      }
      this.#table.begin(id, epoch);
    }
    this.#advance(position + 1);
  }

  /** The label word of bucket `id`, whose segment exists. Any thread. */
  labelWord(id: number): bigint {
    const k = segmentOf(id, this.#table.shift);
    const segment = this.#table.segment(k)!;
    return Atomics.load(segment.views.u64, segment.labels + id - firstId(k, this.#table.shift));
  }

  #index(position: number): number {
    return this.#ring + ((position >>> 0) % LOG_ENTRIES);
  }

  /** Whether there is a ring. Any thread. */
  #findRing(): boolean {
    if (this.#ring !== 0) return true;
    // SeqCst; pairs with the compare-exchange in `#ensureRing`: a thread that sees the reference
    // sees the growth of the memory before it.
    const ring = Atomics.load(this.#arena.views().i32, this.#reference) >>> 0;
    if (ring === 0) return false;
    blockViews(this.#arena, ring * 8, RING_BYTES);
    this.#ring = ring;
    return true;
  }

  /** Makes the ring when there is none. Any thread. */
  #ensureRing(): void {
    if (this.#findRing()) return;
    const made = this.#arena.allocate(RING_BYTES);
    const { i32 } = this.#arena.views();
    // SeqCst; pairs with the load in `#findRing`. A compare-exchange, because two threads may
    // create the first buckets at once: with two rings, both could create the same one.
    if (Atomics.compareExchange(i32, this.#reference, 0, longIndex(made)) !== 0) {
      this.#arena.release(made, RING_BYTES);
    }
    this.#findRing();
  }

  /** Raises the noted end to `position`. Every reader does, as the creator may have been killed. */
  #advance(position: number): void {
    const { i32 } = this.#arena.views();
    for (;;) {
      const end = Atomics.load(i32, this.#end);
      if (((position - end) | 0) <= 0) return;
      if (Atomics.compareExchange(i32, this.#end, end, position | 0) === end) return;
    }
  }
}

/** The epoch in a label word with which the bucket's life began. */
export function lifeIn(word: bigint): number {
  return Number(word >> 32n);
}

/** The reference of the label head in a label word. */
export function headIn(word: bigint): number {
  return Number(word & 0xffffffffn);
}

/**
 * Whether a word of the ring precedes the entry at `position`: it is 0 or the entry one round
 * before, and no other. A thread that stays away while 2^31 entries are made would take every later
 * entry for an earlier one.
 */
function isFree(word: bigint, position: number): boolean {
  return word === 0n || ((Number(word >> 32n) - (position + 1)) | 0) === -LOG_ENTRIES;
}
