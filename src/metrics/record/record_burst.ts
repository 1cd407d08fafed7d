/**
 * A burst: many changes to one record, one commit.
 *
 * Each burst of a (thread, metric) has a number of its own, and a bucket's private values carry the number of the bucket's open burst. A burst
 * compares the two before it does anything. So nobody needs to tell a burst that it is over, and one that is over changes nothing.
 *
 * The class is made by the kernel, see `record_kernel.ts`.
 *
 * @module
 */
import type { RecordDelta, RecordFields, RecordValue } from "../../schema/record.ts";

/** The methods of a burst, beside the fields as properties. */
export interface BurstMethods<Fields extends RecordFields> {
  /** The bucket. Cannot be assigned, and decides nothing. */
  readonly id: number;
  /**
   * Merges a change by the ops of the fields. A change that is refused ends the burst: nothing of it is committed. Owner thread only.
   *
   * @throws {TypeError} When the change has the wrong shape or only unknown fields, or the burst is
   * over.
   * @throws {RangeError} When a value is out of range.
   */
  merge(delta: RecordDelta<Fields>): void;
  /**
   * Commits all changes as one, and ends the burst. Owner thread only; one atomic read-modify-write.
   *
   * @throws {TypeError} When the burst is over.
   * @throws {StaleThreadError} When the thread was unregistered or revoked: the changes are dropped.
   */
  commit(): void;
  /** Drops all changes and ends the burst; does nothing when it is over. Owner thread only. */
  discard(): void;
  /** The same as `discard()`: a burst that `using` leaves without a commit is dropped. */
  [Symbol.dispose](): void;
}

/**
 * A burst: the record's fields as properties, and `merge`, `commit` and `discard`.
 *
 * | the burst is over after | fields, `merge`, `commit` | what is assigned to a field |
 * | --- | --- | --- |
 * | `commit()` | throw a `TypeError` | is ignored |
 * | `discard()`, its disposal, a change that was refused | throw a `TypeError` | throws a `TypeError` |
 * | the next burst or update of the same bucket in this thread | throw a `TypeError` | throws a `TypeError` |
 *
 * A burst that is over never touches another one.
 *
 * @example Bursts of two buckets at once, and one that is left open
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { defineSchema, record, sum, ThreadStats } from "@x/thread-stats";
 *
 * const stats = ThreadStats.create(defineSchema({ flow: record({ bytes: sum() }) }));
 * const { flow } = stats.registerThread("main").metrics;
 * const [a, b] = [stats.metrics.flow.create(), stats.metrics.flow.create()];
 * const first = flow.begin(a);
 * const second = flow.begin(b);
 * first.bytes += 1;
 * second.bytes += 2;
 * second.commit();
 * flow.update(a, { bytes: 3 }); // discards `first`
 * assertThrows(() => first.commit(), TypeError);
 * assertEquals([stats.metrics.flow.read(a).bytes, stats.metrics.flow.read(b).bytes], [3, 2]);
 * ```
 */
export type RecordBurst<Fields extends RecordFields> =
  & BurstMethods<Fields>
  & { -readonly [Name in keyof RecordValue<Fields>]: RecordValue<Fields>[Name] };
