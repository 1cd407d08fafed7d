/**
 * Reading and managing the buckets of one metric, from any thread, without the help of the writers.
 *
 * Guarantees: a value belongs to one epoch of its bucket. So a `clear` shows in the parts of all
 * threads or in none.
 *
 * Progress: a read ends after at most `ROUNDS` rounds, whatever other threads do. If the bucket was
 * cleared in each round, the read returns what the bucket held at the instant of a clear: nothing.
 *
 * @module
 */
import { describe } from "../base/describe.ts";
import { cannot, got } from "../base/errors.ts";
import { inspectable } from "../base/inspectable.ts";
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex } from "../buckets/label_index.ts";
import type { LabelledBuckets } from "../buckets/labelled_buckets.ts";
import type { BucketLife } from "../buckets/label_trie.ts";
import { SeriesFilter } from "../buckets/series_filter.ts";
import { needing } from "../memory/arena.ts";
import { firstId, segmentOf } from "../memory/segments.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { SlotDirectory } from "../threads/slot_directory.ts";
import type { Walk } from "../threads/walk.ts";
import type { Accumulator } from "./accumulator.ts";
import { BucketTotals, type ThreadPart, toThreadValue } from "./bucket_totals.ts";
import type { ExemplarReader } from "./exemplars/exemplar_reader.ts";
import { typeOf, wordsOf } from "./inspectable_writers.ts";
import type { Aggregator, SeriesSnapshot, SeriesValue, ThreadValue } from "./series_values.ts";
import { type SeriesColumns, seriesOf } from "./series_columns.ts";
import { SeriesTotals } from "./series_totals.ts";
import { SnapshotRows } from "./snapshot_rows.ts";

/** How many times a read is tried while the bucket is cleared. */
const ROUNDS = 8;

/** What a reader needs to know of its metric. */
export interface BucketReaderOptions<Value> {
  /** The metric's name. */
  name: string;
  /** The definition of the metric. */
  definition: MetricDefinition;
  /** Gives what the metric is read with. Called once, by the first use. */
  parts: () => BucketReaderParts<Value>;
}

/** What a metric is read with. */
export interface BucketReaderParts<Value> {
  /** The buckets. */
  table: BucketTable;
  /** The labels, if the metric has any. */
  index?: LabelIndex;
  /** Finds and creates buckets by labels, if the metric has any. */
  labelled?: LabelledBuckets;
  /** The threads. */
  slots: SlotDirectory;
  /** Makes an accumulator of the metric's kind. */
  makeAccumulator: () => Accumulator<Value>;
  /** Reads the metric's exemplars, if its kind has any. */
  exemplars?: ExemplarReader;
  /** Starts a walk through the memory, which refuses damaged memory. */
  walk: () => Walk;
  /** Index in `u64` of the number of updates that went to the overflow series. */
  overflowed: number;
}

/** A bucket, by its id or by its labels. */
export type BucketName = number | Readonly<Record<string, string>>;

/**
 * What is read of a metric with labels: one bucket, by its id or by all its labels, or the total of
 * the buckets with the given labels; without any, of all buckets.
 */
export type BucketSelection = BucketName | undefined;

/**
 * Reads and manages the buckets of one metric. Any thread. The readers in
 * {@linkcode ThreadStats.metrics} are of this class, or are made from one.
 */
