/**
 * Definitions of histograms.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";
import { isArray } from "../base/shapes.ts";
import { seal } from "./marks.ts";
import {
  type LabelOptions,
  METRIC_OPTIONS,
  type MetricOptions,
  validateMetricOptions,
} from "./metric_options.ts";

/** The bins of a log-linear histogram: the width of each is a fixed fraction of its values. */
export interface LogLinearBins {
  /** The smallest value that is told apart: smaller ones count as this one. At least 2^-1022. */
  readonly lowest: number;
  /** The largest value that is told apart: larger ones count as this one. */
  readonly highest: number;
  /**
   * The largest difference between a quantile and the exact one, relative to the exact one; from
   * 1e-6 to 1.
   *
   * @default {0.01}
   */
  readonly relativeError?: number;
}

/** The bins of a histogram with explicit boundaries, as in Prometheus. */
export interface ExplicitBins {
  /** The bins' inclusive upper bounds in rising order, without `Infinity`. */
  readonly boundaries: readonly number[];
}

/** The bins of a histogram, with all defaults filled in. */
export type HistogramBins = Required<LogLinearBins> | ExplicitBins;

/** Whether the bins are explicit. Looks at own properties only. */
export function hasBoundaries(bins: HistogramBins): bins is ExplicitBins {
  return Object.hasOwn(bins, "boundaries");
}

/**
 * Makes the compiler's message name what is missing in options without bins. No value has this
 * type.
 */
export interface MissingBins {
  /** One of these is required. */
  readonly "boundaries, or lowest and highest": never;
}

/** Options of {@linkcode histogram}: `boundaries`, or `lowest` and `highest`. */
export type HistogramOptions =
  & MetricOptions
  & (
    | (LogLinearBins & { readonly boundaries?: undefined })
    | (ExplicitBins & {
      readonly lowest?: undefined;
      readonly highest?: undefined;
      readonly relativeError?: undefined;
    })
    | (MissingBins & { readonly boundaries?: undefined })
  );

/** The definition of a histogram. Made by {@linkcode histogram}. */
export interface HistogramDefinition<Label extends string = never> {
  /** The kind of the metric. */
  readonly kind: "histogram";
  /** The exact name outside; absent if it is made from the name in the schema. */
  readonly name?: string;
  /** What it measures. */
  readonly help: string;
  /** Unit of the values. */
  readonly unit: string;
  /** Names of the labels. */
  readonly labels: readonly Label[];
  /** The most buckets with labels; updates of others go to the overflow series. */
  readonly maxSeries: number;
  /** The most UTF-16 code units of a label's value; longer values go to the overflow series. */
  readonly maxLabelLength: number;
  /** The bins. */
  readonly bins: HistogramBins;
}

/** The options of both kinds of bins together. */
interface AllOptions extends MetricOptions, LabelOptions<string>, Partial<LogLinearBins> {
  boundaries?: readonly number[];
}

const HISTOGRAM_OPTIONS: OptionNames<AllOptions> = {
  ...METRIC_OPTIONS,
  boundaries: true,
  lowest: true,
  highest: true,
  relativeError: true,
};

/** Every read copies all bins, so a histogram with more of them would be the wrong tool. */
const MAX_BINS = 65_536;

/**
 * Defines a histogram of values that are finite and not negative. It has one of two kinds of bins:
 *
 * - Log-linear, with `lowest`, `highest` and `relativeError`: each quantile is within that error,
 *   as in HdrHistogram and in OpenTelemetry's exponential histograms.
 * - Explicit, with `boundaries`, as in Prometheus.
 *
 * @typeParam Label The names of the labels.
 * @param options Name, help, unit, labels and bins.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When an option is out of range.
 *
 * @example Latencies
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({
 *   latency: histogram({ unit: "seconds", lowest: 1e-6, highest: 60, relativeError: 0.01 }),
 *   size: histogram({ unit: "bytes", boundaries: [100, 1_000, 10_000] }),
 * });
 * const stats = ThreadStats.create(schema);
 * const { latency, size } = stats.registerThread("main").metrics;
 * for (let ms = 1; ms <= 1000; ms++) latency.record(ms / 1000);
 * size.record(100, 3);
 *
 * assertAlmostEquals(stats.metrics.latency.read().quantile(0.99), 0.99, 0.0099);
 * assertEquals(stats.metrics.size.read().bins[0], { upperBound: 100, count: 3 });
 * ```
 */
