/**
 * The data of a snapshot: the part that structured cloning keeps.
 *
 * @module
 */
import type { SeriesSnapshot, ThreadValue } from "../metrics/series_values.ts";
import type { LabelsOf } from "../metrics/definition_types.ts";
import type { ValueOf } from "../metrics/reader_types.ts";
import type { MetricDefinition, SchemaDefinition } from "../schema/definitions.ts";
import type { ThreadInfo, ThreadState, ThreadTurn } from "../threads/control_word.ts";

/** One metric in a snapshot. */
export interface MetricSnapshot<Definition extends MetricDefinition = MetricDefinition> {
  /** The metric's definition. */
  readonly definition: Definition;
  /** Its live buckets, by ascending id. */
  readonly series: readonly SeriesSnapshot<ValueOf<Definition>, LabelsOf<Definition>>[];
  /**
   * Each thread's total over all series, if the snapshot was taken with `threadTotals`. The
   * difference of two snapshots has none.
   */
  readonly threads?: readonly ThreadValue<ValueOf<Definition>>[];
}

/** The library's own metrics in a snapshot. */
export interface SelfMetrics {
  /** The number of thread slots in each state. */
  readonly threads: Readonly<Record<ThreadState, number>>;
  /** The maximum number of threads at a time. */
  readonly maxThreads: number;
  /** The shared memory, in bytes: allocated, current size, and the size up to which it can grow. */
  readonly arena: {
    readonly usedBytes: number;
    readonly reservedBytes: number;
    readonly maxBytes: number;
  };
  /** The number of live buckets, by metric. */
  readonly series: Readonly<Record<string, number>>;
  /** The number of updates that went to the overflow series, by labelled metric. */
  readonly overflowed: Readonly<Record<string, number>>;
  /** Updates refused because their thread was unregistered or revoked. Modulo 2^32. */
  readonly refusedUpdates: number;
  /** How often a read of a record started over because a writer overtook it. Modulo 2^32. */
  readonly readRetries: number;
  /**
   * How often threads of this memory learned that their process has another memory of the same
   * name. It is 0 unless a join took busy threads for none; counts in one memory are not in the
   * other. Data of earlier versions does not have it.
   */
  readonly otherMemories?: number;
  /**
   * The turns of the threads that run {@linkcode Thread.observeRuntime}, in rising order of slots.
   * Data of earlier versions does not have them.
   */
  readonly turns?: readonly ObservedThread[];
}

/** A thread that runs {@linkcode Thread.observeRuntime}, in a snapshot. */
export interface ObservedThread extends ThreadTurn {
  /** The thread's name. */
  readonly thread: string;
  /** Number of its slot. */
  readonly slot: number;
}

/** The data of a {@linkcode Snapshot}, which structured cloning keeps. */
export interface SnapshotData<Metrics extends SchemaDefinition = SchemaDefinition> {
  /**
   * When the counting began, in milliseconds since 1970: when the statistics were created, or, for
   * a difference, when the earlier snapshot was taken. The start of a difference is corrected for
   * changes of the wall clock: `takenAt - startedAt` is the time that passed.
   */
  readonly startedAt: number;
  /** When the snapshot was taken, in milliseconds since 1970. */
  readonly takenAt: number;
  /** The threads. */
  readonly threads: readonly ThreadInfo[];
  /** The metrics by name. */
  readonly metrics: { readonly [Name in keyof Metrics]: MetricSnapshot<Metrics[Name]> };
  /** The library's own metrics. */
  readonly self: SelfMetrics;
}

/** One bucket in a snapshot, of a metric of any kind. */
export type Row = SeriesSnapshot<unknown>;

/** Each thread's part of a row; `undefined` if the snapshot was taken without `perThread`. */
export function threadPartsOf(row: Row): Row["perThread"] {
  // Only an own property counts: a program may have put one on `Object.prototype`.
  return Object.hasOwn(row, "perThread") ? row.perThread : undefined;
}
