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
  /**
   * Adds what another one of the same metric has added up: what that gives by itself is a part of
   * what this gives.
   */
  absorb(other: this): void;
  /** The totals. */
  value(): Value;
  /**
   * The totals of as many neighbouring buckets as there are `epochs`, from `offset` on, each in its own epoch; what stands where
   * the epoch is not one of a live bucket means nothing. Only a kind that has a quicker way to them than one by one has it. The result is good until the next call.
   */
  totals?(slots: number, segment: number, offset: number, epochs: Int32Array): ArrayLike<Value>;
}