export function histogram<const Label extends string>(
  options: HistogramOptions & LabelOptions<Label> & { labels: readonly Label[] },
): HistogramDefinition<Label>;
/**
 * Defines a histogram without labels.
 *
 * @param options Name, help, unit and bins.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When an option is out of range.
 */
export function histogram(
  options: HistogramOptions & {
    labels?: undefined;
    maxSeries?: undefined;
    maxLabelLength?: undefined;
  },
): HistogramDefinition;
export function histogram(
  options: HistogramOptions & LabelOptions<string>,
): HistogramDefinition<string> {
  const given = takeOptions<AllOptions>(
    "define a histogram",
    options as AllOptions,
    HISTOGRAM_OPTIONS,
  );
  const common = validateMetricOptions("histogram", given);
  return seal({ ...common, bins: Object.freeze(binsOf(given)) }, "definition");
}

function binsOf(options: AllOptions): HistogramBins {
  const action = "define a histogram";
  const { boundaries, lowest, highest, relativeError } = options;
  if (boundaries !== undefined) {
    const names = ["lowest", "highest", "relativeError"] as const;
    const other = names.find((name) => options[name] !== undefined);
    if (other === undefined) return explicitBins(action, boundaries);
    const both = got(`boundaries and ${other}`);
    throw new TypeError(cannot(action, "it has either boundaries or lowest and highest", both));
  }
  if (lowest === undefined || highest === undefined) {
    const alone = lowest !== undefined ? "lowest alone" : "highest alone";
    const given = lowest === highest ? "neither" : alone;
    throw new TypeError(cannot(action, "it needs boundaries, or lowest and highest", got(given)));
  }
  return logLinearBins(action, { lowest, highest, relativeError });
}

function explicitBins(action: string, given: readonly number[]): ExplicitBins {
  if (!isArray(given)) {
    throw new TypeError(cannot(action, "boundaries must be an array", given));
  }
  const boundaries: readonly number[] = Object.freeze([...given]);
  if (boundaries.length === 0 || boundaries.length >= MAX_BINS) {
    throw new RangeError(
      cannot(action, `1 to ${MAX_BINS - 1} boundaries are needed`, boundaries.length),
    );
  }
  for (const [n, boundary] of boundaries.entries()) {
    if (typeof boundary !== "number") {
      throw new TypeError(cannot(action, "a boundary must be a number", boundary));
    }
    if (!(boundary >= 0 && boundary < Infinity && (n === 0 || boundary > boundaries[n - 1]))) {
      throw new RangeError(
        cannot(action, "boundaries must be finite, not negative and rising", boundaries),
      );
    }
  }
  return { boundaries };
}

function logLinearBins(
  action: string,
  { lowest, highest, relativeError = 0.01 }: LogLinearBins,
): Required<LogLinearBins> {
  for (const [name, value] of Object.entries({ lowest, highest, relativeError })) {
    if (typeof value !== "number") {
      throw new TypeError(cannot(action, `${name} must be a number`, value));
    }
  }
  if (!(lowest >= 2 ** -1022 && lowest < highest && highest < Infinity)) {
    throw new RangeError(
      cannot(action, "2^-1022 <= lowest < highest < Infinity is needed", [lowest, highest]),
    );
  }
  if (!(relativeError >= 1e-6 && relativeError <= 1)) {
    throw new RangeError(cannot(action, "relativeError must be from 1e-6 to 1", relativeError));
  }
  const bins = Math.ceil(1 / relativeError) * (Math.log2(highest) - Math.log2(lowest) + 2);
  if (bins > MAX_BINS) {
    throw new RangeError(
      cannot(action, `at most about ${MAX_BINS} bins are needed`, Math.ceil(bins)),
    );
  }
  return { lowest, highest, relativeError };
}
