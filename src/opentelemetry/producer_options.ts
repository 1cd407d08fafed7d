/**
 * The options of the producer, and their checks.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import type { OptionNames } from "../base/options.ts";
import { type BoundariesOf, checkBoundaries } from "../export/boundaries.ts";
import type { SnapshotData } from "../snapshots/snapshot_data.ts";
import {
  checkOptions,
  COMMON_OPTIONS,
  type OpenTelemetryOptions,
} from "./opentelemetry_options.ts";

/** Options of {@linkcode ThreadStatsProducer}. */
export interface ThreadStatsProducerOptions extends OpenTelemetryOptions {
  /**
   * Upper bounds for log-linear histograms that are exported with explicit buckets instead of
   * exponential ones: one array for all of them, or an array for each of some, by the metric's
   * name in the schema. Use it for receivers without exponential histograms, and for Prometheus
   * queries of `_bucket`.
   *
   * All values of a bin count in the first bucket whose bound is not below the middle of the bin,
   * so each bound is exact to within the `relativeError` of the histogram. Histograms that have
   * `boundaries` in the schema keep these.
   *
   * @default None: log-linear histograms are exported as exponential ones
   */
  boundaries?: readonly number[] | Readonly<Record<string, readonly number[]>>;
  /**
   * Whether counters, sums and histograms report everything since they began to count, or only
   * the change since the previous collection. Deltas of a collection that cannot be exported are
   * lost, as in the SDK. Gauges always report their value. A producer does not know which
   * temporality its reader's exporter prefers, so choose it here.
   *
   * @default {"cumulative"}
   */
  temporality?: "cumulative" | "delta";
  /**
   * The maximum number of buckets of an exponential histogram, from 2 to 65536. Data over a wider
   * range gets a coarser scale. Prometheus rejects scales below -4, which never occur with 128
   * buckets or more.
   *
   * @default {160}
   */
  maxSize?: number;
}

const PRODUCER_OPTIONS: OptionNames<ThreadStatsProducerOptions> = {
  ...COMMON_OPTIONS,
  boundaries: true,
  temporality: true,
  maxSize: true,
};

/** The options of a producer, with defaults. */
export interface CheckedProducerOptions
  extends Required<Omit<ThreadStatsProducerOptions, "boundaries">> {
  readonly boundariesOf: BoundariesOf;
}

/**
 * Checks the options of a producer, and fills in the defaults.
 *
 * @throws {TypeError} If an option is unknown or has the wrong shape.
 * @throws {RangeError} If an option is out of range.
 */
export function checkProducerOptions(
  action: string,
  options: ThreadStatsProducerOptions,
  snapshot: SnapshotData,
): CheckedProducerOptions {
  const checked = checkOptions(action, options, PRODUCER_OPTIONS);
  const { perThread, selfMetrics, temporality = "cumulative", maxSize = 160 } = checked;
  if (temporality !== "cumulative" && temporality !== "delta") {
    const required = 'temporality must be "cumulative" or "delta"';
    throw new TypeError(cannot(action, required, temporality));
  }
  if (typeof maxSize !== "number") {
    throw new TypeError(cannot(action, "maxSize must be a number", maxSize));
  }
  if (!Number.isInteger(maxSize) || maxSize < 2 || maxSize > 65_536) {
    throw new RangeError(cannot(action, "maxSize must be an integer from 2 to 65536", maxSize));
  }
  const boundariesOf = checkBoundaries(action, checked.boundaries, snapshot);
  return { perThread, selfMetrics, temporality, maxSize, boundariesOf };
}
