/**
 * Records as the code that changes them sees them, and what that code is: the kernel of a list of fields.
 *
 * @module
 */
import type { LabelValues } from "../../schema/metric_options.ts";
import type { RecordFields } from "../../schema/record.ts";
import type { BurstMethods } from "./record_burst.ts";
import type { RecordFacts } from "../inspectable_writers.ts";

/** The private values of a thread's records: `layout.stride` words for each bucket, of which the last is the number of its open burst. */
export interface RecordValues {
  /** The values. */
  readonly values: Float64Array;
  /** The same as 32-bit halves. */
  readonly bits: Uint32Array;
}

/** What updates and bursts need of the records that they change: the buckets of one metric in one thread. */
export interface RecordHost extends RecordValues {
  /** The metric's name, for error texts. */
  readonly metric: string;
  /** What its writers show of themselves. */
  readonly facts: RecordFacts;
  /** Whether a bucket can be changed right now. */
  isReady(id: number): boolean;
  /** Whether it can be changed right now, in the given life. */
  isReadyIn(life: BucketLife): boolean;
  /** Makes it so, or throws. */
  prepare(id: number, verb: string, life?: BucketLife): void;
  /** Publishes the values of a bucket. */
  publish(id: number): void;
  /** Begins a burst of a bucket that is ready, and gives its number. */
  openBurst(id: number): number;
  /** Publishes what a burst has changed, if it is the open one of its bucket and the thread may still write, or throws. */
  commitBurst(id: number, number: number): void;
  /** Drops what a burst has changed, if it is the open one of its bucket. */
  discardBurst(id: number, number: number): void;
  /** Throws because a burst is over. */
  refuseBurst(verb: string): never;
}

/**
 * What the kernel adds to the records. An update reads its change before it looks at anything else, as a getter may do whatever it likes; it
 * checks all fields before it changes one, or discards the bucket's open burst.
 */
export interface RecordChanges {
  /** Merges a change into the values of a bucket and publishes them, but only in one life of the bucket. */
  updateLife(life: BucketLife, delta: AnyFields): void;
  /** Begins a burst in one life of the bucket. */
  beginLife(life: BucketLife): AnyBurst;
}

/** Records that can be changed. */
export type ChangeableRecords = RecordHost & RecordChanges;

/** The same of a metric with labels. */
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
export interface BucketLife {
  /** The bucket. */
  readonly id: number;
}

/** A change or a value of unknown fields. */
export type AnyFields = Record<string, number | bigint | undefined>;

/** A burst of unknown fields. */
export type AnyBurst = BurstMethods<RecordFields>;

/** The inner loops. */
export interface RecordKernel {
  /** Copies the fields' words one by one: bulk copies may tear in shared memory. */
  copy(
    values: Float64Array,
    bits: Uint32Array,
    base: number,
    toValues: Float64Array,
    toBits: Uint32Array,
    to: number,
  ): void;
  /** Merges the values at word 0 of `bits` and `values` into the totals. */
  combine(
    totals: Float64Array,
    totalBits: Uint32Array,
    values: Float64Array,
    bits: Uint32Array,
  ): void;
  /** The values as an object. */
  toObject(values: Float64Array, bits: Uint32Array, base: number): AnyFields;
  /** Makes a subclass of the records that has the changes. */
  withChanges<Base extends RecordHostClass>(
    Base: Base,
    // deno-lint-ignore no-explicit-any -- TypeScript asks for `any[]` in the constructor of a mixin
  ): Base & (new (...parameters: any[]) => RecordChanges);
  /** Makes what users hold: it leads to records of a class with the changes, but not by a property. */
  writer(records: ChangeableRecords): AnyRecordWriter;
  /** The same for a metric with labels, with the method `labels`. */
  labelledWriter(records: LabelledRecords): AnyRecordWriter;
}

/** A class to which changes can be added. */
// deno-lint-ignore no-explicit-any -- the same
export type RecordHostClass = new (...parameters: any[]) => RecordHost;

/** The number of a burst that has committed: no bucket carries it. What is assigned to a field of such a burst goes nowhere. */
export const COMMITTED = -1;
