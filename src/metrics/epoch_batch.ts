/**
 * The epochs of buckets that are read together: before their cells, and again after them.
 *
 * @module
 */
import { fence } from "../memory/fence.ts";
import type { Views } from "../memory/arena.ts";

/**
 * How many epochs are read together: as many as the first segment has buckets. The size of each
 * larger segment is a multiple of it.
 */
export const BATCH = 64;

/** Where the epochs of a segment of buckets stand. */
export interface EpochsOfSegment {
  readonly views: Views;
  /** Index in `i32` of the first one. */
  readonly epochs: number;
}

/** The epochs of up to {@linkcode BATCH} buckets. Private to one reader. */
export class EpochBatch {
  /** As they were before the cells were read. */
  readonly epochs = new Int32Array(BATCH);
  /** As they were after. */
  readonly confirmed = new Int32Array(BATCH);

  /** Loads so many epochs from `offset` on; `undefined` if none is that of a live bucket. */
  load(
    { views: { i32 }, epochs }: EpochsOfSegment,
    offset: number,
    count: number,
  ): Int32Array | undefined {
    const loaded = this.epochs;
    let isAnyLive = false;
    for (let n = 0; n < count; n++) {
      // Unordered; pairs with the compare-exchanges in `BucketTable`. What decides comes later: a
      // cell counts if its tag is the epoch, and a row if the epoch is confirmed.
      const epoch = i32[epochs + offset + n];
      loaded[n] = epoch;
      if ((epoch & 1) !== 0) isAnyLive = true;
    }
    // Without it, a cell could be from before the epoch. One fence is cheaper than an atomic load
    // for each bucket, which takes 20 ns on V8.
    fence();
    if (!isAnyLive) return undefined;
    return count === BATCH ? loaded : loaded.subarray(0, count);
  }

  /** Loads as many epochs again, after what was read of their cells. */
  confirm({ views: { i32 }, epochs }: EpochsOfSegment, offset: number, count: number): Int32Array {
    // Without it, an epoch could be loaded before the cells above, and confirm what it does not
    // know.
    fence();
    // Unordered; pair with the compare-exchanges in `BucketTable`.
    for (let n = 0; n < count; n++) this.confirmed[n] = i32[epochs + offset + n];
    return this.confirmed;
  }
}
