/**
 * Reading and managing the buckets of one metric, from any thread, without the help of the writers.
 *
 * Guarantees: what a read adds up belongs to one epoch of the bucket: a `clear` is seen in all threads' parts or in none.
 *
 * Progress: a read ends after `ROUNDS` rounds at the latest, whatever others do: a bucket that was cleared in
 * each of them is read as it was at the instant of a clear: empty.
 *
 * @module
 */
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex } from "../buckets/label_index.ts";
import type { Series } from "../buckets/label_trie.ts";
import { describe } from "../base/describe.ts";
import { cannot, got } from "../base/errors.ts";
import { inspectable } from "../base/inspectable.ts";
import { needing, type Views } from "../memory/arena.ts";
import { DIRECTORY } from "../memory/layout.ts";
import { capacityOf, firstId, segmentOf } from "../memory/segments.ts";
import type { LabelValues } from "../schema/metric_options.ts";
import type { MetricDefinition } from "../schema/schema.ts";
import type { SlotDirectory, ThreadInfo } from "../threads/slot_directory.ts";
import type { Cells } from "./accumulator.ts";
import { typeOf, wordsOf } from "./inspectable_writers.ts";

/** How often a read is begun again because the bucket was cleared meanwhile. */
const ROUNDS = 8;
/** Buckets whose epochs are read together: as many as the first segment has. Larger ones have a multiple of it. */
const BATCH = 64;

/** One thread's part of a bucket. */
export interface ThreadValue<Value> {
  /** Name of the slot's last owner. */
  readonly thread: string;
  /** Number of the slot. */
  readonly slot: number;
  /** What its owners have counted. */
  readonly value: Value;
}

/** One bucket with its labels. */
export interface SeriesValue<Value, Label extends string = string> {
  /** The bucket. */
  readonly id: number;
  /** Its labels; `otel_metric_overflow` alone for the overflow series, none for a bucket made by `create()`. */
  readonly labels: Partial<LabelValues<Label | "otel_metric_overflow">>;
  /** All threads' counts. */
  readonly value: Value;
}

/** One bucket in a snapshot. */
export interface SeriesSnapshot<Value, Label extends string = string>
  extends SeriesValue<Value, Label> {
  /** Another one means: cleared, or destroyed and made again. */
  readonly epoch: number;
  /** What each thread has counted, if it was asked for. */
  readonly perThread?: readonly ThreadValue<Value>[];
}

/** One thread's part, with the thread. */
interface ThreadPart<Value> {
  readonly thread: ThreadInfo;
  readonly value: Value;
}

const NO_LABELS = Object.freeze({});

/**
 * Merges one thread's part of a bucket into a result.
 *
 * @typeParam Value The part.
 * @typeParam Result The result.
 */
export type Aggregator<Value, Result> = (
  result: Result,
  value: Value,
  thread: ThreadInfo,
) => Result;

/** What a reader needs to know of its metric. */
export interface BucketReaderOptions<Value> {
  /** What the metric is. */
  definition: MetricDefinition;
  /** The buckets. */
  table: BucketTable;
  /** The labels, if the metric has any. */
  index?: LabelIndex;
  /** The threads. */
  slots: SlotDirectory;
  /** Makes what adds up one bucket. */
  makeCells: () => Cells<Value>;
  /** Index in `u64` of the number of updates sent to the overflow series. */
  overflowed: number;
}

/** A bucket by its id or by its labels. */
export type BucketName = number | Readonly<Record<string, string>>;

