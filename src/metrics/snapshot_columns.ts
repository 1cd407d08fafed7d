/**
 * All live buckets of one metric with labels, as columns, if the kind reads several buckets
 * together.
 *
 * From one snapshot to the next the series are the same, nearly always, and their values are not.
 * An epoch belongs to one life of one bucket for good. So where a bucket has the epoch that it had
 * in the snapshot before, its labels are the same, and nothing of the index is read.
 *
 * @module
 */
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex } from "../buckets/label_index.ts";
import type { SeriesFilter } from "../buckets/series_filter.ts";
import { DIRECTORY } from "../memory/layout.ts";
import { capacityOf, firstId } from "../memory/segments.ts";
import type { Walk } from "../threads/walk.ts";
import { type BucketTotals, slotsWithCells } from "./bucket_totals.ts";
import { BATCH, EpochBatch } from "./epoch_batch.ts";
import type { Exemplar } from "./exemplars/exemplar.ts";
import { type ExemplarReader, type FoundExemplar, latestOf } from "./exemplars/exemplar_reader.ts";
import type { SeriesColumns, SeriesList } from "./series_columns.ts";

/** What is read of one metric. */
export interface SnapshotColumnsParts {
  readonly table: BucketTable;
  readonly index: LabelIndex;
  /** Adds up several buckets together. */
  readonly totals: BucketTotals<number>;
  readonly exemplars: ExemplarReader | undefined;
}

/** A list that is being made. */
interface ListInMaking {
  readonly ids: number[];
  readonly epochs: number[];
  readonly labels: SeriesList["labels"][number][];
}

/** Reads all live buckets of one metric. Any thread; private to one reader. */
export class SnapshotColumns {
  readonly #table: BucketTable;
  readonly #index: LabelIndex;
  readonly #totals: BucketTotals<number>;
  readonly #exemplars: ExemplarReader | undefined;
  readonly #batch = new EpochBatch();
  /** The series of the snapshot before. */
  #last: SeriesList | undefined = undefined;
  /** Where the values are gathered. */
  #values = new Float64Array(BATCH);

  constructor({ table, index, totals, exemplars }: SnapshotColumnsParts) {
    this.#table = table;
    this.#index = index;
    this.#totals = totals;
    this.#exemplars = exemplars;
  }

