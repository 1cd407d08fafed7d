/**
 * The common part of all writers of one cell: counters, gauges and histograms.
 *
 * A cell belongs to a (thread, bucket). It has content and a tag, which is the epoch that the
 * content belongs to. The content counts while the tag equals the bucket's epoch.
 *
 * Assumptions: a cell has one owner at a time.
 *
 * Guarantees: after a clear the owner stores the new content first, then the tag. So a reader that
 * sees the tag also sees content from after the clear. An update that raced with a clear is
 * dropped, with everything before it.
 *
 * Progress: wait-free. Two plain loads show that neither the bucket nor the thread has changed. A
 * thread that is killed at any instruction loses at most the update that it was making.
 *
 * Users cannot reach what decides where a writer stores. It is in `#private` fields of the writer,
 * or in a `CellWriter` that only such a field leads to. The fields of the hot path are in the
 * writer itself. Each of them has an initial value of its later type, because V8 keeps the
 * representation of the first value: a field that is first `undefined` and then a double allocates
 * at each store. Measured on x86-64, in ns per `add()` of one counter in a loop, Deno 2.9 / Node 24
 * / Bun 1.4: 3.4 / 3.3 / 3.8, the same as with public fields. Without initial values, and with
 * numbers that are not integers: 8.8 / 9.5 / 3.8.
 *
 * @module
 */
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex } from "../buckets/label_index.ts";
import type { LabelledBuckets } from "../buckets/labelled_buckets.ts";
import type { BucketLife } from "../buckets/label_trie.ts";
import { OVERFLOW } from "../buckets/label_text.ts";
import { cannot, got } from "../base/errors.ts";
import { noteFirstUse } from "../memory/first_use.ts";
import { firstId, segmentOf } from "../memory/segments.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { CellColumn } from "../threads/cell_segments.ts";
import type { ThreadContext } from "../threads/thread_context.ts";

/** Where the exemplars of a metric stand. */
export interface ExemplarColumn {
  /** The metric's second column. */
  readonly cells: CellColumn;
  /** Index in `u64` of the metric's clock, which stamps exemplars. */
  readonly clock: number;
}

/** What the writers of one metric in one thread need to know. */
export interface WriterContext {
  /** The thread. */
  readonly thread: ThreadContext;
  /** The kind of the metric. */
  readonly kind: MetricDefinition["kind"];
  /** The metric's cells. */
  readonly cells: CellColumn;
  /** Where its exemplars stand. */
  readonly exemplars: ExemplarColumn;
  /** The buckets of the metric. */
  readonly table: BucketTable;
  /** The labels of the metric, if it has any. */
  readonly index?: LabelIndex;
  /** Finds and creates buckets by labels, if the metric has any. */
  readonly labelled?: LabelledBuckets;
  /** Index in `u64` of the number of updates that went to the overflow series. */
  readonly overflowed: number;
  /**
   * Whether the cell of the implicit bucket is located with its writer, rather than at the first
   * update.
   */
  readonly isLocatedAtOnce: boolean;
}

/** Where the cell of a bucket stands. */
export interface CellPlace {
  /** The number of the segment. */
  readonly segment: number;
  /** Byte offset of the segment. */
  readonly start: number;
  /** The number of the bucket within the segment. */
  readonly offset: number;
}

/** The initial value of an index: the cell was not located yet. */
export const NOWHERE = -1;
/** The initial value of a field that later has the shared memory. */
export const NO_WORDS = new Int32Array(0);
/** The same for doubles. */
export const NO_DOUBLES = new Float64Array(0);

/** One cell, off the hot path. Owner thread only; users cannot reach it. */
export class CellWriter {
  /** The metric and the thread. */
  declare readonly context: WriterContext;
  /** The id of the bucket. */
  declare readonly id: number;
  /** The life of the bucket, if the metric has labels. */
  declare readonly series: BucketLife | undefined;
  /** The shared memory as 32-bit words. It holds the two words that the next fields index. */
  declare readonly words: Int32Array;
  /** Index of the bucket's epoch. */
  declare readonly epochIndex: number;
  /** Index of the control word of the thread's slot. */
  declare readonly controlIndex: number;
  /** The control word during this thread's tenure. */
  declare readonly control: number;
  /** The epoch of the latest update; 0 before the first one. */
  declare epoch: number;
  /** The shared memory, as long as the cell needs it. Only once the cell was located. */
  declare tagWords: Int32Array;
  /** Index of the cell's tag in `tagWords`; `NOWHERE` before the cell was located. */
  declare tag: number;

