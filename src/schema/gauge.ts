/**
 * Definitions of gauges.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";
import { seal } from "./marks.ts";
import {
  type LabelOptions,
  METRIC_OPTIONS,
  type MetricOptions,
  validateMetricOptions,
} from "./metric_options.ts";

/**
 * How the values of live threads combine into one: their sum, the smallest, the largest, or the one
 * that was set last.
 */
export type GaugeAggregate = "sum" | "min" | "max" | "latest";

/** Options of {@linkcode gauge}. */
export interface GaugeOptions extends MetricOptions {
  /**
   * How the values of live threads combine into one.
   *
   * @default {"sum"}
   */
  aggregate?: GaugeAggregate;
}

/** The definition of a gauge. Made by {@linkcode gauge}. */
export interface GaugeDefinition<Label extends string = never> {
  /** The kind of the metric. */
  readonly kind: "gauge";
  /** The exact name outside; absent if it is made from the name in the schema. */
  readonly name?: string;
  /** What it measures. */
  readonly help: string;
  /** Unit of the value. */
  readonly unit: string;
  /** Names of the labels. */
  readonly labels: readonly Label[];
  /** The most buckets with labels; updates of others go to the overflow series. */
  readonly maxSeries: number;
  /** The most UTF-16 code units of a label's value; longer values go to the overflow series. */
  readonly maxLabelLength: number;
  /** How the values of live threads combine into one. */
  readonly aggregate: GaugeAggregate;
}

const GAUGE_OPTIONS: OptionNames<GaugeOptions & LabelOptions<string>> = {
  ...METRIC_OPTIONS,
  aggregate: true,
};

const AGGREGATES: readonly unknown[] = ["sum", "min", "max", "latest"];

/**
 * Defines a gauge: a value that goes up and down. Gauges are live: when a thread ends, it no longer
 * contributes.
 *
 * @typeParam Label The names of the labels.
 * @param options Name, help, unit, labels, and how the threads' values combine.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When `maxSeries` or `maxLabelLength` is out of range, or there are too many
 * labels.
 *
 * @example Jobs in progress
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, gauge, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({ inProgress: gauge({ help: "Jobs", labels: ["queue"] }) });
 * const stats = ThreadStats.create(schema);
 * const jobs = stats.registerThread("main").metrics.inProgress.labels({ queue: "mail" });
 * {
 *   using _ = jobs.scope();
 *   assertEquals(stats.metrics.inProgress.read({ queue: "mail" }), 1);
 * }
 * assertEquals(stats.metrics.inProgress.read({ queue: "mail" }), 0);
 * ```
 */
export function gauge<const Label extends string>(
  options: GaugeOptions & LabelOptions<Label> & { labels: readonly Label[] },
): GaugeDefinition<Label>;
/**
 * Defines a gauge without labels.
 *
 * @param options Name, help, unit, and how the threads' values combine.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 */
export function gauge(
  options?: GaugeOptions & {
    labels?: undefined;
    maxSeries?: undefined;
    maxLabelLength?: undefined;
  },
): GaugeDefinition;
export function gauge(options: GaugeOptions & LabelOptions<string> = {}): GaugeDefinition<string> {
  const given = takeOptions("define a gauge", options, GAUGE_OPTIONS);
  const common = validateMetricOptions("gauge", given);
  const { aggregate = "sum" } = given;
  if (!AGGREGATES.includes(aggregate)) {
    throw new TypeError(
      cannot("define a gauge", 'aggregate must be "sum", "min", "max" or "latest"', aggregate),
    );
  }
  return seal({ ...common, aggregate }, "definition");
}
