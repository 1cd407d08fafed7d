/**
 * How a reader adds up the cells of one bucket over threads: the part that differs between kinds of metrics.
 *
 * @module
 */

/** Totals of one bucket, being added up. A reader's own; any thread may have one. */
export interface Cells<Value> {
  /** Starts again from the identities. */
  reset(): void;
  /**
   * Adds what the thread in `slot` has counted in a bucket, if that belongs to `epoch`. Never waits for the thread.
   *
   * @returns Whether there was anything.
   */
  merge(slot: number, segment: number, offset: number, epoch: number): boolean;
  /** The totals. */
  value(): Value;
}
