/**
 * Options of the Prometheus formats, and their checks.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { type BoundariesOf, checkBoundaries } from "../export/boundaries.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";
import type { SnapshotData } from "../snapshots/snapshot.ts";

/** What both {@linkcode prometheusText} and {@linkcode prometheusHandler} can be told. */
export interface PrometheusOptions {
  /**
   * Upper bounds of the buckets that log-linear histograms are collapsed to, for all of them or by the metric's name in the schema. A
   * bin of the histogram counts as a whole in the first bucket that is not below its middle, so each bound is exact to within the
   * `relativeError`; values above `highest` count in that last bin too. Histograms with `boundaries` of their own keep these.
   *
   * @default The steps 1, 2.5, 5 of each power of ten between `lowest` and `highest`
   */
  boundaries?: readonly number[] | Readonly<Record<string, readonly number[]>>;
  /**
   * Whether OpenMetrics tells when each counter and histogram began to count (`_created`): the time of the handler's last look before it was there, of
   * what was there when the handler was made the start of the statistics. A Prometheus that does not use these times
   * stores them as one more series each.
   *
   * @default {true}
   */
  created?: boolean;
  /**
   * Whether each thread has a series of its own, with the labels `thread` and `slot`, in place of all threads' one. Labels of the metric that are called
   * so are `exported_thread` and `exported_slot` then. `prometheusText` needs a snapshot that was taken with `perThread`.
   *
   * A series has what all owners of the slot have counted; `thread` is the last one's name. So no series falls, but where a slot goes to a thread of another
   * name, its count goes on in a new series: give a worker that takes another's place the same name.
   *
   * @default {false}
   */
  perThread?: boolean;
  /**
   * Whether the library's own figures are there too: `thread_stats_*`.
   *
   * @default {true}
   */
  selfMetrics?: boolean;
}

/** The names of the options that both functions have. */
export const PROMETHEUS_OPTIONS: OptionNames<PrometheusOptions> = {
  boundaries: true,
  created: true,
  perThread: true,
  selfMetrics: true,
};

/** The common options, each one there. */
export interface CheckedOptions extends Required<Omit<PrometheusOptions, "boundaries">> {
  /** The bounds of one log-linear histogram's buckets, if they were chosen. */
  readonly boundariesOf: BoundariesOf;
}

/**
 * Checks the options that both functions have, and that there are no others than `known`.
 *
 * @returns The common options, and the others as they were given.
 * @throws {TypeError} When an option has the wrong shape, or names a metric that is no log-linear histogram.
 * @throws {RangeError} When boundaries are not finite, not negative and rising.
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
  return { ...rest, created, perThread, selfMetrics, boundariesOf };
}

/** Throws unless an option is a boolean. */
export function assertBoolean(action: string, name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TypeError(cannot(action, `${name} must be a boolean`, value));
}
