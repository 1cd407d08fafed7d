/**
 * The definition of gauges.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import {
  define,
  labelling,
  type LabelOptions,
  METRIC_OPTIONS,
  type MetricOptions,
  words,
} from "./metric_options.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";

/** How the values of live threads become one: their sum, the least, the greatest, or the one that was set last. */
export type GaugeAggregate = "sum" | "min" | "max" | "latest";

/** Options of {@linkcode gauge}. */
export interface GaugeOptions extends MetricOptions {
  /**
   * How the values of live threads become one.
   *
   * @default {"sum"}
   */
  aggregate?: GaugeAggregate;
}

/** The definition of a gauge. Made by {@linkcode gauge}. */
export interface GaugeDefinition<Label extends string = never> {
  /** The kind of metric. */
  readonly kind: "gauge";
  /** What is measured. */
  readonly help: string;
  /** Unit of the value. */
  readonly unit: string;
  /** Names of the labels. */
  readonly labels: readonly Label[];
  /** The most buckets with labels. */
  readonly maxSeries: number;
  /** How the values of live threads become one. */
  readonly aggregate: GaugeAggregate;
}

const GAUGE_OPTIONS: OptionNames<GaugeOptions & LabelOptions<string>> = {
  ...METRIC_OPTIONS,
  aggregate: true,
};

const AGGREGATES: readonly unknown[] = ["sum", "min", "max", "latest"];

/**
 * Defines a gauge: a value that goes up and down. It is live: only threads that are registered contribute.
 *
 * @typeParam Label The names of the labels.
 * @param options Words, labels, and how threads' values become one.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When `maxSeries` is out of range.
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
 * @param options Words, and how threads' values become one.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 */
export function gauge(
  options?: GaugeOptions & { labels?: undefined; maxSeries?: undefined },
): GaugeDefinition;
export function gauge(options: GaugeOptions & LabelOptions<string> = {}): GaugeDefinition<string> {
  const given = takeOptions("define a gauge", options, GAUGE_OPTIONS);
  const common = {
    kind: "gauge" as const,
    ...words("gauge", given),
    ...labelling("gauge", given),
  };
  const { aggregate = "sum" } = given;
  if (!AGGREGATES.includes(aggregate)) {
    throw new TypeError(
      cannot("define a gauge", 'aggregate must be "sum", "min", "max" or "latest"', aggregate),
    );
  }
  return define({ ...common, aggregate });
}
