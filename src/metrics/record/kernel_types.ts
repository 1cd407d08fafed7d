/**
 * The kernel of a record: the inner loops for one list of fields, as types. There are two
 * implementations: `compiled_kernel.ts` and `interpreted_kernel.ts`.
 *
 * Values: an update reads each field of its change once, before anything else, because a getter may
 * run any code. A field that was left out has its op's identity as value, so nothing has to ask
 * again whether it was. All fields are checked before one of them is changed.
 *
 * Bursts: each burst of a record has a number of its own, and the record has the number of its open
 * burst. A burst compares the two before it does anything. So nobody has to notify a burst when it
 * ends, and a burst that has ended changes nothing.
 *
 * @module
 */
import type { LabelValues } from "../../schema/metric_options.ts";
import type { RecordFields } from "../../schema/record.ts";
import type { BucketLife } from "../../buckets/label_trie.ts";
import type { RecordFacts } from "../inspectable_writers.ts";
import type { BurstMethods } from "../burst_types.ts";
import type { ChangeableRecord } from "./changeable_record.ts";
import type { CommitFunctions } from "./commit_module.ts";
import type { AnyFields, RecordLoops, Values } from "./record_loops.ts";
import type { PublisherClass } from "./published_records.ts";

/** The records of one metric in one thread, as the writers of a kernel need them. */
export interface RecordHost {
  /** The name of the metric, for error texts. */
  readonly metric: string;
  /** What its writers print. */
  readonly facts: RecordFacts;
  /** By the ids of the buckets; `undefined` before the first change. */
  readonly publishers: readonly (ChangeableRecord | undefined)[];
  /**
   * An update with any values. `life` if only that life may be changed.
   *
   * @throws {TypeError} When a value has the wrong type, or there are only unknown fields.
   * @throws {RangeError} When a value is out of range, or the bucket was destroyed.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  updateOddly(
    id: number,
    life: KernelLife | undefined,
    delta: unknown,
    values: Values,
  ): void;
  /** The same with valid values: for a record that may have to be prepared first. */
  updateSlowly(id: number, life: KernelLife | undefined, values: Values): void;
  /** Begins a burst, whose number is then that of the record. */
  open(id: number, life?: KernelLife): ChangeableRecord;
}

/** The records of a metric with labels. */
export interface LabelledRecords extends RecordHost {
  /** The writer of one bucket. */
  labels(labels: LabelValues<string>): unknown;
}

/** What users hold to change the records of one metric in one thread. */
export interface AnyRecordWriter {
  update(id: number, delta: AnyFields): void;
  begin(id: number): AnyBurst;
}

/** A life of a labelled bucket, and the epoch in which its writer has last changed it. */
export interface KernelLife {
  /** The id of the bucket. */
  readonly id: number;
  /** The life. */
  readonly series: BucketLife;
  /** The records of the metric. */
  readonly records: RecordHost;
  /** The record of the bucket. */
  readonly record: ChangeableRecord;
  /** The epoch; 0 before the first change. */
  epoch: number;
}

/** What users hold to change one labelled bucket. */
export interface AnyBoundRecord {
  readonly id: number;
  update(delta: AnyFields): void;
  begin(): AnyBurst;
}

/** A burst whose fields are not known at compile time. */
export type AnyBurst = BurstMethods<RecordFields>;

/** The inner loops, and the classes of writers. */
export interface RecordKernel extends RecordLoops {
  /** The module of {@linkcode CommitFunctions}; `undefined` where it is not used. */
  module(): WebAssembly.Module | undefined;
  /**
   * Makes the class of the records. It publishes by `functions` if there are any, else by
   * `Atomics`.
   */
  recordClass(
    Base: typeof ChangeableRecord,
    functions: CommitFunctions | undefined,
  ): PublisherClass<ChangeableRecord>;
  /** Makes what users hold. It has the records in a private field, out of the users' reach. */
  writer(records: RecordHost): AnyRecordWriter;
  /** The same for a metric with labels, with the method `labels`. */
  labelledWriter(records: LabelledRecords): AnyRecordWriter;
  /** The same for one life of a labelled bucket. */
  boundWriter(life: KernelLife): AnyBoundRecord;
}
