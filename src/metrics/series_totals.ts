/**
 * Totals over several buckets of one metric: over all of them, or over those with some labels.
 *
 * Guarantees: what a bucket contributes belongs to one epoch. So a `clear` or `destroy` of a bucket
 * shows in the parts of all threads or in none. There is no common instant of several buckets: they
 * are read one after the other. In particular a bucket that is destroyed during the read, and made
 * again with the same labels, may contribute in both lives.
 *
 * Progress: each bucket is read once, whatever other threads do. A bucket that was cleared during
 * its read contributes what it held at the instant of the clear: nothing.
 *
 * @module
 */
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex } from "../buckets/label_index.ts";
import type { SeriesFilter } from "../buckets/series_filter.ts";
import { DIRECTORY } from "../memory/layout.ts";
import { capacityOf, firstId } from "../memory/segments.ts";
import type { SlotDirectory } from "../threads/slot_directory.ts";
import type { Walk } from "../threads/walk.ts";
import type { Accumulator } from "./accumulator.ts";
import {
  type BucketTotals,
  type CellsOfSegment,
  slotsWithCells,
  type ThreadPart,
} from "./bucket_totals.ts";
import { BATCH } from "./epoch_batch.ts";

/** What totals need to know of their metric. */
export interface SeriesTotalsOptions<Value> {
  /** The buckets. */
  table: BucketTable;
  /** Their labels. */
  index: LabelIndex;
  /** The threads. */
  slots: SlotDirectory;
  /** Reads one bucket. */
  totals: BucketTotals<Value>;
  /** Makes an accumulator of the metric's kind. */
  makeAccumulator: () => Accumulator<Value>;
}

/** Consecutive buckets, of which at least one is live and selected. */
interface Batch {
  readonly cells: CellsOfSegment;
  /** The number of the first bucket within the segment. */
  readonly offset: number;
  /** The buckets' epochs; 0 for those that are not live or not selected. */
  readonly epochs: Int32Array;
  /** Loads the epoch of bucket number `n` of the batch again, after its cells were read. */
  readonly confirm: (n: number) => number;
}

/** One thread's part. */
interface SlotPart<Value> {
  /** In the bucket that is being read. */
  readonly inBucket: Accumulator<Value>;
  /** In all buckets before it. */
  readonly total: Accumulator<Value>;
  /** Whether the thread has counted in one of these. */
  hasAny: boolean;
}

/** Adds up several buckets of one metric. Any thread; private to one reader. */
export class SeriesTotals<Value> {
  readonly #table: BucketTable;
  readonly #index: LabelIndex;
  readonly #slots: SlotDirectory;
  readonly #totals: BucketTotals<Value>;
  readonly #makeAccumulator: () => Accumulator<Value>;
  /** Made by the first read. */
  #whole: Accumulator<Value> | undefined = undefined;
  readonly #epochs = new Int32Array(BATCH);

  constructor(options: SeriesTotalsOptions<Value>) {
    this.#table = options.table;
    this.#index = options.index;
    this.#slots = options.slots;
    this.#totals = options.totals;
    this.#makeAccumulator = options.makeAccumulator;
  }

  /**
   * What all threads have counted in the selected buckets. Cost: less than that of the rows of a
   * snapshot, because there is no object for each bucket.
   *
   * @throws {TypeError} When the memory is damaged.
   */
  total(filter: SeriesFilter, walk: Walk): Value {
    const whole = this.#whole ??= this.#makeAccumulator();
    whole.reset();
    for (const { cells, offset, epochs, confirm } of this.#batches(filter, walk)) {
      const totals = this.#totals.totals(cells, offset, epochs);
      for (let n = 0; n < epochs.length; n++) {
        const epoch = epochs[n];
        if (epoch === 0) continue;
        if (totals !== undefined) {
          if (confirm(n) === epoch) whole.absorbTotal!(totals[n]);
        } else {
          const bucket = this.#totals.accumulate(cells, offset + n, epoch);
          if (confirm(n) === epoch) whole.absorb(bucket);
        }
      }
    }
    return whole.value();
  }

  /**
   * What each thread has counted in the selected buckets, of the threads that have counted in one.
   *
   * @throws {TypeError} When the memory is damaged.
   */
  parts(filter: SeriesFilter, walk: Walk): ThreadPart<Value>[] {
    const bySlot = new Map(walk.slots.map((slot) => [slot, this.#makePart()]));
    for (const { cells, offset, epochs, confirm } of this.#batches(filter, walk)) {
      const { segment, slots, spend } = cells;
      for (let n = 0; n < epochs.length; n++) {
        const epoch = epochs[n];
        if (epoch === 0) continue;
        const parts: SlotPart<Value>[] = [];
        for (const slot of slots) {
          const part = bySlot.get(slot)!;
          part.inBucket.reset();
          if (part.inBucket.merge(slot, segment, offset + n, epoch, spend)) parts.push(part);
        }
        if (confirm(n) !== epoch) continue;
        for (const part of parts) {
          part.total.absorb(part.inBucket);
          part.hasAny = true;
        }
      }
    }
    return [...bySlot].flatMap(([slot, { total, hasAny }]) => {
      const thread = hasAny ? this.#slots.describe(slot) : undefined;
      return thread === undefined ? [] : [{ thread, value: total.value() }];
    });
  }

  #makePart(): SlotPart<Value> {
    const [inBucket, total] = [this.#makeAccumulator(), this.#makeAccumulator()];
    total.reset();
    return { inBucket, total, hasAny: false };
  }

  /** The selected buckets. A batch is valid until the next one. */
  *#batches(filter: SeriesFilter, walk: Walk): Generator<Batch> {
    const { shift } = this.#table;
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.#table.segment(k);
      if (segment === undefined) return;
      const slots = slotsWithCells(this.#table, this.#totals, k, walk);
      const cells = { segment: k, slots, spend: walk.spend };
      const first = firstId(k, shift);
      const { views: { i32 }, epochs } = segment;
      for (let offset = 0; offset < capacityOf(k, shift); offset += BATCH) {
        let isAny = false;
        for (let n = 0; n < BATCH; n++) {
          // SeqCst; pairs with the compare-exchanges in `BucketTable`.
          const epoch = Atomics.load(i32, epochs + offset + n);
          const isRead = (epoch & 1) !== 0 &&
            (filter.isEmpty || this.#isSelected(filter, first + offset + n, epoch, walk));
          this.#epochs[n] = isRead ? epoch : 0;
          if (isRead) isAny = true;
        }
        if (!isAny) continue;
        // SeqCst read-modify-write, as in `BucketTable.confirmEpoch`: a load could be served before
        // the loads of the cells.
        const confirm = (n: number) => Atomics.add(i32, epochs + offset + n, 0);
        yield { cells, offset, epochs: this.#epochs, confirm };
      }
    }
  }

  #isSelected(filter: SeriesFilter, id: number, epoch: number, walk: Walk): boolean {
    const series = this.#index.at(id, epoch);
    if (series === undefined) return false;
    walk.spend(series.bytes);
    return filter.matches(series);
  }
}
