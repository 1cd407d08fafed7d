/**
 * Records, the writing side: `update` for one change, `begin` ... `commit` for a burst.
 *
 * The protocol is in `record_segment.ts`.
 *
 * @module
 */
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex, Series } from "../buckets/label_index.ts";
import { OVERFLOW } from "../buckets/label_text.ts";
import { cannot, got } from "../errors.ts";
import { capacityOf, firstId, MANY_SHIFT, segmentOf } from "../memory/segments.ts";
import type { LabelValues, RecordDelta, RecordFields } from "../schema/definitions.ts";
import type { ThreadHome } from "../threads/thread_home.ts";
import { type Burst, makeBurst, type RecordBurst } from "./record_burst.ts";
import type { AnyFields, RecordKernel } from "./record_kernel.ts";
import { type RecordLayout, recordSegmentParts } from "./record_layout.ts";
import { RecordSegment } from "./record_segment.ts";

/** What a record's writers need to know of their metric. */
export interface RecordHome {
  /** The thread. */
  readonly thread: ThreadHome;
  /** The metric's number. */
  readonly metric: number;
  /** Its buckets. */
  readonly table: BucketTable;
  /** Its labels, if it has any. */
  readonly index?: LabelIndex;
  /** Where the fields stand. */
  readonly layout: RecordLayout;
  /** The inner loops for the fields. */
  readonly kernel: RecordKernel;
  /** Index in `u64` of the number of updates sent to the overflow series. */
  readonly overflowed: number;
}

/** Size of the first segment. */
const FIRST = 2 ** MANY_SHIFT;

/** Which segment holds bucket `id`: `segmentOf(id, MANY_SHIFT)`, written out for the hot path. */
function segmentIndex(id: number): number {
  return 31 - MANY_SHIFT - Math.clz32(id + FIRST);
}

/** Where in its segment bucket `id` stands. */
function offsetIn(id: number): number {
  const biased = id + FIRST;
  return biased - (1 << (31 - Math.clz32(biased)));
}

/** Changes the records of one metric in one thread. Get it from {@linkcode Thread.metrics}. */
export class RecordWriter<Fields extends RecordFields> {
  // Plain fields, as in `counter_writer.ts`.
  private readonly segments: RecordSegment[] = [];
  private readonly control: number;
  private readonly controlIndex: number;
  private readonly kernel: RecordKernel;
  private readonly burst: Burst;
  private readonly home: RecordHome;

  /** Not for users. */
  constructor(home: RecordHome) {
    this.home = home;
    this.kernel = home.kernel;
    this.control = home.thread.tenure.control;
    this.controlIndex = home.thread.controlIndex;
    this.burst = makeBurst(home);
  }

  /**
   * Merges one change into a bucket by the ops of its fields, and commits it. Owner thread only; wait-free; allocates
   * nothing, but for changes of `u64` fields that are given as `bigint`.
   *
   * @param id The bucket.
   * @param delta The change; fields left out stay as they are.
   * @throws {TypeError} When the change has the wrong shape, or a burst is open.
   * @throws {RangeError} When the bucket does not live, a value is out of range, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  update(id: number, delta: RecordDelta<Fields>): void {
    const segment = this.touch(id, "update");
    const offset = offsetIn(id);
    this.kernel.merge(segment.values, segment.bits, offset * segment.fields, delta as AnyFields);
    segment.commit(offset);
  }

  /**
   * Begins a burst: any number of changes to one bucket that are committed as one. Owner thread only; allocates nothing.
   * The burst belongs to the epoch in which it began: if the bucket is cleared before the commit, so is the burst.
   *
   * @param id The bucket.
   * @returns The burst; the same object each time, so keep it no longer than to its commit.
   * @throws {TypeError} When a burst of this metric is open in this thread.
   * @throws {RangeError} When the bucket does not live, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  begin(id: number): RecordBurst<Fields> {
    this.burst.$open(this.touch(id, "begin"), offsetIn(id), id);
    return this.burst as unknown as RecordBurst<Fields>;
  }

  /** Like `update`, but only in one life of the bucket. Not for users. */
  updateLife(life: RecordLife, delta: RecordDelta<Fields>): void {
    const { id } = life.series;
    const segment = this.touch(id, "update", life);
    const offset = offsetIn(id);
    this.kernel.merge(segment.values, segment.bits, offset * segment.fields, delta as AnyFields);
    segment.commit(offset);
  }

  /** Like `begin`, but only in one life of the bucket. Not for users. */
  beginLife(life: RecordLife): RecordBurst<Fields> {
    const { id } = life.series;
    this.burst.$open(this.touch(id, "begin", life), offsetIn(id), id);
    return this.burst as unknown as RecordBurst<Fields>;
  }

