/**
 * The options that all functions for Prometheus have, and their checks.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { copyOwnProperties, type OptionNames, takeOptions } from "../base/options.ts";
import { type BoundariesOf, checkBoundaries } from "../export/boundaries.ts";
import type { SnapshotData } from "../snapshots/snapshot_data.ts";

/** Options of both {@linkcode prometheusText} and {@linkcode prometheusHandler}. */
export interface PrometheusOptions {
  /**
   * Upper bounds of the Prometheus buckets of log-linear histograms: one array for all of them, or
   * an array for each of some, by the metric's name in the schema.
   *
   * All values of a bin count in the first bucket whose bound is not below the middle of the bin,
   * so each bound is exact to within the `relativeError` of the histogram. Values above `highest`
   * count in the last bin. Histograms that have `boundaries` in the schema keep these.
   *
   * @default The multiples 1, 2.5 and 5 of each power of ten between `lowest` and `highest`
   */
  boundaries?: readonly number[] | Readonly<Record<string, readonly number[]>>;
  /**
   * Whether OpenMetrics has `_created`, the time at which each counter and histogram began to
   * count: the last scrape before the series appeared, or, if the series existed when the handler
   * was made, the start of the statistics. A Prometheus server that does not use these times stores
   * them as one more series each.
   *
   * @default {true}
   */
  created?: boolean;
  /**
   * Whether each thread has series of its own, with the labels `thread` and `slot`, instead of one
   * series for all threads. Labels of the metric with these names become `exported_thread` and
   * `exported_slot`. `prometheusText` then needs a snapshot that was taken with `perThread`.
   *
   * Series are keyed by slot, and contain the counts of all owners of the slot, so no series
   * decreases. `thread` is the name of the latest owner. If a thread of another name takes over a
   * slot, its counts continue in a new series, so reuse a worker's name for its replacement.
   *
   * @default {false}
   */
  perThread?: boolean;
  /**
   * Whether to include the library's own metrics, `thread_stats_*`.
   *
   * @default {true}
   */
  selfMetrics?: boolean;
}

/** The names of the common options. */
export const PROMETHEUS_OPTIONS: OptionNames<PrometheusOptions> = {
  boundaries: true,
  created: true,
  perThread: true,
  selfMetrics: true,
};

/** The common options, with defaults. */
export interface CheckedOptions extends Required<Omit<PrometheusOptions, "boundaries">> {
  /** The chosen bounds of a log-linear histogram's Prometheus buckets. */
  readonly boundariesOf: BoundariesOf;
}

/**
 * Checks the common options, and that there are no options but `known`.
 *
 * @returns The common options with defaults; the other ones as they are.
 * @throws {TypeError} If an option is unknown or has the wrong shape, or `boundaries` names a
 * metric that is not a log-linear histogram.
 * @throws {RangeError} If bounds are not finite, negative, or not ascending.
 */
export function checkOptions<Options extends PrometheusOptions>(
  action: string,
  options: Options,
  { known, snapshot }: { known: OptionNames<Options>; snapshot: SnapshotData },
): Omit<Options, keyof PrometheusOptions> & CheckedOptions {
  const { created = true, perThread = false, selfMetrics = true, boundaries, ...rest } =
    takeOptions(action, options, known);
  for (const [name, value] of Object.entries({ created, perThread, selfMetrics })) {
    assertBoolean(action, name, value);
  }
  const boundariesOf = checkBoundaries(action, boundaries, snapshot);
  // Without a prototype, as the options came: callers read options here that may have been left out.
  const checked = { ...rest, created, perThread, selfMetrics, boundariesOf };
  return copyOwnProperties(checked);
}

/**
 * Checks that an option is a boolean.
 *
 * @throws {TypeError} If it is not.
 */
export function assertBoolean(action: string, name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TypeError(cannot(action, `${name} must be a boolean`, value));
}
