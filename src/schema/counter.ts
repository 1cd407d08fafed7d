/**
 * The definition of counters.
 *
 * @module
 */
import {
  define,
  labelling,
  type LabelOptions,
  METRIC_OPTIONS,
  type MetricOptions,
  words,
} from "./metric_options.ts";
import { takeOptions } from "../base/options.ts";

/** The definition of a counter. Made by {@linkcode counter}. */
export interface CounterDefinition<Label extends string = never> {
  /** The kind of metric. */
  readonly kind: "counter";
  /** What is counted. */
  readonly help: string;
  /** Unit of the value. */
  readonly unit: string;
  /** Names of the labels. */
  readonly labels: readonly Label[];
  /** The most buckets with labels. */
  readonly maxSeries: number;
}

/**
 * Defines a counter: a sum that only grows, of increments that are finite and not negative.
 *
 * @typeParam Label The names of the labels.
 * @param options Words and labels.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When `maxSeries` is out of range.
 *
 * @example Count requests by method
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({ requests: counter({ help: "Requests served", labels: ["method"] }) });
 * const stats = ThreadStats.create(schema);
 * const thread = stats.registerThread("main");
 * thread.metrics.requests.labels({ method: "GET" }).add(2);
 * assertEquals(stats.metrics.requests.read({ method: "GET" }), 2);
 * ```
 */
export function counter<const Label extends string>(
  options: MetricOptions & LabelOptions<Label> & { labels: readonly Label[] },
): CounterDefinition<Label>;
/**
 * Defines a counter without labels.
 *
 * @param options Words.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 */
export function counter(
  options?: MetricOptions & { labels?: undefined; maxSeries?: undefined },
): CounterDefinition;
export function counter(
  options: MetricOptions & LabelOptions<string> = {},
): CounterDefinition<string> {
  const given = takeOptions("define a counter", options, METRIC_OPTIONS);
  return define({
    kind: "counter",
    ...words("counter", given),
    ...labelling("counter", given),
  });
}