  /** The bucket's segment, once the bucket can be changed, with `life` only in that one. */
  private touch(id: number, verb: string, life?: RecordLife): RecordSegment {
    const segment = this.segments[segmentIndex(id)];
    if (segment !== undefined && id >>> 0 === id) {
      const { words } = segment;
      const offset = offsetIn(id);
      const epoch = segment.seen[offset];
      if (
        // Unordered; pairs with the advances in `BucketTable`. Without it a change made after a clear would be dropped.
        words[segment.epochs + offset] === epoch &&
        // Unordered; pairs with the changes in `SlotDirectory`. Without it a slot could have two writers.
        words[this.controlIndex] === this.control &&
        !this.burst.$isOpen &&
        (life === undefined || life.epoch === epoch)
      ) return segment;
    }
    return this.touchSlowly(id, verb, life);
  }

  /** The first touch, one after a clear, or one that must be refused. */
  private touchSlowly(id: number, verb: string, life?: RecordLife): RecordSegment {
    const { table, thread, index } = this.home;
    const what = `${verb} ${table.name}`;
    thread.check(what);
    if (this.burst.$isOpen) {
      throw new TypeError(cannot(what, "no burst may be open", got(`an open one on bucket ${this.burst.id}`)));
    }
    const epoch = table.liveEpoch(id, verb);
    if (life !== undefined) {
      // After the epoch was read, so that it is an epoch of this life.
      if (!index!.isAlive(life.series)) {
        throw new RangeError(cannot(what, "the bucket must be live", got(`${id}, one that was destroyed`)));
      }
      life.epoch = epoch;
    }
    const k = segmentOf(id, MANY_SHIFT);
    const segment = this.segments[k] ?? this.makeSegment(k);
    const offset = offsetIn(id);
    if (segment.seen[offset] !== epoch) segment.adopt(offset, epoch);
    segment.noteOverflow(offset, index?.describe(id)?.kind === OVERFLOW);
    return segment;
  }

  private makeSegment(k: number): RecordSegment {
    const { table, thread, metric, layout, kernel, overflowed } = this.home;
    const capacity = capacityOf(k, MANY_SHIFT);
    const start = thread.cells.ensure(thread.tenure.slot, metric, k);
    const views = thread.arena.views(start + recordSegmentParts(layout, capacity).bytes);
    const { epochs } = table.segment(k)!;
    return this.segments[k] = new RecordSegment(views, start, { capacity, epochs, layout, kernel, overflowed });
  }
}

/** A life of a labelled bucket, and the epoch of it in which its writer has last changed it. */
interface RecordLife {
  readonly series: Series;
  epoch: number;
}

/** Changes one labelled record in one thread. Get it from {@linkcode LabelledRecordWriter.labels}. */
export class RecordBucketWriter<Fields extends RecordFields> {
  /** The bucket. */
  readonly id: number;
  private readonly life: RecordLife;
  private readonly writer: RecordWriter<Fields>;

  /** Not for users. */
  constructor(writer: RecordWriter<Fields>, series: Series) {
    this.id = series.id;
    this.life = { series, epoch: 0 };
    this.writer = writer;
  }

  /**
   * Merges one change, see {@linkcode RecordWriter.update}. Owner thread only; wait-free.
   *
   * @param delta The change; fields left out stay as they are.
   * @throws {TypeError} When the change has the wrong shape, or a burst is open.
   * @throws {RangeError} When the bucket was destroyed, a value is out of range, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  update(delta: RecordDelta<Fields>): void {
    this.writer.updateLife(this.life, delta);
  }

  /**
   * Begins a burst, see {@linkcode RecordWriter.begin}. Owner thread only.
   *
   * @returns The burst.
   * @throws {TypeError} When a burst of this metric is open in this thread.
   * @throws {RangeError} When the bucket was destroyed, or the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  begin(): RecordBurst<Fields> {
    return this.writer.beginLife(this.life);
  }

  /** Whether this writer is for the given life of its bucket. Not for users. */
  isOf(series: Series): boolean {
    return this.life.series.life === series.life;
  }
}

/** Changes the labelled records of one metric in one thread. Get it from {@linkcode Thread.metrics}. */
export class LabelledRecordWriter<Fields extends RecordFields, Label extends string> extends RecordWriter<Fields> {
  readonly #index: LabelIndex;
  readonly #thread: ThreadHome;
  readonly #what: string;
  readonly #writers: (RecordBucketWriter<Fields> | undefined)[] = [];

  /** Not for users. */
  constructor(home: RecordHome) {
    super(home);
    this.#index = home.index!;
    this.#thread = home.thread;
    this.#what = `update ${home.table.name}`;
  }

  /**
   * The record with these labels, made if there is none; keep it, or look it up each time. Owner thread only.
   *
   * @param labels All labels of the metric, as strings.
   * @returns Its writer; that of the overflow series when the metric has `maxSeries` buckets.
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  labels(labels: LabelValues<Label>): RecordBucketWriter<Fields> {
    let series = this.#index.peek(labels);
    if (series === undefined || !this.#index.isAlive(series)) {
      this.#thread.check(this.#what);
      series = this.#index.intern(labels, "update");
    }
    const known = this.#writers[series.id];
    if (known !== undefined && known.isOf(series)) return known;
    return this.#writers[series.id] = new RecordBucketWriter<Fields>(this, series);
  }
}
