/**
 * A burst as users see it: many changes to one record, and one commit.
 *
 * @module
 */
import type { RecordDelta, RecordFields, RecordValue } from "../schema/record.ts";

/** The methods of a burst. Its fields are properties beside them. */
export interface BurstMethods<Fields extends RecordFields> {
  /** The id of the bucket. It cannot be assigned, and changing it would not redirect the burst. */
  readonly id: number;
  /**
   * Merges a change. Each field merges by its own operation. If the change is refused, the burst
   * ends and nothing of it is committed. Owner thread only.
   *
   * @throws {TypeError} When the change has the wrong shape or only unknown fields, or the burst
   * has ended.
   * @throws {RangeError} When a value is out of range.
   */
  merge(delta: RecordDelta<Fields>): void;
  /**
   * Commits all changes as one, and ends the burst. Owner thread only; one atomic
   * read-modify-write.
   *
   * @throws {TypeError} When the burst has ended.
   * @throws {StaleThreadError} When the thread was unregistered or revoked. The changes are
   * dropped.
   */
  commit(): void;
  /** Drops all changes and ends the burst. Does nothing if it has ended. Owner thread only. */
  discard(): void;
  /** The same as `discard()`. So the end of a `using` block drops a burst without a commit. */
  [Symbol.dispose](): void;
}

/**
 * A burst: the fields of the record as properties, and `merge`, `commit` and `discard`.
 *
 * | the burst has ended by | fields, `merge`, `commit` | an assignment to a field |
 * | --- | --- | --- |
 * | `commit()` | throw a `TypeError` | is ignored |
 * | `discard()`, its disposal, a change that was refused | throw a `TypeError` | throws a `TypeError` |
 * | the next burst or update of the same bucket in this thread | throw a `TypeError` | throws a `TypeError` |
 *
 * A burst that has ended never changes another burst.
 *
 * @example Bursts of two buckets at the same time, one of which is left open
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
