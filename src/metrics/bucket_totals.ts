/**
 * The total of one bucket in one epoch, over the slots of several threads, and the part of each.
 *
 * @module
 */
import type { BucketTable } from "../buckets/bucket_table.ts";
import { capacityOf } from "../memory/segments.ts";
import type { ThreadInfo } from "../threads/control_word.ts";
import type { SlotDirectory } from "../threads/slot_directory.ts";
import type { Walk } from "../threads/walk.ts";
import type { Accumulator } from "./accumulator.ts";
import type { ThreadValue } from "./series_values.ts";

/** The cells of a segment of buckets in several threads. */
export interface CellsOfSegment {
  /** The number of the segment. */
  readonly segment: number;
  /** The slots of the threads. */
  readonly slots: readonly number[];
  /** See {@linkcode Accumulator.merge}. */
  readonly spend?: (bytes: number) => void;
}

/** A bucket in one epoch of its life. */
export interface LiveBucket {
  readonly segment: number;
  readonly offset: number;
  readonly epoch: number;
  /** The slots with cells of the segment. */
  readonly slots: ReadonlySet<number>;
}

/** One thread's part of a bucket, and the thread. */
export interface ThreadPart<Value> {
  /** The latest owner of the slot. */
  readonly thread: ThreadInfo;
  /** The part. */
  readonly value: Value;
}

/** Adds up buckets of one metric. Any thread; private to one reader. */
export class BucketTotals<Value> {
  readonly #slots: SlotDirectory;
  readonly #makeAccumulator: () => Accumulator<Value>;
  readonly #accumulator: Accumulator<Value>;
  /** The total of all threads' parts. Made by the first call that asks for parts. */
  #whole: Accumulator<Value> | undefined = undefined;
  /** 0, 1, ... up to the highest slot that was ever used. */
  readonly #used: number[] = [];

  constructor(slots: SlotDirectory, makeAccumulator: () => Accumulator<Value>) {
    this.#slots = slots;
    this.#makeAccumulator = makeAccumulator;
    this.#accumulator = makeAccumulator();
  }

  /**
   * All slots that were ever used. A read of one bucket visits them all: to ask first which of them
   * have cells costs more.
   */
  usedSlots(): readonly number[] {
    const { used } = this.#slots;
    for (let slot = this.#used.length; slot < used; slot++) this.#used.push(slot);
    return this.#used;
  }

  /** The size in bytes of a segment of the thread in `slot`; 0 while the thread has none. */
  bytesOf(slot: number, segment: number): number {
    return this.#accumulator.bytesOf(slot, segment);
  }

  /** Whether the kind has {@linkcode totals}. */
  get areTogether(): boolean {
    return this.#accumulator.totals !== undefined;
  }

  /** The value of a bucket in which nobody has counted. */
  empty(): Value {
    this.#accumulator.reset();
    return this.#accumulator.value();
  }

  /** The total of a bucket in one epoch. */
  total(cells: CellsOfSegment, offset: number, epoch: number): Value {
    return this.accumulate(cells, offset, epoch).value();
  }

  /** The same as an accumulator, which is valid until the next call of any method. */
  accumulate(
    { segment, slots, spend }: CellsOfSegment,
    offset: number,
    epoch: number,
  ): Accumulator<Value> {
    const accumulator = this.#accumulator;
    accumulator.reset();
    for (const slot of slots) accumulator.merge(slot, segment, offset, epoch, spend);
    return accumulator;
  }

  /** See {@linkcode Accumulator.totals}; `undefined` if the kind has no such method. */
  totals(
    { slots, segment }: CellsOfSegment,
    offset: number,
    epochs: Int32Array,
  ): ArrayLike<Value> | undefined {
    return this.#accumulator.totals?.(slots, segment, offset, epochs);
  }

  /** The parts of a bucket in one epoch, of the threads that have one. Then {@linkcode whole}. */
  parts(
    { segment, slots, spend }: CellsOfSegment,
    offset: number,
    epoch: number,
  ): ThreadPart<Value>[] {
    const parts: ThreadPart<Value>[] = [];
    const accumulator = this.#accumulator;
    const whole = this.#whole ??= this.#makeAccumulator();
    whole.reset();
    for (const slot of slots) {
      accumulator.reset();
      if (!accumulator.merge(slot, segment, offset, epoch, spend)) continue;
      // From the same reads. A second read would include what was counted in between.
      whole.absorb(accumulator);
      parts.push({ thread: this.#slots.describe(slot)!, value: accumulator.value() });
    }
    return parts;
  }

  /** One thread's total over several buckets; `undefined` if it has counted in none of them. */
  partOf(
    slot: number,
    buckets: readonly LiveBucket[],
    spend: (bytes: number) => void,
  ): ThreadPart<Value> | undefined {
    const accumulator = this.#accumulator;
    accumulator.reset();
    let hasAny = false;
    for (const { segment, offset, epoch, slots } of buckets) {
      if (slots.has(slot) && accumulator.merge(slot, segment, offset, epoch, spend)) hasAny = true;
    }
    const thread = hasAny ? this.#slots.describe(slot) : undefined;
    return thread && { thread, value: accumulator.value() };
  }

  /** The total of the latest {@linkcode parts}. */
  whole(): Value {
    return this.#whole!.value();
  }
}

/**
 * The slots of a walk that have cells of a segment of buckets. Counts the bytes of the segment and
 * of the cells.
 */
export function slotsWithCells(
  { shift, bucketBytes }: BucketTable,
  totals: BucketTotals<unknown>,
  segment: number,
  { slots, spend }: Walk,
): number[] {
  spend(capacityOf(segment, shift) * bucketBytes);
  // The reference in each slot.
  spend(slots.length * 4);
  return slots.filter((slot) => {
    const bytes = totals.bytesOf(slot, segment);
    spend(bytes);
    return bytes > 0;
  });
}

/** A thread's part as users see it. */
export function toThreadValue<Value>({ thread, value }: ThreadPart<Value>): ThreadValue<Value> {
  return { thread: thread.name, slot: thread.slot, value };
}
