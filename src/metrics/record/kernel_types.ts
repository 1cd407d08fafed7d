/**
 * The kernel of a record: the inner loops for one list of fields, as types. There are two
 * implementations: `compiled_kernel.ts` and `interpreted_kernel.ts`.
 *
 * Bursts: each burst of a (thread, metric) has a number of its own, and the private values of a
 * bucket carry the number of its open burst. A burst compares the two before it does anything. So
 * nobody has to notify a burst when it ends, and a burst that has ended changes nothing.
 *
 * @module
 */
import type { LabelValues } from "../../schema/metric_options.ts";
import type { RecordFields, RecordValue } from "../../schema/record.ts";
import type { RecordFacts } from "../inspectable_writers.ts";
import type { BurstMethods } from "../burst_types.ts";

/**
 * The private values of a thread's records: `layout.stride` words for each bucket. The last word is
 * the number of the bucket's open burst.
 */
export interface RecordValues {
  /** The values. */
  readonly values: Float64Array;
  /** The same memory as 32-bit halves. */
  readonly bits: Uint32Array;
}

/** The buckets of one metric in one thread, as updates and bursts need them. Owner thread only. */
export interface RecordHost extends RecordValues {
  /** The name of the metric, for error texts. */
  readonly metric: string;
  /** What its writers print. */
  readonly facts: RecordFacts;
  /** Whether a bucket can be changed without {@linkcode prepare}. */
  isReady(id: number): boolean;
  /** Whether a bucket can be changed without {@linkcode prepare}, and is in the given life. */
  isReadyIn(life: KernelLife): boolean;
  /** Makes a bucket ready, or throws. */
  prepare(id: number, verb: string, life?: KernelLife): void;
  /** Publishes the values of a bucket. */
  publish(id: number): void;
  /** Begins a burst of a bucket that is ready, and returns its number. */
  openBurst(id: number): number;
  /**
   * Publishes the changes of a burst. Throws unless it is the open burst of its bucket and the
   * thread may still write.
   */
  commitBurst(id: number, number: number): void;
  /** Drops the changes of a burst if it is the open burst of its bucket. */
  discardBurst(id: number, number: number): void;
  /** Throws because a burst has ended. */
  refuseBurst(verb: string): never;
}

/**
 * What the kernel adds to the records of labelled buckets. An update reads its change before
 * anything else, because a getter may run any code. It checks all fields before it changes one of
 * them or discards the open burst of the bucket.
 */
export interface RecordChanges {
  /** Merges a change into the values of a bucket and publishes them, but only in the given life. */
  updateLife(life: KernelLife, delta: AnyFields): void;
  /** Begins a burst in one life of the bucket. */
  beginLife(life: KernelLife): AnyBurst;
}

/** Records that can be changed. */
export type ChangeableRecords = RecordHost & RecordChanges;

/** Records that can be changed, of a metric with labels. */
export interface LabelledRecords extends ChangeableRecords {
  /** The writer of one bucket. */
  labels(labels: LabelValues<string>): unknown;
}

/** What users hold to change the records of one metric in one thread. */
export interface AnyRecordWriter {
  update(id: number, delta: AnyFields): void;
  begin(id: number): AnyBurst;
}

/** A life of a bucket. */
export interface KernelLife {
  /** The id of the bucket. */
  readonly id: number;
}

/** A change whose fields are not known at compile time. */
export type AnyFields = Record<string, number | bigint | undefined>;

/** A value whose fields are not known at compile time. */
export type AnyValue = RecordValue<RecordFields>;

/** A burst whose fields are not known at compile time. */
export type AnyBurst = BurstMethods<RecordFields>;

/** The inner loops. */
export interface RecordKernel {
  /** Copies the words of the fields one by one. A bulk copy may tear in shared memory. */
  copy(
    values: Float64Array,
    bits: Uint32Array,
    base: number,
    toValues: Float64Array,
    toBits: Uint32Array,
    to: number,
  ): void;
  /** Merges the values from word 0 on of `values` and `bits` into the totals. */
  combine(
    totals: Float64Array,
    totalBits: Uint32Array,
    values: Float64Array,
    bits: Uint32Array,
  ): void;
  /** The values as an object. */
  toObject(values: Float64Array, bits: Uint32Array, base: number): AnyValue;
  /** Makes a subclass of the records that has the {@linkcode RecordChanges}. */
  withChanges<Base extends RecordHostClass>(
    Base: Base,
    // deno-lint-ignore no-explicit-any -- TypeScript requires `any[]` in the constructor of a mixin
  ): Base & (new (...parameters: any[]) => RecordChanges);
  /** Makes what users hold. It has the records in a private field, out of the users' reach. */
  writer(records: ChangeableRecords): AnyRecordWriter;
  /** The same for a metric with labels, with the method `labels`. */
  labelledWriter(records: LabelledRecords): AnyRecordWriter;
}

/** A class to which changes can be added. */
// deno-lint-ignore no-explicit-any -- as above
export type RecordHostClass = new (...parameters: any[]) => RecordHost;

/**
 * The number of a burst after its commit. No bucket carries it. An assignment to a field of such a
 * burst is ignored.
 */
export const COMMITTED = -1;
