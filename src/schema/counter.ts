/**
 * Definitions of counters.
 *
 * @module
 */
import { takeOptions } from "../base/options.ts";
import { seal } from "./marks.ts";
import {
  type LabelOptions,
  METRIC_OPTIONS,
  type MetricOptions,
  validateMetricOptions,
} from "./metric_options.ts";

/** The definition of a counter. Made by {@linkcode counter}. */
export interface CounterDefinition<Label extends string = never> {
  /** The kind of the metric. */
  readonly kind: "counter";
  /** The exact name outside; absent if it is made from the name in the schema. */
  readonly name?: string;
  /** What it counts. */
  readonly help: string;
  /** Unit of the value. */
  readonly unit: string;
  /** Names of the labels. */
  readonly labels: readonly Label[];
  /** The most buckets with labels; updates of others go to the overflow series. */
  readonly maxSeries: number;
  /** The most UTF-16 code units of a label's value; longer values go to the overflow series. */
  readonly maxLabelLength: number;
}

/**
 * Defines a counter: a sum that only grows. Its increments are finite and not negative.
 *
 * @typeParam Label The names of the labels.
 * @param options Name, help, unit and labels.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When `maxSeries` or `maxLabelLength` is out of range, or there are too many
 * labels.
 *
 * @example Count requests by method
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({
 *   requests: counter({ help: "Requests served", labels: ["method"] }),
 * });
 * const stats = ThreadStats.create(schema);
 * const thread = stats.registerThread("main");
 * thread.metrics.requests.labels({ method: "GET" }).add(2);
 * assertEquals(stats.metrics.requests.read({ method: "GET" }), 2);
 * ```
 *
 * @example Keep a name that dashboards use
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { prometheusText } from "@x/thread-stats/prometheus";
 *
 * const schema = defineSchema({
 *   requests: counter({ name: "HTTP_requests", labels: ["statusCode"] }),
 * });
 * const stats = ThreadStats.create(schema);
 * stats.registerThread("main").metrics.requests.labels({ statusCode: "200" }).add();
 * assertStringIncludes(prometheusText(stats.snapshot()), 'HTTP_requests{statusCode="200"} 1\n');
 * ```
 */
export function counter<const Label extends string>(
  options: MetricOptions & LabelOptions<Label> & { labels: readonly Label[] },
): CounterDefinition<Label>;
/**
 * Defines a counter without labels.
 *
 * @param options Name, help and unit.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 */
export function counter(
  options?: MetricOptions & {
    labels?: undefined;
    maxSeries?: undefined;
    maxLabelLength?: undefined;
  },
): CounterDefinition;
export function counter(
  options: MetricOptions & LabelOptions<string> = {},
): CounterDefinition<string> {
  const given = takeOptions("define a counter", options, METRIC_OPTIONS);
  return seal(validateMetricOptions("counter", given), "definition");
}
