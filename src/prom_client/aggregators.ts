/**
 * Functions that merge what several processes have of one metric.
 *
 * @module
 */
import type { Aggregator, MetricObjectWithValues, MetricValue } from "./types.ts";

/** Merges one metric of several processes; `undefined` to leave it out. */
export type AggregatorFunction = (
  metrics: readonly MetricObjectWithValues[],
) => MetricObjectWithValues | undefined;

/** Makes a function that merges values with equal labels. */
function aggregatorOf(
  merge: (values: readonly MetricValue[]) => number,
): AggregatorFunction {
  return (metrics) => {
    if (metrics.length === 0) return undefined;
    const [{ help, name, type, aggregator }] = metrics;
    const groups = new Map<string, MetricValue[]>();
    for (const { values } of metrics) {
      for (const value of values) {
        const labels = Object.entries(value.labels).filter(([, text]) => text !== undefined);
        const key = JSON.stringify([
          value.metricName,
          ...labels.map(([label, text]) => [label, `${text}`]).sort(),
        ]);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [value]);
        else group.push(value);
      }
    }
    const values = [...groups.values()].map((group): MetricValue => {
      const [{ labels, metricName }] = group;
      return { value: merge(group), labels, ...(metricName && { metricName }) };
    });
    return { help, name, type, values, aggregator };
  };
}

/**
 * How the values of several processes become one: for {@linkcode AggregatorRegistry}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { aggregators } from "@x/thread-stats/prom-client";
 *
 * const of = (value: number) => ({
 *   name: "up", help: "Up", type: "gauge", aggregator: "max" as const, values: [{ value, labels: {} }],
 * });
 * assertEquals(aggregators.max([of(0), of(1)])!.values[0].value, 1);
 * ```
 */
export const aggregators: Readonly<Record<Aggregator, AggregatorFunction>> = {
  /** The sum of values. */
  sum: aggregatorOf((values) => values.reduce((sum, { value }) => sum + value, 0)),
  /** The first value. */
  first: aggregatorOf(([{ value }]) => value),
  /** No value. */
  omit: () => undefined,
  /** The arithmetic mean. */
  average: aggregatorOf((values) =>
    values.reduce((sum, { value }) => sum + value, 0) / values.length
  ),
  /** The least value. */
  min: aggregatorOf((values) =>
    values.reduce((least, { value }) => Math.min(least, value), Infinity)
  ),
  /** The greatest value. */
  max: aggregatorOf((values) =>
    values.reduce((greatest, { value }) => Math.max(greatest, value), -Infinity)
  ),
};
