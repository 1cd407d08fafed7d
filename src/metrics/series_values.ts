/**
 * What a read of several threads or several buckets returns.
 *
 * @module
 */
import type { LabelValues } from "../schema/metric_options.ts";
import type { ThreadInfo } from "../threads/control_word.ts";
import type { Exemplar } from "./exemplars/exemplar.ts";

/** One thread's part of a bucket. */
export interface ThreadValue<Value> {
  /** Name of the slot's latest owner. */
  readonly thread: string;
  /** Number of the slot. */
  readonly slot: number;
  /** What the owners of the slot have counted. */
  readonly value: Value;
  /** Their latest exemplars, in a row of a snapshot with `perThread`; absent if there is none. */
  readonly exemplars?: readonly Exemplar[];
}

/** One bucket with its labels and its value. */
export interface SeriesValue<Value, Label extends string = string> {
  /** The id of the bucket. */
  readonly id: number;
  /**
   * The labels of the bucket. The overflow series has the single label `otel_metric_overflow`. A
   * bucket that was made by `create()` has none.
   */
  readonly labels: Partial<LabelValues<Label | "otel_metric_overflow">>;
  /** What all threads have counted. */
  readonly value: Value;
  /**
   * The latest exemplars of a counter or a histogram, the latest one last; absent if there is none.
   * A counter has at most one. A histogram has at most one for each bin with boundaries, and at
   * most 32 without, one for each of as many equal groups of its bins. The value includes the
   * updates of all of them.
   */
  readonly exemplars?: readonly Exemplar[];
}

/** One bucket in a snapshot. */
export interface SeriesSnapshot<Value, Label extends string = string>
  extends SeriesValue<Value, Label> {
  /**
   * The epoch of the bucket. It changes when the bucket is cleared, or destroyed and made again.
   */
  readonly epoch: number;
  /** What each thread has counted; present only if the caller asked for it. */
  readonly perThread?: readonly ThreadValue<Value>[];
}

/**
 * Merges one thread's part of a bucket into a result.
 *
 * @typeParam Value The thread's part.
 * @typeParam Result The result.
 */
export type Aggregator<Value, Result> = (
  result: Result,
  value: Value,
  thread: ThreadInfo,
) => Result;
