/**
 * Hints that lead to the smallest free id of a bucket segment.
 *
 * Two levels of bits help to find the smallest free id: `used` (one for each id) and `full` (one for each word of `used`). They are
 * hints. A bit that says "free" for a live id costs its finder one look at the epoch; one that says "used" for a free id hides the
 * id until `BucketTable.repair` looks at every epoch.
 *
 * Progress: a search is wait-free but for hints that others correct meanwhile. Both kinds of hints are set before, or taken back after, a second
 * look, so that they converge; a thread killed in between leaves one of them wrong.
 *
 * @module
 */
import type { Views } from "../memory/arena.ts";
import { IDS_PER_WORD } from "../memory/layout.ts";

/** From here on an epoch is not advanced any more: it must not come round to a value that an old tag may have. */
export const LAST_EPOCH = 0x7ffffffc;

/** A bucket segment as this thread sees it. Indices are absolute, in units of the view's element. */
export interface BucketSegment {
  /** The views in which the indices below are valid. */
  readonly views: Views;
  /** Where the epoch words start in `i32`. */
  readonly epochs: number;
  /** Where the `used` bits start in `i32`. */
  readonly used: number;
  /** Where the `full` bits start in `i32`. */
  readonly full: number;
  /** Where the label words start in `u64`. */
  readonly labels: number;
}

/** The smallest free offset in a segment, or -1. */
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
      // Set, then look again: an id freed in between cleared the bit before we set it.
      Atomics.or(i32, segment.full + group, open & -open);
      if ((~Atomics.load(i32, segment.used + word) & ids) !== 0) {
        Atomics.and(i32, segment.full + group, ~(open & -open));
      }
    }
  }
  return -1;
}

/** Sets the hint "used"; takes it back if the bucket died before the bit was set, for then nobody else would. */
export function markUsed(segment: BucketSegment, offset: number): void {
  const { i32 } = segment.views;
  Atomics.or(i32, segment.used + Math.floor(offset / IDS_PER_WORD), 1 << (offset % IDS_PER_WORD));
  const epoch = Atomics.load(i32, segment.epochs + offset);
  if ((epoch & 1) === 0 && epoch < LAST_EPOCH) markFree(segment, offset);
}

/** Sets the hints "free". The word's own bits first: who finds `full` clear must find the id. */
export function markFree(segment: BucketSegment, offset: number): void {
  const { i32 } = segment.views;
  const word = Math.floor(offset / IDS_PER_WORD);
  Atomics.and(i32, segment.used + word, ~(1 << (offset % IDS_PER_WORD)));
  Atomics.and(i32, segment.full + Math.floor(word / IDS_PER_WORD), ~(1 << (word % IDS_PER_WORD)));
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** A mask of the lowest `count` bits, all 32 when there are as many or more. */
function lowBits(count: number): number {
  return count >= 32 ? -1 : (1 << count) - 1;
}