/** Reads and manages the buckets of one metric. The readers of {@linkcode ThreadStats.metrics} are made of this. Any thread. */
export class BucketReader<Value> {
  static {
    inspectable<BucketReader<unknown>>(this.prototype, {
      type: (reader) =>
        typeOf(reader.#definition.kind, "Reader", reader.#definition.labels.length > 0),
      metric: (reader) => reader.#table.name,
      facts: (reader) => wordsOf(reader.#definition),
    });
  }

  readonly #table: BucketTable;
  readonly #index: LabelIndex | undefined;
  readonly #slots: SlotDirectory;
  readonly #cells: Cells<Value>;
  readonly #makeCells: () => Cells<Value>;
  /** The same for the totals of threads' parts; not before somebody asks for these. */
  #whole: Cells<Value> | undefined = undefined;
  readonly #overflowed: number;
  readonly #definition: MetricDefinition;
  /** The epochs of the buckets that are read together. */
  readonly #epochs = new Int32Array(BATCH);

  constructor(options: BucketReaderOptions<Value>) {
    this.#table = options.table;
    this.#index = options.index;
    this.#slots = options.slots;
    this.#makeCells = options.makeCells;
    this.#cells = options.makeCells();
    this.#definition = options.definition;
    this.#overflowed = options.overflowed;
  }

  /** All threads' counts in one bucket. */
  read(bucket: BucketName): Value {
    const found = this.#find(bucket, "read");
    if (found === undefined) return this.#empty();
    const id = idOf(found);
    const segment = segmentOf(id, this.#table.shift);
    const offset = id - firstId(segment, this.#table.shift);
    for (let round = 0; round < ROUNDS; round++) {
      const epoch = this.#epochOf(found, "read");
      if (epoch === undefined) break;
      const value = this.#total(segment, offset, epoch);
      if (this.#table.confirmEpoch(id) === epoch) return value;
    }
    return this.#empty();
  }

  /** What each thread has counted in one bucket; threads that have counted nothing are left out. */
  perThread(bucket: BucketName): ThreadValue<Value>[] {
    return this.#parts(bucket, "read").map(toThreadValue);
  }

  /** Merges the threads' parts of one bucket by a function of the caller's. */
  aggregate<Result>(
    bucket: BucketName,
    initial: Result,
    callback: Aggregator<Value, Result>,
  ): Result {
    if (typeof callback !== "function") {
      throw new TypeError(
        cannot(`aggregate ${this.#table.name}`, "the callback must be a function", callback),
      );
    }
    let result = initial;
    for (const { thread, value } of this.#parts(bucket, "aggregate")) {
      result = callback(result, value, thread);
    }
    return result;
  }

  /** All live buckets with their labels and values, in rising order of ids. */
  series(): SeriesValue<Value>[] {
    return this.collect().map(({ id, labels, value }) => ({ id, labels, value }));
  }

  /** The same with what a snapshot needs in addition. Cost: live buckets times slots in use. */
  collect({ perThread = false }: { perThread?: boolean } = {}): SeriesSnapshot<Value>[] {
    const index = this.#index;
    const rows: SeriesSnapshot<Value>[] = [];
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.#table.segment(k);
      if (segment === undefined) break;
      const first = firstId(k, this.#table.shift);
      const capacity = capacityOf(k, this.#table.shift);
      const { views: { i32 }, epochs } = segment;
      let totals: ArrayLike<Value> | undefined;
      for (let offset = 0; offset < capacity; offset++) {
        if (offset % BATCH === 0) totals = this.#totalsFrom(segment, k, offset, perThread);
        const epoch = this.#epochs[offset % BATCH];
        if ((epoch & 1) === 0) continue;
        const id = first + offset;
        const series = index?.at(id, epoch);
        if (index !== undefined && series === undefined) continue;
        let parts = perThread ? this.#threadParts(k, offset, epoch).map(toThreadValue) : undefined;
        let value = parts !== undefined
          ? this.#wholeCells().value()
          : totals === undefined
          ? this.#total(k, offset, epoch)
          : totals[offset % BATCH];
        // As in `BucketTable.confirmEpoch`.
        const now = Atomics.add(i32, epochs + offset, 0);
        if (now !== epoch) {
          // Destroyed meanwhile: it is left out. Cleared: it is as it was at the instant of the clear.
          if ((now & 1) === 0 || (series !== undefined && !index!.isAlive(series))) continue;
          value = this.#empty();
          parts = parts && [];
        }
        const labels = series === undefined ? NO_LABELS : series.labels;
        rows.push(
          parts === undefined
            ? { id, labels, value, epoch: now }
            : { id, labels, value, epoch: now, perThread: parts },
        );
      }
    }
    // The same labels may have got another bucket while we read: then the first one is dead.
    return index === undefined ? rows : keep(rows, ({ id, epoch }) => index.isIn(id, epoch));
  }

  /**
   * What each thread has counted in all live buckets together; threads that have counted nothing are left out. Cost: live buckets
   * times slots in use, without an object for each of them.
   */
  threadTotals(): ThreadValue<Value>[] {
    const live: { segment: number; offset: number; epoch: number }[] = [];
    for (let k = 0; k < DIRECTORY; k++) {
      const segment = this.#table.segment(k);
      if (segment === undefined) break;
      const capacity = capacityOf(k, this.#table.shift);
      for (let offset = 0; offset < capacity; offset++) {
        // SeqCst; pairs with the change of the epoch. A bucket that ends meanwhile is one whose tags no longer match.
        const epoch = Atomics.load(segment.views.i32, segment.epochs + offset);
        if ((epoch & 1) !== 0) live.push({ segment: k, offset, epoch });
      }
    }
    const totals: ThreadValue<Value>[] = [];
    const cells = this.#cells;
    for (let slot = 0; slot < this.#slots.used; slot++) {
      cells.reset();
      let hasAny = false;
      for (const { segment, offset, epoch } of live) {
        if (cells.merge(slot, segment, offset, epoch)) hasAny = true;
      }
      const thread = hasAny ? this.#slots.describe(slot) : undefined;
      if (thread !== undefined) totals.push(toThreadValue({ thread, value: cells.value() }));
    }
    return totals;
  }

  /** Notes the epochs of the next buckets in `#epochs`, and gives their totals where the kind has a way to all at once. */
  #totalsFrom(
    { views: { i32 }, epochs }: { views: Views; epochs: number },
    segment: number,
    offset: number,
    perThread: boolean,
  ): ArrayLike<Value> | undefined {
    const noted = this.#epochs;
    const capacity = capacityOf(segment, this.#table.shift);
    const count = Math.min(BATCH, capacity - offset);
    let isAnyLive = false;
    for (let n = 0; n < count; n++) {
      const epoch = Atomics.load(i32, epochs + offset + n);
      noted[n] = epoch;
      if ((epoch & 1) !== 0) isAnyLive = true;
    }
    // Threads' parts are read one by one, and the totals are theirs: those of other reads would be
    // of another moment.
    if (!isAnyLive || perThread) return undefined;
    const asked = count === BATCH ? noted : noted.subarray(0, count);
    return this.#cells.totals?.(this.#slots.used, segment, offset, asked);
  }

  /** What all threads have counted in a bucket in one epoch. */
  #total(segment: number, offset: number, epoch: number): Value {
    const cells = this.#cells;
    const used = this.#slots.used;
    cells.reset();
    for (let slot = 0; slot < used; slot++) cells.merge(slot, segment, offset, epoch);
    return cells.value();
  }

  /** The ids of the live buckets in rising order. */
  ids(): number[] {
    return [...this.#table.ids()];
  }

  /** The bucket with these labels, made if there is none. */
  id(labels: Readonly<Record<string, string>>): number {
    const verb = "find a bucket of";
    const index = this.#labelled(verb);
    return needing(`${verb} ${this.#table.name}`, () => index.intern(labels, verb).id);
  }

  /** Makes a bucket without labels. */
  create(): number {
    const index = this.#index;
    return needing(
      `create a bucket of ${this.#table.name}`,
      () => index === undefined ? this.#table.create() : index.createAnonymous(),
    );
  }

  /** Makes all counts of one bucket start again from nothing, in all threads at once. */
  clear(bucket: BucketName): void {
    this.#advance(bucket, "clear", (id, epoch) => this.#table.clear(id, epoch));
  }

  /** Ends the life of one bucket; its id is used again. */
  destroy(bucket: BucketName): void {
    const index = this.#index;
    if (index === undefined) {
      this.#advance(bucket, "destroy", (id, epoch) => this.#table.end(id, epoch));
      return;
    }
    const found = this.#find(bucket, "destroy") ?? this.#missing(bucket, "destroy");
    if (typeof found === "number") index.destroy(found);
    else if (!index.destroy(found.id, found)) this.#missing(bucket, "destroy");
  }

  /** How many updates went to the overflow series because the metric had `maxSeries` buckets. */
  overflowed(): number {
    return Number(Atomics.load(this.#table.arena.views().u64, this.#overflowed));
  }

  /** The parts of all threads that have one. */
  #parts(bucket: BucketName, verb: string): ThreadPart<Value>[] {
    const found = this.#find(bucket, verb);
    if (found === undefined) return [];
    const id = idOf(found);
    const segment = segmentOf(id, this.#table.shift);
    const offset = id - firstId(segment, this.#table.shift);
    for (let round = 0; round < ROUNDS; round++) {
      const epoch = this.#epochOf(found, verb);
      if (epoch === undefined) break;
      const parts = this.#threadParts(segment, offset, epoch);
      if (this.#table.confirmEpoch(id) === epoch) return parts;
    }
    return [];
  }

  /** The parts of all threads that have one; `#wholeCells()` has what they add up to. */
  #threadParts(segment: number, offset: number, epoch: number): ThreadPart<Value>[] {
    const parts: ThreadPart<Value>[] = [];
    const cells = this.#cells;
    const whole = this.#wholeCells();
    whole.reset();
    for (let slot = 0; slot < this.#slots.used; slot++) {
      cells.reset();
      if (!cells.merge(slot, segment, offset, epoch)) continue;
      // Of the same reads: a second look would find what was counted meanwhile.
      whole.absorb(cells);
      parts.push({ thread: this.#slots.describe(slot)!, value: cells.value() });
    }
    return parts;
  }

  #wholeCells(): Cells<Value> {
    return this.#whole ??= this.#makeCells();
  }

  #empty(): Value {
    this.#cells.reset();
    return this.#cells.value();
  }

  #labelled(verb: string): LabelIndex {
    if (this.#index !== undefined) return this.#index;
    throw new TypeError(
      cannot(`${verb} ${this.#table.name}`, "the metric has no labels", got("some")),
    );
  }

  /** A bucket: its id, or its life when it was named by labels; `undefined` when no bucket has these. */
  #find(bucket: BucketName, verb: string): number | Series | undefined {
    if (typeof bucket === "object" && bucket !== null) {
      return this.#labelled(verb).find(bucket, verb);
    }
    this.#table.liveEpoch(bucket, verb);
    return bucket;
  }

  /** The epoch that a bucket is in; `undefined` when the life that had the labels is over. */
  #epochOf(found: number | Series, verb: string): number | undefined {
    return typeof found === "number"
      ? this.#table.liveEpoch(found, verb)
      : this.#index!.epochOf(found);
  }

  /** Advances a bucket's epoch. */
  #advance(
    bucket: BucketName,
    verb: string,
    advance: (id: number, epoch: number) => boolean,
  ): void {
    const found = this.#find(bucket, verb) ?? this.#missing(bucket, verb);
    for (;;) {
      const epoch = this.#epochOf(found, verb) ?? this.#missing(bucket, verb);
      if (advance(idOf(found), epoch)) return;
    }
  }

  #missing(bucket: BucketName, verb: string): never {
    // The labels were found to be the metric's.
    const given = typeof bucket === "object" ? labelsIn(this.#definition.labels, bucket) : bucket;
    throw new RangeError(
      cannot(`${verb} ${this.#table.name}`, "a live bucket must have these labels", given),
    );
  }
}

/** Labels for an error text. */
function labelsIn(names: readonly string[], labels: Readonly<Record<string, string>>): unknown {
  return got(`{${names.map((name) => `${describe(name)}:${describe(labels[name])}`).join()}}`);
}

function idOf(found: number | Series): number {
  return typeof found === "number" ? found : found.id;
}

/** The rows for which something holds: the array itself where that is all of them, as it is but for the rarest of races. */
function keep<Row>(rows: Row[], holds: (row: Row) => boolean): Row[] {
  return rows.every(holds) ? rows : rows.filter(holds);
}

function toThreadValue<Value>({ thread, value }: ThreadPart<Value>): ThreadValue<Value> {
  return { thread: thread.name, slot: thread.slot, value };
}
