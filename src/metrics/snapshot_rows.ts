/**
 * All live buckets of one metric, with labels and values: the rows of a snapshot.
 *
 * @module
 */
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex } from "../buckets/label_index.ts";
import type { SeriesFilter } from "../buckets/series_filter.ts";
import { DIRECTORY } from "../memory/layout.ts";
import { capacityOf, firstId } from "../memory/segments.ts";
import type { Walk } from "../threads/walk.ts";
import {
  type BucketTotals,
  type CellsOfSegment,
  type LiveBucket,
  slotsWithCells,
  toThreadValue,
} from "./bucket_totals.ts";
import { BATCH, EpochBatch } from "./epoch_batch.ts";
import { type ExemplarReader, type FoundExemplar, latestOf } from "./exemplars/exemplar_reader.ts";
import { rowsOf, type SeriesColumns } from "./series_columns.ts";
import type { SeriesSnapshot, ThreadValue } from "./series_values.ts";
import { SnapshotColumns } from "./snapshot_columns.ts";

const NO_LABELS = Object.freeze({});
const NONE_FOUND: FoundExemplar[] = [];

/** How rows are read. */
export interface SnapshotRowsOptions {
  /** Whether each row has the parts of all threads. */
  perThread: boolean;
  /** Counts the bytes that are read, and refuses memory that is damaged. */
  walk: Walk;
  /** Selects the buckets by their labels. By default all live buckets are read. */
  filter?: SeriesFilter;
}

/** What is read of one metric. */
export interface SnapshotRowsParts<Value> {
  /** The buckets. */
  table: BucketTable;
  /** The labels, if the metric has any. */
  index?: LabelIndex;
  /** Adds up buckets. */
  totals: BucketTotals<Value>;
  /** Reads the metric's exemplars, if its kind has any. */
  exemplars?: ExemplarReader;
}

/** Reads all live buckets of one metric. Any thread. */
export class SnapshotRows<Value> {
  readonly #table: BucketTable;
  readonly #index: LabelIndex | undefined;
  readonly #totals: BucketTotals<Value>;
  readonly #exemplars: ExemplarReader | undefined;
  /** Reads the same as columns, if the metric has labels and its kind permits. */
  readonly #columns: SnapshotColumns | undefined;
  readonly #batch = new EpochBatch();

  constructor({ table, index, totals, exemplars }: SnapshotRowsParts<Value>) {
    this.#table = table;
    this.#index = index;
    this.#totals = totals;
    this.#exemplars = exemplars;
    if (index !== undefined && totals.areTogether) {
      const numbers = totals as BucketTotals<unknown> as BucketTotals<number>;
      this.#columns = new SnapshotColumns({ table, index, totals: numbers, exemplars });
    }
  }

  /**
   * What {@linkcode collect} returns, as columns; `undefined` if the metric has no such form. Cost:
   * the same, without an object for each bucket.
   *
   * @throws {TypeError} When the memory is damaged.
   */
  columns(walk: Walk, filter?: SeriesFilter): SeriesColumns | undefined {
    return this.#columns?.collect(walk, filter);
  }

  /** Forgets what this thread has read of labels. For memory that turned out to be damaged. */
  forget(): void {
    this.#columns?.forget();
    this.#index?.forget();
  }

