/**
 * Which buckets the user of an exporter chose for log-linear histograms.
 *
 * @module
 */
import { isArray } from "../base/shapes.ts";
import { cannot } from "../base/errors.ts";
import { hasBoundaries } from "../schema/histogram.ts";
import type { SnapshotData } from "../snapshots/snapshot.ts";

/** Upper bounds for all log-linear histograms, or for some by the metric's name in the schema. */
export type Boundaries = readonly number[] | Readonly<Record<string, readonly number[]>>;

/** The bounds of one log-linear histogram's buckets, if they were chosen. */
export type BoundariesOf = (metric: string) => readonly number[] | undefined;

/**
 * Checks the option `boundaries`.
 *
 * @throws {TypeError} When it has the wrong shape, or names a metric that is no log-linear histogram.
 * @throws {RangeError} When boundaries are not finite, not negative and rising.
 */
export function checkBoundaries(
  action: string,
  boundaries: Boundaries | undefined,
  { metrics }: SnapshotData,
): BoundariesOf {
  if (boundaries === undefined) return () => undefined;
  const isOther = typeof boundaries !== "object" || boundaries === null ||
    // A map or a typed array would seem to be an object without bounds.
    (!isArray(boundaries) && Symbol.iterator in boundaries);
  if (isOther) {
    const required = "boundaries must be an array, or an object of arrays";
    throw new TypeError(cannot(action, required, boundaries));
  }
  if (isArray(boundaries)) {
    const bounds = checkBounds(action, "boundaries", boundaries);
    return () => bounds;
  }
  const byMetric = new Map<string, readonly number[]>();
  for (const [metric, bounds] of Object.entries(boundaries)) {
    const definition = Object.hasOwn(metrics, metric) ? metrics[metric].definition : undefined;
    if (definition?.kind !== "histogram" || hasBoundaries(definition.bins)) {
      throw new TypeError(cannot(action, "boundaries must be for log-linear histograms", metric));
    }
    byMetric.set(metric, checkBounds(action, `boundaries of ${metric}`, bounds));
  }
  return (metric) => byMetric.get(metric);
}

function checkBounds(action: string, name: string, given: unknown): readonly number[] {
  if (!isArray(given) || given.some((bound) => typeof bound !== "number")) {
    throw new TypeError(cannot(action, `${name} must be an array of numbers`, given));
  }
  const bounds: number[] = [...given];
  if (!bounds.every((bound, n) => bound >= 0 && bound < Infinity && !(bound <= bounds[n - 1]))) {
    throw new RangeError(cannot(action, `${name} must be finite, not negative and rising`, given));
  }
  return bounds;
}
