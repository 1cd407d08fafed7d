/**
 * Whether the rows of a snapshot have the shape that they had when it was taken. Whoever holds the
 * snapshot can change them, and a snapshot that came by a message has rows from elsewhere.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import type { HistogramData } from "../metrics/histogram/histogram_data.ts";
import { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import { hasBoundaries, type HistogramBins } from "../schema/histogram.ts";
import { byKind, type KindTable, type MetricDefinition } from "../schema/definitions.ts";
import { isMetricKind } from "./arithmetic.ts";

/** An object of which nothing is known. */
type Unknown = Readonly<Record<string, unknown>>;

/**
 * Throws unless all rows are such as a snapshot of this metric has.
 *
 * @throws {TypeError} When one is not.
 */
export function assertSeries(
  action: string,
  name: string,
  { definition, series }: { definition: MetricDefinition; series: readonly unknown[] },
): void {
  // A kind that this version does not know may have any values.
  const isValue = isMetricKind(definition.kind) ? byKind(definition, VALUE_TESTS) : () => true;
  for (const row of series) {
    if (!isRow(row, isValue)) {
      throw new TypeError(cannot(action, `the series of ${name} must be as they were taken`, row));
    }
  }
}

function isRow(row: unknown, isValue: (value: unknown) => boolean): boolean {
  if (!isObject(row) || typeof row.id !== "number" || typeof row.epoch !== "number") return false;
  if (!isObject(row.labels) || !isValue(row.value)) return false;
  if (!Object.hasOwn(row, "perThread") || row.perThread === undefined) return true;
  return Array.isArray(row.perThread) &&
    row.perThread.every((part: unknown) =>
      isObject(part) && typeof part.slot === "number" && isValue(part.value)
    );
}

/** For each kind, the test of whether a value is one that a read of the metric may give. */
const VALUE_TESTS: KindTable<(value: unknown) => boolean> = {
  counter: () => isNumber,
  gauge: () => isNumber,
  histogram: ({ bins }) => (value) =>
    value instanceof HistogramValue || isHistogramData(value, bins),
  record: ({ fields }) => {
    const entries = Object.entries(fields);
    return (value) =>
      isObject(value) &&
      entries.every(([field, { type }]) =>
        typeof value[field] === (type === "u64" ? "bigint" : "number")
      );
  },
};

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

function isHistogramData(value: unknown, bins: HistogramBins): value is HistogramData {
  if (!isObject(value) || !isObject(value.scale) || !isDoubles(value.counts)) return false;
  const { scale } = value;
  const numbers = [value.offset, value.sum, value.min, value.max, value.clamped];
  if (!numbers.every((number) => typeof number === "number")) return false;
  if (!hasBoundaries(bins)) {
    return (["lowest", "highest", "relativeError"] as const).every((part) =>
      scale[part] === bins[part]
    );
  }
  return Array.isArray(scale.boundaries) &&
    scale.boundaries.length === bins.boundaries.length &&
    bins.boundaries.every((bound, n) => (scale.boundaries as unknown[])[n] === bound);
}

/** Whether it is a `Float64Array`, of whichever realm. */
function isDoubles(value: unknown): boolean {
  return ArrayBuffer.isView(value) &&
    Object.prototype.toString.call(value) === "[object Float64Array]";
}

function isObject(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null;
}