  /**
   * The rows in rising order of ids. Cost: the number of live buckets times the number of threads
   * that have cells for them.
   *
   * @throws {TypeError} When the memory is damaged.
   */
  collect({ perThread, walk, filter }: SnapshotRowsOptions): SeriesSnapshot<Value>[] {
    const columns = perThread ? undefined : this.columns(walk, filter);
    if (columns !== undefined) return rowsOf(columns) as unknown as SeriesSnapshot<Value>[];
    const index = this.#index;
    // Before the first epoch is loaded.
    const end = index?.end;
    const rows: SeriesSnapshot<Value>[] = [];
    const exemplars = this.#exemplars?.isUsed === true ? this.#exemplars : undefined;
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.#table.segment(k);
      if (segment === undefined) break;
      const first = firstId(k, this.#table.shift);
      const capacity = capacityOf(k, this.#table.shift);
      const { views: { i32 }, epochs } = segment;
      const cells = {
        segment: k,
        slots: slotsWithCells(this.#table, this.#totals, k, walk),
        spend: walk.spend,
      };
      let found: FoundExemplar[][] | undefined;
      for (let offset = 0; offset < capacity; offset++) {
        if (offset % BATCH === 0) {
          const loaded = this.#batch.load(segment, offset, Math.min(BATCH, capacity - offset));
          // Before the totals, which so include the updates of all exemplars.
          found = exemplars && this.#exemplarsFrom(exemplars, cells, offset, loaded);
        }
        const epoch = this.#batch.epochs[offset % BATCH];
        if ((epoch & 1) === 0) continue;
        const id = first + offset;
        const series = index?.at(id, epoch);
        if (index !== undefined) {
          if (series === undefined) continue;
          walk.spend(series.bytes);
          if (filter !== undefined && !filter.matches(series)) continue;
        }
        let parts = perThread
          ? this.#totals.parts(cells, offset, epoch).map(toThreadValue)
          : undefined;
        let value = parts !== undefined
          ? this.#totals.whole()
          : this.#totals.total(cells, offset, epoch);
        // SeqCst read-modify-write, as in `BucketTable.confirmEpoch`: a load could be served before
        // the loads of the cells above.
        const now = Atomics.add(i32, epochs + offset, 0);
        if (now !== epoch) {
          // A bucket that was destroyed meanwhile has no row. One that was cleared is empty, as it
          // was at the instant of the clear.
          if ((now & 1) === 0 || (series !== undefined && !index!.isAlive(series))) continue;
          value = this.#totals.empty();
          parts = parts && [];
        }
        const labels = series === undefined ? NO_LABELS : series.labels;
        rows.push(
          parts === undefined
            ? { id, labels, value, epoch: now }
            : { id, labels, value, epoch: now, perThread: parts },
        );
        // Those of a bucket that was cleared meanwhile are of the epoch before.
        if (found !== undefined && now === epoch) addExemplars(rows, found[offset % BATCH]);
      }
    }
    // The same labels may have got another bucket during the read. Then the earlier bucket is dead.
    // It was dead before the other one was appended to the log: if nothing was, all rows differ.
    return index === undefined || index.isQuietSince(end!)
      ? rows
      : keep(rows, ({ id, epoch }) => index.isIn(id, epoch));
  }

  /**
   * Each thread's total over all live buckets, of the threads that have one. Cost: as for the rows,
   * but without an object for each bucket.
   *
   * @throws {TypeError} When the memory is damaged.
   */
  threadTotals(walk: Walk): ThreadValue<Value>[] {
    const live: LiveBucket[] = [];
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.#table.segment(k);
      if (segment === undefined) break;
      const slots = new Set(slotsWithCells(this.#table, this.#totals, k, walk));
      const capacity = capacityOf(k, this.#table.shift);
      for (let offset = 0; offset < capacity; offset++) {
        // SeqCst; pairs with the compare-exchanges in `BucketTable`. The tags of a bucket that ends
        // or is cleared meanwhile no longer match.
        const epoch = Atomics.load(segment.views.i32, segment.epochs + offset);
        if ((epoch & 1) !== 0) live.push({ segment: k, offset, epoch, slots });
      }
    }
    return walk.slots.flatMap((slot) => {
      const part = this.#totals.partOf(slot, live, walk.spend);
      return part === undefined ? [] : [toThreadValue(part)];
    });
  }

  /** The exemplars of the next buckets. */
  #exemplarsFrom(
    exemplars: ExemplarReader,
    cells: CellsOfSegment,
    offset: number,
    epochs: Int32Array | undefined,
  ): FoundExemplar[][] | undefined {
    return epochs && Array.from(
      epochs,
      (epoch, n) => (epoch & 1) === 0 ? NONE_FOUND : exemplars.read(cells, offset + n, epoch),
    );
  }
}

/** Adds exemplars to the last row, and to each thread's part of it. */
function addExemplars<Value>(
  rows: SeriesSnapshot<Value>[],
  found: readonly FoundExemplar[],
): void {
  const exemplars = latestOf(found);
  if (exemplars === undefined) return;
  const row = rows[rows.length - 1];
  const perThread = row.perThread?.map((part) => {
    const own = latestOf(found.filter(({ slot }) => slot === part.slot));
    return own === undefined ? part : { ...part, exemplars: own };
  });
  rows[rows.length - 1] = { ...row, ...(perThread && { perThread }), exemplars };
}

/** The rows that pass. Usually that is all of them, and then the array itself is returned. */
function keep<Row>(rows: Row[], passes: (row: Row) => boolean): Row[] {
  return rows.every(passes) ? rows : rows.filter(passes);
}
