/**
 * Counters, the writing side.
 *
 * A cell for each (thread, bucket): the value, a double, and the epoch it belongs to, its tag. The owner keeps the value
 * in a private field and only stores it.
 *
 * Assumptions: an aligned 64-bit store does not tear (every 64-bit engine; tested). One owner at a time.
 *
 * Guarantees: a cell counts while its tag is the bucket's epoch. After a clear the owner stores the new value first, then the
 * tag: who sees the tag sees a value counted since. An add that raced with a clear is dropped with all before it.
 *
 * Progress: `add` is wait-free: two loads, one store; no allocation, no atomic read-modify-write. The first
 * add after a clear also stores the tag. A thread killed at any instruction loses at most the add it was in.
 *
 * The hot fields are plain ones (`private` to TypeScript only). Measured in one run on x86-64, ns per `add()` of one counter in a loop,
 * Deno 2.9 / Node 24 / Bun 1.4: plain fields 1.4 / 1.4 / 2.1; `#private` 4.2 / 3.8 / 3.8 (V8 keeps them out of the object); a private
 * `array[i] += 1` beside them 5.7 / 2.3 / 1.0.
 *
 * @module
 */
import { longIndex, wordIndex } from "../memory/layout.ts";
import { cannot, got } from "../errors.ts";
import type { BucketTable } from "../buckets/bucket_table.ts";
import type { LabelIndex, Series } from "../buckets/label_index.ts";
import { OVERFLOW } from "../buckets/label_text.ts";
import { capacityOf, firstId, segmentOf } from "../memory/segments.ts";
import type { LabelValues } from "../schema/options.ts";
import type { ThreadHome } from "../threads/thread_home.ts";
import { counterSegmentParts } from "./counter_layout.ts";
import type { CounterWriter, LabelledCounterWriter } from "./writers.ts";

/** What a counter's writers need to know of their metric. */
export interface CounterHome {
  /** The thread. */
  readonly thread: ThreadHome;
  /** The metric's number. */
  readonly metric: number;
  /** Its buckets. */
  readonly table: BucketTable;
  /** Its labels, if it has any. */
  readonly index?: LabelIndex;
  /** Index in `u64` of the number of updates sent to the overflow series. */
  readonly overflowed: number;
}

/** One counter in one thread. Owner thread only. */
export class OwnCounter implements CounterWriter {
  declare private readonly words: Int32Array;
  declare private readonly cells: Float64Array;
  declare private readonly cell: number;
  declare private readonly epochIndex: number;
  declare private readonly controlIndex: number;
  declare private readonly control: number;
  /** The epoch that the cell's tag has, once this writer has added: 0 before. */
  declare private epoch: number;
  /** What the cell holds. Only this writer stores there. */
  declare private total: number;
  declare private readonly tag: number;
  declare private readonly id: number;
  declare private readonly home: CounterHome;
  declare private readonly series: Series | undefined;

  /** `id` is a live bucket, in the life `series` if the metric has labels. */
  constructor(home: CounterHome, id: number, series?: Series) {
    const { table, thread, metric } = home;
    const k = segmentOf(id, table.shift);
    const offset = id - firstId(k, table.shift);
    const start = thread.cells.ensure(thread.tenure.slot, metric, k);
    const parts = counterSegmentParts(capacityOf(k, table.shift));
    const views = thread.arena.views(start + parts.bytes);
    this.epoch = 0;
    this.total = 0;
    this.words = views.i32;
    this.cells = views.f64;
    this.cell = longIndex(start + parts.cells) + offset;
    this.tag = wordIndex(start + parts.tags) + offset;
    this.epochIndex = table.segment(k)!.epochs + offset;
    this.controlIndex = thread.controlIndex;
    this.control = thread.tenure.control;
    this.id = id;
    this.home = home;
    this.series = series;
  }

  add(n = 1): void {
    if (
      !(typeof n === "number" && n >= 0 && n < Infinity) ||
      // Unordered; pairs with the advances in `BucketTable`. Without it an add made after a clear would be dropped.
      this.words[this.epochIndex] !== this.epoch ||
      // Unordered; pairs with the changes in `SlotDirectory`. Without it a slot could have two writers.
      this.words[this.controlIndex] !== this.control
    ) {
      this.addSlowly(n);
      return;
    }
    // Unordered; pairs with the load in `CounterCells.merge`. Does not tear.
    this.cells[this.cell] = this.total += n;
  }

  /** Whether this writer counts in the given life of the bucket, and nothing has happened to that since it last added. */
  serves(series: Series): boolean {
    return this.series!.life === series.life && this.words[this.epochIndex] === this.epoch;
  }

  /** Whether this writer counts in the given life of the bucket. */
  isOf(series: Series): boolean {
    return this.series!.life === series.life;
  }

  /** The first add, one after a clear, or one that must be refused. */
  private addSlowly(n: number): void {
    const { table, thread, index } = this.home;
    const what = `add to ${table.name}`;
    const required = "the increment must be a finite number and not negative";
    if (typeof n !== "number") throw new TypeError(cannot(what, required, n));
    if (!(n >= 0 && n < Infinity)) throw new RangeError(cannot(what, required, n));
    thread.check(what);
    const epoch = table.liveEpoch(this.id, "add to");
    // After the epoch was read, so that it is an epoch of this life.
    if (this.series !== undefined && !index!.isAlive(this.series)) {
      throw new RangeError(
        cannot(what, "the bucket must be live", got(`${this.id}, one that was destroyed`)),
      );
    }
    // The tag is the bucket's epoch only if this writer, or the slot's owner before it, has added in this epoch.
    if (this.epoch !== epoch) {
      this.total = this.words[this.tag] === epoch ? this.cells[this.cell] : 0;
    }
    this.cells[this.cell] = this.total += n;
    // SeqCst, after the value; pairs with the load of the tag in `CounterCells.merge`: without this order a reader could
    // take what was counted before a clear for what was counted after it.
    Atomics.store(this.words, this.tag, epoch);
    this.epoch = epoch;
  }
}

/** Counts what goes to the overflow series. A class of its own, so that the others need not ask. */
class OverflowCounter extends OwnCounter {
  readonly #home: CounterHome;

  constructor(home: CounterHome, id: number, series: Series) {
    super(home, id, series);
    this.#home = home;
  }

  override add(n = 1): void {
    super.add(n);
    Atomics.add(this.#home.thread.arena.views().u64, this.#home.overflowed, 1n);
  }
}

/** The labelled counters of one metric in one thread. Owner thread only. */
export class OwnLabelledCounter implements LabelledCounterWriter<string> {
  readonly #home: CounterHome;
  readonly #index: LabelIndex;
  /** By id; one writer for each life, as two would each keep a total of their own. */
  readonly #counters: (OwnCounter | undefined)[] = [];

  constructor(home: CounterHome) {
    this.#home = home;
    this.#index = home.index!;
  }

  labels(labels: LabelValues<string>): OwnCounter {
    const known = this.#index.peek(labels);
    if (known !== undefined) {
      const counter = this.#counters[known.id];
      if (counter !== undefined && counter.serves(known)) return counter;
    }
    return this.#bind(labels);
  }

  #bind(labels: LabelValues<string>): OwnCounter {
    this.#home.thread.check(`add to ${this.#home.table.name}`);
    const series = this.#index.intern(labels, "add to");
    const known = this.#counters[series.id];
    if (known !== undefined && known.isOf(series)) return known;
    const Counter = series.kind === OVERFLOW ? OverflowCounter : OwnCounter;
    return this.#counters[series.id] = new Counter(this.#home, series.id, series);
  }
}