  /**
   * The series in rising order of ids. Cost: the number of live buckets times the number of threads
   * that have cells for them.
   *
   * @param filter Selects the buckets by their labels. By default all live buckets are read.
   * @throws {TypeError} When the memory is damaged.
   */
  collect(walk: Walk, filter?: SeriesFilter): SeriesColumns {
    // Before the first epoch is loaded.
    const { end } = this.#index;
    const known = this.#last;
    /** What differs from the known list; `undefined` as long as nothing does. */
    let made = known === undefined || filter !== undefined ? emptyList() : undefined;
    let found: Map<number, readonly Exemplar[]> | undefined;
    const exemplars = this.#exemplars?.isUsed === true ? this.#exemplars : undefined;
    let count = 0;
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.#table.segment(k);
      if (segment === undefined) break;
      const first = firstId(k, this.#table.shift);
      const capacity = capacityOf(k, this.#table.shift);
      const slots = slotsWithCells(this.#table, this.#totals, k, walk);
      const cells = { segment: k, slots, spend: walk.spend };
      const values = this.#valuesFor(first + capacity);
      for (let offset = 0; offset < capacity; offset += BATCH) {
        const epochs = this.#batch.load(segment, offset, Math.min(BATCH, capacity - offset));
        if (epochs === undefined) continue;
        // Before the totals, which so include the updates of all exemplars.
        const latest = exemplars && this.#exemplarsOf(exemplars, cells, offset, epochs);
        const totals = this.#totals.totals(cells, offset, epochs)!;
        const confirmed = this.#batch.confirm(segment, offset, epochs.length);
        for (let n = 0; n < epochs.length; n++) {
          const epoch = epochs[n];
          if ((epoch & 1) === 0) continue;
          const id = first + offset + n;
          const now = confirmed[n];
          if (made === undefined) {
            if (now === epoch && known!.ids[count] === id && known!.epochs[count] === epoch) {
              if (latest?.[n] !== undefined) (found ??= new Map()).set(count, latest[n]);
              values[count++] = totals[n];
              continue;
            }
            made = beginOf(known!, count);
          }
          const series = this.#index.at(id, epoch);
          if (series === undefined) continue;
          walk.spend(series.bytes);
          if (filter !== undefined && !filter.matches(series)) continue;
          if (now === epoch) {
            if (latest?.[n] !== undefined) (found ??= new Map()).set(count, latest[n]);
            values[count++] = totals[n];
          } else {
            // A bucket that was destroyed meanwhile has no row. One that was cleared is empty, as
            // it was at the instant of the clear; exemplars are of the epoch before.
            if ((now & 1) === 0 || !this.#index.isAlive(series)) continue;
            values[count++] = this.#totals.empty();
          }
          made.ids.push(id);
          made.epochs.push(now);
          made.labels.push(series.labels);
        }
      }
    }
    if (made === undefined && count < known!.ids.length) made = beginOf(known!, count);
    const columns: SeriesColumns = {
      list: made === undefined ? known! : toList(made),
      values: this.#values.slice(0, count),
      exemplars: found,
    };
    // The same labels may have got another bucket during the read. Then the earlier bucket is dead.
    // It was dead before the other one was appended to the log: if nothing was, all rows differ.
    if (!this.#index.isQuietSince(end)) return this.#withoutDead(columns);
    if (filter === undefined) this.#last = columns.list;
    return columns;
  }

  /** Forgets the series. For memory that turned out to be damaged. */
  forget(): void {
    this.#last = undefined;
  }

  /** Room for so many values, with those that are gathered already. */
  #valuesFor(length: number): Float64Array {
    if (this.#values.length < length) {
      const larger = new Float64Array(length);
      larger.set(this.#values);
      this.#values = larger;
    }
    return this.#values;
  }

  /** The latest exemplars of the next buckets. */
  #exemplarsOf(
    exemplars: ExemplarReader,
    cells: Parameters<ExemplarReader["read"]>[0],
    offset: number,
    epochs: Int32Array,
  ): (readonly Exemplar[] | undefined)[] {
    const read = (epoch: number, n: number): FoundExemplar[] =>
      (epoch & 1) === 0 ? [] : exemplars.read(cells, offset + n, epoch);
    return Array.from(epochs, (epoch, n) => latestOf(read(epoch, n)));
  }

  #withoutDead(columns: SeriesColumns): SeriesColumns {
    const { list: { ids, epochs, labels }, values, exemplars } = columns;
    const kept = [...ids.keys()].filter((n) => this.#index.isIn(ids[n], epochs[n]));
    if (kept.length === ids.length) return columns;
    const found = new Map(kept.flatMap((n, at) => {
      const own = exemplars?.get(n);
      return own === undefined ? [] : [[at, own]];
    }));
    return {
      list: {
        ids: Int32Array.from(kept, (n) => ids[n]),
        epochs: Int32Array.from(kept, (n) => epochs[n]),
        labels: kept.map((n) => labels[n]),
      },
      values: Float64Array.from(kept, (n) => values[n]),
      exemplars: found,
    };
  }
}

function emptyList(): ListInMaking {
  return { ids: [], epochs: [], labels: [] };
}

/** The first `count` series of a list. */
function beginOf({ ids, epochs, labels }: SeriesList, count: number): ListInMaking {
  return {
    ids: [...ids.subarray(0, count)],
    epochs: [...epochs.subarray(0, count)],
    labels: labels.slice(0, count),
  };
}

function toList({ ids, epochs, labels }: ListInMaking): SeriesList {
  return { ids: Int32Array.from(ids), epochs: Int32Array.from(epochs), labels };
}
