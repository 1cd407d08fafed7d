/**
 * The options that all functions for Prometheus have, and their checks.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { copyOwnProperties, type OptionNames, takeOptions } from "../base/options.ts";
import { isArray } from "../base/shapes.ts";
import { type BoundariesOf, checkBoundaries } from "../export/boundaries.ts";
import type { Family } from "../export/family.ts";
import { StartTimes } from "../export/start_times.ts";
import type { SnapshotData } from "../snapshots/snapshot_data.ts";
import { type PrometheusStartTimes, timesOf } from "./prometheus_start_times.ts";
import { selectorOf } from "./selected_families.ts";

/**
 * What a text for Prometheus has: the options that {@linkcode prometheusText},
 * {@linkcode prometheusHandler} and {@linkcode prometheusNodeHandler} share.
 */
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
   * count: the last scrape before the series appeared, or, if the series existed at the first one
   * or when the handler was made, the start of the statistics. What the scrapes before were, a
   * handler knows itself, and `prometheusText` by `startTimes`. A Prometheus server that does not
   * use these times stores them as one more series each.
   *
   * @default {true}
   */
  created?: boolean;
  /**
   * Which families to include: those that have one of these names, or a sample with one, such as
   * `"requests_total"`. In a handler, the client's `?name[]=` selects among them.
   *
   * @default All
   */
  names?: readonly string[];
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
   * Whether to include metrics of this process: `process_resident_memory_bytes`,
   * `process_heap_bytes`, `process_cpu_seconds_total`, `process_event_loop_lag_seconds`,
   * `process_uptime_seconds` and others. A metric of the schema with one of these names replaces
   * it. Heap and lag are those of the thread that renders the text. On Deno and Bun, a worker knows
   * only its own age, not that of the process.
   *
   * To measure the lag takes a turn of the event loop. A handler measures it during the scrape.
   * `prometheusText` cannot wait: it has the lag that was measured after the text before, so the
   * first text of a thread has none.
   *
   * @default {false}
   */
  runtimeMetrics?: boolean;
  /**
   * Whether to include the library's own metrics, `thread_stats_*`.
   *
   * @default {true}
   */
  selfMetrics?: boolean;
  /**
   * What is known of the times at which series began, for `created`: one object for all texts and
   * handlers of the same statistics in one thread.
   *
   * @default An object of its own, for each handler and for each text
   */
  startTimes?: PrometheusStartTimes;
}

/** The names of the common options. */
export const PROMETHEUS_OPTIONS: OptionNames<PrometheusOptions> = {
  boundaries: true,
  created: true,
  names: true,
  perThread: true,
  runtimeMetrics: true,
  selfMetrics: true,
  startTimes: true,
};

/** The common options, with defaults. */
export interface CheckedOptions
  extends Required<Omit<PrometheusOptions, "boundaries" | "names" | "startTimes">> {
  /** The chosen bounds of a log-linear histogram's Prometheus buckets. */
  readonly boundariesOf: BoundariesOf;
  /** Whether a family is one of those to include. */
  readonly isWanted: (family: Family) => boolean;
  readonly starts: StartTimes;
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
  const {
    created = true,
    perThread = false,
    runtimeMetrics = false,
    selfMetrics = true,
    boundaries,
    names,
    startTimes,
    ...rest
  } = takeOptions(action, options, known);
  const flags = { created, perThread, runtimeMetrics, selfMetrics };
  for (const [name, value] of Object.entries(flags)) assertBoolean(action, name, value);
  const boundariesOf = checkBoundaries(action, boundaries, snapshot);
  const isWanted = selectorOf(checkNames(action, names));
  const starts = startTimes === undefined ? new StartTimes() : timesOf(startTimes);
  if (starts === undefined) {
    const required = "startTimes must be made by new PrometheusStartTimes()";
    throw new TypeError(cannot(action, required, startTimes));
  }
  // Without a prototype, as the options came: callers read options here that may have been left out.
  return copyOwnProperties({ ...rest, ...flags, boundariesOf, isWanted, starts });
}

/** Checks and copies names of families. */
function checkNames(action: string, names: unknown): readonly string[] | undefined {
  if (names === undefined) return undefined;
  const required = "names must be an array of strings";
  if (!isArray(names)) throw new TypeError(cannot(action, required, names));
  const copy: string[] = [];
  // By index, as an iterator may be anything; and only as far as it is right.
  for (let index = 0; index < names.length; index++) {
    const name: unknown = names[index];
    if (typeof name !== "string") throw new TypeError(cannot(action, required, names));
    copy.push(name);
  }
  return copy;
}

/**
 * Checks that an option is a boolean.
 *
 * @throws {TypeError} If it is not.
 */
function assertBoolean(action: string, name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TypeError(cannot(action, `${name} must be a boolean`, value));
}