  /** `id` is a live bucket. `series` is its life if the metric has labels. */
  constructor(context: WriterContext, id: number, series?: BucketLife) {
    const { table, thread } = context;
    const segment = segmentOf(id, table.shift);
    this.context = context;
    this.id = id;
    this.series = series;
    this.epochIndex = table.segment(segment)!.epochs + id - firstId(segment, table.shift);
    // After `table.segment()`, which may replace the views.
    this.words = thread.arena.views().i32;
    this.controlIndex = thread.controlIndex;
    this.control = thread.tenure.control;
    this.epoch = 0;
    this.tagWords = NO_WORDS;
    this.tag = NOWHERE;
  }

  /**
   * Whether the hot methods' fields get their final values in the writer's constructor. Then the
   * engines can take them for constants where the writer is one. In a program with all kinds of
   * metrics an `add()` takes 3.95 ns in place of 4.07 (Bun 1.4).
   */
  get isLocatedAtOnce(): boolean {
    return this.series !== undefined || this.context.isLocatedAtOnce;
  }

  /** Whether this is the cell of the overflow series, whose updates are counted. */
  get isOverflow(): boolean {
    return this.series?.kind === OVERFLOW;
  }

  /** Counts an update of the overflow series. */
  countOverflow(): void {
    // SeqCst; pairs with the load in `BucketReader.overflowed`.
    Atomics.add(this.context.thread.arena.views().u64, this.context.overflowed, 1n);
  }

  /** Finds the cell, and makes its segment if there is none. */
  locate(): CellPlace {
    const { context: { table, thread, cells }, id } = this;
    const segment = segmentOf(id, table.shift);
    const start = thread.cells.ensure(thread.tenure.slot, cells, segment);
    return { segment, start, offset: id - firstId(segment, table.shift) };
  }

  /**
   * Whether neither the bucket nor the thread has changed since the latest update.
   *
   * The hot methods have a copy of these two comparisons. Here V8 collects the type feedback of all
   * kinds of cells together, and an `add()` in a program that also has histograms takes 74
   * instructions in place of 33 (Node 24).
   */
  isCurrent(): boolean {
    // Unordered; pairs with the advances in `BucketTable`. Without it an update after a clear would
    // be dropped.
    return this.words[this.epochIndex] === this.epoch &&
      // Unordered; pairs with the changes in `SlotDirectory`. Without it a slot could have two
      // writers.
      this.words[this.controlIndex] === this.control;
  }

  /** Whether this writer belongs to the given life of the bucket and is current. */
  isCurrentIn(series: BucketLife): boolean {
    return this.belongsTo(series) && this.isCurrent();
  }

  /** Whether this writer belongs to the given life of the bucket. */
  belongsTo(series: BucketLife): boolean {
    return this.series!.life === series.life;
  }

  /**
   * Returns the bucket's present epoch, for the first update and for the first one after a clear.
   *
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   * @throws {RangeError} When the bucket was destroyed.
   */
  nextEpoch(verb: string): number {
    const { table, thread, index, cells } = this.context;
    const action = `${verb} ${table.name}`;
    thread.check(action);
    const epoch = table.liveEpoch(this.id, verb);
    // The first update. Buckets with labels note their metric's first use when they are created.
    if (this.epoch === 0 && this.series === undefined) noteFirstUse(thread.arena, cells.used);
    // After the load of the epoch, so that it is an epoch of this life.
    if (this.series !== undefined && !index!.isAlive(this.series)) {
      throw new RangeError(
        cannot(action, "the bucket must be live", got(`${this.id}, one that was destroyed`)),
      );
    }
    return epoch;
  }

  /** Notes where the cell's tag is. */
  placeTag(words: Int32Array, tag: number): void {
    this.tagWords = words;
    this.tag = tag;
  }

  /** Whether this writer, or an earlier owner of the slot, has updated the cell in an epoch. */
  hasTag(epoch: number): boolean {
    // Unordered: only this thread writes the cell.
    return this.tagWords[this.tag] === epoch;
  }

  /**
   * Publishes new content, after the caller has stored it. Only needed if the epoch has changed
   * since the latest update.
   */
  setTag(epoch: number): void {
    // SeqCst, after the content; pairs with the load of the tag in the accumulators. Without this
    // order a reader could attribute what was counted before a clear to the time after it.
    Atomics.store(this.tagWords, this.tag, epoch);
    this.epoch = epoch;
  }
}