export class BucketReader<Value> {
  static {
    inspectable<BucketReader<unknown>>(this.prototype, {
      type: (reader) =>
        typeOf(reader.#definition.kind, "Reader", reader.#definition.labels.length > 0),
      metric: (reader) => reader.#name,
      facts: (reader) => wordsOf(reader.#definition),
    });
  }

  readonly #name: string;
  readonly #definition: MetricDefinition;
  /** Gives what the next fields are made from; `undefined` once they are made. */
  #parts: (() => BucketReaderParts<Value>) | undefined;
  #table!: BucketTable;
  #index: LabelIndex | undefined;
  #labelledBuckets: LabelledBuckets | undefined;
  #totals!: BucketTotals<Value>;
  /** Totals over several buckets, if the metric has labels. */
  #seriesTotals: SeriesTotals<Value> | undefined;
  #rows!: SnapshotRows<Value>;
  #walk!: () => Walk;
  #overflowed!: number;
  /** What `read` reads, as one object for all calls: V8 does not always do without an object. */
  readonly #cells: { segment: number; slots: readonly number[] } = { segment: 0, slots: [] };

  constructor({ name, definition, parts }: BucketReaderOptions<Value>) {
    this.#name = name;
    this.#definition = definition;
    this.#parts = parts;
  }

  /** Makes what this reads with. The public methods call it first while `#parts` is defined. */
  #prepare(parts: () => BucketReaderParts<Value>): void {
    const { table, index, labelled, slots, makeAccumulator, exemplars, walk, overflowed } = parts();
    const totals = new BucketTotals(slots, makeAccumulator);
    this.#table = table;
    this.#index = index;
    this.#labelledBuckets = labelled;
    this.#totals = totals;
    this.#seriesTotals = index &&
      new SeriesTotals({ table, index, slots, totals, makeAccumulator });
    this.#rows = new SnapshotRows({ table, index, totals, exemplars });
    this.#walk = walk;
    this.#overflowed = overflowed;
    this.#parts = undefined;
  }

  /** What all threads have counted in one bucket, or in all selected ones. */
  read(bucket?: BucketSelection): Value {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    const found = this.#select(bucket, "read");
    if (found === undefined) return this.#totals.empty();
    if (found instanceof SeriesFilter) return this.#seriesTotals!.total(found, this.#walk());
    const id = idOf(found);
    const segment = segmentOf(id, this.#table.shift);
    const offset = id - firstId(segment, this.#table.shift);
    const cells = this.#cells;
    cells.segment = segment;
    cells.slots = this.#totals.usedSlots();
    for (let round = 0; round < ROUNDS; round++) {
      const epoch = this.#epochOf(found, "read");
      if (epoch === undefined) break;
      const value = this.#totals.total(cells, offset, epoch);
      if (this.#table.confirmEpoch(id) === epoch) return value;
    }
    return this.#totals.empty();
  }

  /**
   * What each thread has counted in one bucket, or in all selected ones. Threads that have counted
   * nothing are left out.
   */
  perThread(bucket?: BucketSelection): ThreadValue<Value>[] {
    return this.#threadParts(bucket, "read").map(toThreadValue);
  }

  /** Merges the threads' parts with the caller's function. */
  aggregate<Result>(
    bucket: BucketSelection,
    initial: Result,
    callback: Aggregator<Value, Result>,
  ): Result {
    if (typeof callback !== "function") {
      throw new TypeError(
        cannot(`aggregate ${this.#name}`, "the callback must be a function", callback),
      );
    }
    let result = initial;
    for (const { thread, value } of this.#threadParts(bucket, "aggregate")) {
      result = callback(result, value, thread);
    }
    return result;
  }

  /** The live buckets with their labels and values, in rising order of ids: all, or selected. */
  series(filter?: Readonly<Record<string, string>>): SeriesValue<Value>[] {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    const options = { perThread: false, walk: this.#walk(), filter: this.#filter(filter) };
    const columns = this.#rows.columns(options.walk, options.filter);
    if (columns !== undefined) return seriesOf(columns) as unknown as SeriesValue<Value>[];
    return this.#rows.collect(options).map((row) => {
      const { id, labels, value } = row;
      // Only an own property counts: a program may have put one on `Object.prototype`.
      if (!Object.hasOwn(row, "exemplars")) return { id, labels, value };
      return { id, labels, value, exemplars: row.exemplars };
    });
  }

  /** The same as rows of a snapshot; see {@linkcode SnapshotRows.collect}. */
  collect(
    { perThread = false, walk }: { perThread?: boolean; walk?: Walk } = {},
  ): SeriesSnapshot<Value>[] {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    return this.#rows.collect({ perThread, walk: walk ?? this.#walk() });
  }

  /** The same as columns; see {@linkcode SnapshotRows.columns}. */
  columns(walk: Walk): SeriesColumns | undefined {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    return this.#rows.columns(walk);
  }

  /** Each thread's total over all buckets; see {@linkcode SnapshotRows.threadTotals}. */
  threadTotals(walk: Walk): ThreadValue<Value>[] {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    return this.#rows.threadTotals(walk);
  }

  /**
   * Forgets the labels that this thread has read. For memory that turned out to be damaged.
   */
  forget(): void {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    this.#rows.forget();
  }

  /** The ids of the live buckets in rising order. */
  ids(): number[] {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    return [...this.#table.ids()];
  }

  /** The bucket with these labels. It is made if there is none. */
  id(labels: Readonly<Record<string, string>>): number {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    const verb = "find a bucket of";
    const labelled = this.#labelled(verb);
    return needing(`${verb} ${this.#name}`, () => labelled.intern(labels, verb).id);
  }

  /** Makes a bucket without labels. */
  create(): number {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    const labelled = this.#labelledBuckets;
    return needing(
      `create a bucket of ${this.#name}`,
      () => labelled === undefined ? this.#table.create() : labelled.createAnonymous(),
    );
  }

  /** Starts all counts of one bucket again from nothing, in all threads at once. */
  clear(bucket: BucketName): void {
    this.#advance(bucket, "clear", (id, epoch) => this.#table.clear(id, epoch));
  }

  /** Ends the life of one bucket. Its id is used again. */
  destroy(bucket: BucketName): void {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    const labelled = this.#labelledBuckets;
    if (labelled === undefined) {
      this.#advance(bucket, "destroy", (id, epoch) => this.#table.end(id, epoch));
      return;
    }
    const found = this.#find(bucket, "destroy") ?? this.#refuseMissing(bucket, "destroy");
    if (typeof found === "number") labelled.destroy(found);
    else if (!labelled.destroy(found.id, found)) this.#refuseMissing(bucket, "destroy");
  }

  /**
   * How many updates went to the overflow series, because the metric had `maxSeries` buckets or a
   * label value was too long.
   */
  overflowed(): number {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    // SeqCst; pairs with the additions of the overflow series' writers.
    return Number(Atomics.load(this.#table.arena.views().u64, this.#overflowed));
  }

  /** The parts of all threads that have one. */
  #threadParts(bucket: BucketSelection, verb: string): ThreadPart<Value>[] {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    const found = this.#select(bucket, verb);
    if (found === undefined) return [];
    if (found instanceof SeriesFilter) return this.#seriesTotals!.parts(found, this.#walk());
    const id = idOf(found);
    const segment = segmentOf(id, this.#table.shift);
    const offset = id - firstId(segment, this.#table.shift);
    const cells = { segment, slots: this.#totals.usedSlots() };
    for (let round = 0; round < ROUNDS; round++) {
      const epoch = this.#epochOf(found, verb);
      if (epoch === undefined) break;
      const parts = this.#totals.parts(cells, offset, epoch);
      if (this.#table.confirmEpoch(id) === epoch) return parts;
    }
    return [];
  }

  #labelled(verb: string): LabelledBuckets {
    if (this.#labelledBuckets !== undefined) return this.#labelledBuckets;
    throw new TypeError(
      cannot(
        `${verb} ${this.#name}`,
        "a bucket id is required because the metric has no labels",
        got("labels"),
      ),
    );
  }

  #filter(labels: Readonly<Record<string, string>> | undefined): SeriesFilter | undefined {
    if (labels === undefined) return undefined;
    const labelled = this.#labelledBuckets;
    const verb = "list the series of";
    if (labelled !== undefined) return labelled.filter(labels, verb);
    throw new TypeError(
      cannot(`${verb} ${this.#name}`, "the metric has no labels", got("labels")),
    );
  }

  /** What is to be read: the bucket as {@linkcode #find} returns it, or a filter for several. */
  #select(bucket: BucketSelection, verb: string): number | BucketLife | SeriesFilter | undefined {
    const labelled = this.#labelledBuckets;
    if (labelled === undefined || typeof bucket === "number") {
      return this.#find(bucket as BucketName, verb);
    }
    return bucket === undefined ? ALL : labelled.select(bucket, verb);
  }

  /**
   * The bucket: its id if the caller gave that, its life if the caller gave labels; `undefined` if
   * no bucket has these labels.
   */
  #find(bucket: BucketName, verb: string): number | BucketLife | undefined {
    if (typeof bucket === "object" && bucket !== null) {
      return this.#labelled(verb).find(bucket, verb);
    }
    this.#table.liveEpoch(bucket, verb);
    return bucket;
  }

  /** The present epoch of the bucket; `undefined` if the life that had the labels has ended. */
  #epochOf(found: number | BucketLife, verb: string): number | undefined {
    return typeof found === "number"
      ? this.#table.liveEpoch(found, verb)
      : this.#index!.epochOf(found);
  }

  /** Advances the epoch of the bucket. Retries while other threads advance it. */
  #advance(
    bucket: BucketName,
    verb: string,
    advance: (id: number, epoch: number) => boolean,
  ): void {
    if (this.#parts !== undefined) this.#prepare(this.#parts);
    const found = this.#find(bucket, verb) ?? this.#refuseMissing(bucket, verb);
    for (;;) {
      const epoch = this.#epochOf(found, verb) ?? this.#refuseMissing(bucket, verb);
      if (advance(idOf(found), epoch)) return;
    }
  }

  #refuseMissing(bucket: BucketName, verb: string): never {
    // `#find` has checked that these are exactly the labels of the metric.
    const given = typeof bucket === "object" ? labelsIn(this.#definition.labels, bucket) : bucket;
    throw new RangeError(
      cannot(`${verb} ${this.#name}`, "a live bucket must have these labels", given),
    );
  }
}

const ALL = new SeriesFilter([], {});

/** Labels for an error text. */
function labelsIn(names: readonly string[], labels: Readonly<Record<string, string>>): unknown {
  return got(`{${names.map((name) => `${describe(name)}:${describe(labels[name])}`).join()}}`);
}

function idOf(found: number | BucketLife): number {
  return typeof found === "number" ? found : found.id;
}
