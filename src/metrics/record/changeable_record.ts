/**
 * Changes of one record that are off the hot path: those that are refused, and those of values that
 * only a method takes which is too long for the hot path.
 *
 * @module
 */
import {
  areValid,
  isObject,
  isOfUnknown,
  isValid,
  reject,
  rejectFirst,
  rejectUnknown,
} from "./field_checks.ts";
import { COMMITTED, type Values } from "./record_loops.ts";
import { RecordPublisher } from "./record_publisher.ts";

/** One record that can be changed, in one thread. Owner thread only. */
export abstract class ChangeableRecord extends RecordPublisher {
  /**
   * Merges values and publishes them. Returns `false`, and has done nothing, if the record must be
   * prepared. Wait-free. `u64` and `u32` fields take integers of 32 bits.
   */
  abstract commit(...values: Values): boolean;

  /** Merges any valid values into the private memory. After {@linkcode start}. */
  abstract change(values: Values): void;

  /**
   * Merges values of the same kind as {@linkcode commit} takes into an open burst.
   *
   * @throws {TypeError} When the burst is over.
   */
  abstract mergeBurst(number: number, ...values: Values): void;

  /** Whether neither the bucket nor the thread has changed since the latest commit. */
  isCurrent(): boolean {
    // Unordered; pairs with the advances in `BucketTable`. Without it a change after a clear would
    // be dropped.
    return this.words[this.epochIndex] === this.epoch && this.isOwner();
  }

  /** As {@linkcode mergeBurst}, for any change. The burst ends if the change is refused. */
  mergeSlowly(number: number, delta: unknown, values: Values): void {
    const { fields } = this.context.layout;
    const action = `merge into ${this.metric}`;
    if (!isObject(delta)) {
      this.discardBurst(number);
      reject(action, "", "", delta);
    }
    if (isOfUnknown(fields, delta, values)) {
      this.discardBurst(number);
      rejectUnknown(action, fields, delta);
    }
    if (this.burst !== number) this.refuseBurst("merge into");
    if (!areValid(fields, values)) this.discardBurst(number);
    rejectFirst(action, fields, values);
    this.change(values);
  }

  /**
   * Whether a value may be assigned to a field; `false` if the assignment must be ignored.
   *
   * @throws {TypeError} When the burst has ended, or the value has the wrong type.
   * @throws {RangeError} When the value is out of range.
   */
  allows(number: number, n: number, value: unknown): boolean {
    if (number === COMMITTED) return false;
    if (this.burst !== number) this.refuseBurst("change");
    const { name, type } = this.context.layout.fields[n];
    // A double accepts any number except NaN, whatever its op: "max" has just this check.
    if (!isValid("max", type, value)) {
      this.discardBurst(number);
      reject(`change ${this.metric}`, name, type, value);
    }
    return true;
  }
}
