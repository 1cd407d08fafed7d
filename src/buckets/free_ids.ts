/**
 * Hints that lead to the smallest free id of a bucket segment.
 *
 * There are two levels of bits: `used`, one for each id, and `full`, one for each word of `used`.
 * The truth is the epoch; a hint can be wrong. A bit "free" for a live id costs one load of the
 * epoch. A bit "used" for a free id hides the id until `BucketTable.repair` loads every epoch.
 *
 * Guarantees: the hints converge, because a thread that sets a hint "used" or "full" checks again
 * afterwards, and clears it if an id was freed meanwhile. A thread killed in between leaves at most
 * one wrong hint. Rows `or used` to `and used` of "Id allocation and bucket epoch" in
 * `docs/memory_model.md` give the order of these accesses and their pairs.
 *
 * Progress: a search is bounded by the ids of the segment, plus the hints that other threads change
 * while it runs.
 *
 * @module
 */
import type { Views } from "../memory/arena.ts";
import { IDS_PER_WORD } from "../memory/layout.ts";

/**
 * From this value on an epoch is not advanced: it must never wrap to a value that an old tag can
 * have.
 */
export const LAST_EPOCH = 0x7ffffffc;

/** A bucket segment as one thread sees it. Indices are absolute, in elements of their view. */
export interface BucketSegment {
  /** The views that the indices refer to. */
  readonly views: Views;
  /** Index in `i32` of the first epoch word. */
  readonly epochs: number;
  /** Index in `i32` of the first word of `used`. */
  readonly used: number;
  /** Index in `i32` of the first word of `full`. */
  readonly full: number;
  /** Index in `u64` of the first label word. */
  readonly labels: number;
}

/** The smallest free offset in a segment; -1 when there is none. Any thread. */
export function searchSegment(segment: BucketSegment, capacity: number): number {
  const { i32 } = segment.views;
  const words = Math.ceil(capacity / IDS_PER_WORD);
  for (let group = 0; group * IDS_PER_WORD < words; group++) {
    let open = ~Atomics.load(i32, segment.full + group) & lowBits(words - group * IDS_PER_WORD);
    for (; open !== 0; open &= open - 1) {
      const word = group * IDS_PER_WORD + lowestBit(open);
      const ids = lowBits(capacity - word * IDS_PER_WORD);
      let free = ~Atomics.load(i32, segment.used + word) & ids;
      for (; free !== 0; free &= free - 1) {
        const offset = word * IDS_PER_WORD + lowestBit(free);
        const epoch = Atomics.load(i32, segment.epochs + offset);
        if ((epoch & 1) === 0 && epoch < LAST_EPOCH) return offset;
        markUsed(segment, offset);
      }
      // Set the bit, then check again: `markFree` may have cleared the bit before it was set.
      Atomics.or(i32, segment.full + group, open & -open);
      if ((~Atomics.load(i32, segment.used + word) & ids) !== 0) {
        Atomics.and(i32, segment.full + group, ~(open & -open));
      }
    }
  }
  return -1;
}

/**
 * Sets the hint "used". Any thread. Clears it again if the bucket died before the bit was set,
 * because no other thread would.
 */
export function markUsed(segment: BucketSegment, offset: number): void {
  const { i32 } = segment.views;
  Atomics.or(i32, segment.used + Math.floor(offset / IDS_PER_WORD), 1 << (offset % IDS_PER_WORD));
  const epoch = Atomics.load(i32, segment.epochs + offset);
  if ((epoch & 1) === 0 && epoch < LAST_EPOCH) markFree(segment, offset);
}

/**
 * Sets both hints to "free". Any thread. `used` first: a thread that finds `full` clear must find
 * the id.
 */
export function markFree(segment: BucketSegment, offset: number): void {
  const { i32 } = segment.views;
  const word = Math.floor(offset / IDS_PER_WORD);
  Atomics.and(i32, segment.used + word, ~(1 << (offset % IDS_PER_WORD)));
  Atomics.and(i32, segment.full + Math.floor(word / IDS_PER_WORD), ~(1 << (word % IDS_PER_WORD)));
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** A mask of the lowest `count` bits; all bits when `count` is 32 or more. */
function lowBits(count: number): number {
  return count >= 32 ? -1 : (1 << count) - 1;
}
