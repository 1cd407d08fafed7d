/**
 * What the writers of one cell have in common: counters, gauges and histograms.
 *
 * A cell belongs to a (thread, bucket). Beside its content it has a tag: the epoch that the content belongs to. The content counts
 * while the tag is the bucket's epoch.
 *
 * Assumptions: one owner at a time.
 *
 * Guarantees: after a clear the owner stores the new content first, then the tag: who sees the tag sees content made since. An
 * update that raced with a clear is dropped with all before it.
 *
 * Progress: wait-free; two plain loads tell that nothing has happened. A thread killed at any instruction loses at most the
 * update it was in.
 *
 * What decides where a writer stores is out of its user's reach: in `#private` fields, or in an `CellWriter`, which only those lead to. The hot
 * ones are fields of the writer itself, and each begins with a value of its later kind, as V8 keeps the representation of the first one: a double that
 * is `undefined` first is allocated anew with each store. Measured on x86-64, ns per `add()` of one counter in a loop, Deno 2.9 / Node 24 / Bun 1.4:
 * so 3.4 / 3.3 / 3.8, like plain fields; without first values 8.8 / 9.5 / 3.8 when the values are no integers.
 *
 * @module
 */
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex } from "../buckets/label_index.ts";
import type { Series } from "../buckets/label_trie.ts";
import { OVERFLOW } from "../buckets/label_text.ts";
import { cannot, got } from "../base/errors.ts";
import { firstId, segmentOf } from "../memory/segments.ts";
import type { MetricDefinition } from "../schema/schema.ts";
import type { ThreadContext } from "../threads/thread_context.ts";
import { showWriters } from "./inspectable_writers.ts";

/** What the writers of a metric need to know of it. */
export interface WriterContext {
  /** The thread. */
  readonly thread: ThreadContext;
  /** What kind of metric it is. */
  readonly kind: MetricDefinition["kind"];
  /** The metric's number. */
  readonly metric: number;
  /** Its buckets. */
  readonly table: BucketTable;
  /** Its labels, if it has any. */
  readonly index?: LabelIndex;
  /** Index in `u64` of the number of updates sent to the overflow series. */
  readonly overflowed: number;
}

/** Where a bucket's cell stands. */
export interface CellPlace {
  /** The segment's number. */
  readonly segment: number;
  /** Byte offset of the segment. */
  readonly start: number;
  /** The bucket's number within it. */
  readonly offset: number;
}

/** In place of an array, before there is one. */
export const NO_WORDS = new Int32Array(0);
/** The same of doubles. */
export const NO_DOUBLES = new Float64Array(0);

/** One cell, as its owner knows it off the hot path. Owner thread only; not in the hands of users. */
export class CellWriter {
  declare readonly home: WriterContext;
  /** The bucket. */
  declare readonly id: number;
  declare readonly series: Series | undefined;
  /** The shared memory as 32-bit words, as far as the next three need it. */
  declare readonly words: Int32Array;
  declare readonly epochIndex: number;
  declare readonly controlIndex: number;
  declare readonly control: number;
  /** The epoch in which the writer has last written: 0 before. */
  declare epoch: number;

  /** `id` is a live bucket, in the life `series` if the metric has labels. */
  constructor(home: WriterContext, id: number, series?: Series) {
    const { table, thread } = home;
    const segment = segmentOf(id, table.shift);
    this.home = home;
    this.id = id;
    this.series = series;
    this.epochIndex = table.segment(segment)!.epochs + id - firstId(segment, table.shift);
    // After the look at the segment, for which the views may have been made anew.
    this.words = thread.arena.views().i32;
    this.controlIndex = thread.controlIndex;
    this.control = thread.tenure.control;
    this.epoch = 0;
  }

  /** Whether this is the cell of the overflow series, whose updates are counted. */
  get isOverflow(): boolean {
    return this.series?.kind === OVERFLOW;
  }

  /** Counts an update of the overflow series. */
  countOverflow(): void {
    Atomics.add(this.home.thread.arena.views().u64, this.home.overflowed, 1n);
  }

  /** Finds the cell, and makes its segment when there is none. */
  locate(): CellPlace {
    const { home: { table, thread, metric }, id } = this;
    const segment = segmentOf(id, table.shift);
    const start = thread.cells.ensure(thread.tenure.slot, metric, segment);
    return { segment, start, offset: id - firstId(segment, table.shift) };
  }

  /**
   * Whether nothing has happened to the bucket or the thread since the last update.
   *
   * The hot methods have these two comparisons written out: here V8 learns of all kinds of cells together, and an `add()` in a program that
   * also has histograms takes 74 instructions in place of 33 (Node 24).
   */
  isCurrent(): boolean {
    // Unordered; pairs with the advances in `BucketTable`. Without it an update made after a clear would be dropped.
    return this.words[this.epochIndex] === this.epoch &&
      // Unordered; pairs with the changes in `SlotDirectory`. Without it a slot could have two writers.
      this.words[this.controlIndex] === this.control;
  }

  /** Whether this writer may count in the given life of the bucket, and nothing has happened to that since its last update. */
  serves(series: Series): boolean {
    return this.isOf(series) && this.isCurrent();
  }

  /** Whether this writer counts in the given life of the bucket. */
  isOf(series: Series): boolean {
    return this.series!.life === series.life;
  }

  /**
   * The bucket's present epoch, for the first update or one after a clear.
   *
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   * @throws {RangeError} When the bucket was destroyed.
   */
  nextEpoch(verb: string): number {
    const { table, thread, index } = this.home;
    const action = `${verb} ${table.name}`;
    thread.check(action);
    const epoch = table.liveEpoch(this.id, verb);
    // After the epoch was read, so that it is an epoch of this life.
    if (this.series !== undefined && !index!.isAlive(this.series)) {
      throw new RangeError(
        cannot(action, "the bucket must be live", got(`${this.id}, one that was destroyed`)),
      );
    }
    return epoch;
  }

  /**
   * Publishes new content: after it was stored, and only when the epoch is another than at the last update. `tag` is the index of the
   * cell's tag in `words`.
   */
  setTag(words: Int32Array, tag: number, epoch: number): void {
    // SeqCst, after the content; pairs with the load of the tag in the readers' cells: without this order a reader could
    // take what was counted before a clear for what was counted after it.
    Atomics.store(words, tag, epoch);
    this.epoch = epoch;
  }
}
