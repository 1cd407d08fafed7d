/**
 * How a reader adds up one bucket over threads. Each kind of metric has an accumulator of its own.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import type { CellSegments } from "../threads/cell_segments.ts";
import type { SlotDirectory } from "../threads/slot_directory.ts";

/** The parts of a `ThreadStats` that all its metrics share. */
export interface SharedParts {
  /** The memory. */
  readonly arena: Arena;
  /** The thread slots. */
  readonly slots: SlotDirectory;
  /** Where the cells of each thread are. */
  readonly cells: CellSegments;
}

/**
 * The running total of one bucket. It is private to the reader that made it, and never writes to
 * shared memory except to ask for help with a record. Any thread.
 */
export interface Accumulator<Value> {
  /** Starts again from the identities of the operations. */
  reset(): void;
  /** The size in bytes of a segment of the thread in `slot`; 0 while the thread has none. */
  bytesOf(slot: number, segment: number): number;
  /**
   * Adds what the thread in `slot` has counted in a bucket, if its cell belongs to `epoch`. Never
   * waits for that thread.
   *
   * @param spend Called with the number of bytes outside the segment that are read next.
   * @returns Whether the cell belongs to `epoch`.
   */
  merge(
    slot: number,
    segment: number,
    offset: number,
    epoch: number,
    spend?: (bytes: number) => void,
  ): boolean;
  /**
   * Adds the total of another accumulator of the same metric. The sum of the parts of all threads
   * then equals the whole, because both come from the same reads.
   */
  absorb(other: this): void;
  /** The total. */
  value(): Value;
  /**
   * Totals of consecutive buckets from `offset` on, one for each of `epochs`, over the given slots.
   * Entries whose epoch is not that of a live bucket are undefined. The result is valid until the
   * next call. A kind has this method only if it is faster than reading the buckets one by one.
   */
  totals?(
    slots: readonly number[],
    segment: number,
    offset: number,
    epochs: Int32Array,
  ): ArrayLike<Value>;
  /** Adds one of the {@linkcode totals}. A kind that has that method has this one too. */
  absorbTotal?(total: Value): void;
}
