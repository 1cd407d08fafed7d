/**
 * Families as the metrics of OpenTelemetry's SDK.
 *
 * @module
 */
import type { Family, Row } from "../export/families.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import { ExplicitBinScale } from "./explicit.ts";
import type { ExponentialScale } from "./exponential.ts";
import type { Instrument } from "./instruments.ts";
import { type Sample, samplesIn } from "./samples.ts";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type HighResolutionTime,
  type MetricData,
  ValueType,
} from "./sdk.ts";

/** What a collection knows besides the families. Times are in milliseconds since 1970. */
export interface Collection {
  readonly temporality: "cumulative" | "delta";
  readonly perThread: boolean;
  /** When a series began to count; `NaN` when nobody can tell. */
  readonly startOf: (metric: string, row: Row) => number;
  /** When the statistics were read before: where deltas start. */
  readonly readBefore: number;
  readonly readAt: number;
}

/** What turns a histogram's bins into one kind or the other of OpenTelemetry's. */
export type BinScale = ExplicitBinScale | ExponentialScale;

/** The metric of a family; `undefined` when there is nothing to tell. */
export function metricDataOf(
  family: Family,
  { instrument, scale }: { instrument: Instrument; scale: BinScale | undefined },
  collection: Collection,
): MetricData | undefined {
  const { kind, name, description, unit } = instrument;
  const isDelta = collection.temporality === "delta" &&
    (kind === "counter" || kind === "histogram");
  const samples = [...samplesIn(family, collection.perThread)];
  // What has not changed is not told: a missing delta is one of nothing.
  const told = isDelta ? samples.filter(({ value }) => !isNothing(value)) : samples;
  if (told.length === 0) return undefined;
  const pointOf = pointMaker(family, collection, isDelta);
  const points = <Value>(convert: (value: unknown) => Value) =>
    told.map((sample) => pointOf(sample, convert(sample.value)));
  const common = {
    descriptor: { name, description, unit, valueType: valueTypeOf(family) },
    aggregationTemporality: isDelta
      ? AggregationTemporality.DELTA
      : AggregationTemporality.CUMULATIVE,
  };
  switch (kind) {
    case "counter":
    case "upDownCounter":
      return {
        ...common,
        dataPointType: DataPointType.SUM,
        dataPoints: points((value) => value as number),
        isMonotonic: kind === "counter",
      };
    case "gauge":
      return {
        ...common,
        dataPointType: DataPointType.GAUGE,
        dataPoints: points((value) => value as number),
      };
    case "histogram":
      return scale instanceof ExplicitBinScale
        ? {
          ...common,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: points((value) => histogramOf(value as HistogramValue, isDelta, scale)),
        }
        : {
          ...common,
          dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
          dataPoints: points((value) => histogramOf(value as HistogramValue, isDelta, scale!)),
        };
  }
}

function isNothing(value: unknown): boolean {
  return value === 0 || (typeof value === "object" && (value as HistogramValue).count === 0);
}

function pointMaker({ metric }: Family, collection: Collection, isDelta: boolean) {
  const { startOf, readBefore, readAt } = collection;
  const endTime = timeOf(readAt);
  // Most series have begun at the same time.
  let start = readBefore;
  let startTime = timeOf(Math.min(start, readAt));
  return <Value>({ row, attributes }: Sample, value: Value): DataPoint<Value> => {
    const due = isDelta ? readBefore : startOf(metric, row);
    if (due !== start) {
      start = due;
      // Of a start that nobody has seen, in damaged memory, anything may be said.
      startTime = timeOf(Math.min(start, readAt));
    }
    return { startTime, endTime, attributes, value };
  };
}

/** OTLP's word for a time that nobody knows is 0. */
function timeOf(milliseconds: number): HighResolutionTime {
  if (!Number.isFinite(milliseconds)) return [0, 0];
  const whole = Math.round(milliseconds);
  return [Math.floor(whole / 1000), whole % 1000 * 1_000_000];
}

/**
 * By the definition alone, as a metric's type must not change while it is told: integers are 64-bit
 * sums, bits, and the library's own figures. Beyond 2^53 a number has not each integer, and the SDK
 * takes no others; beyond OTLP's signed 64 bits see `samplesIn`.
 */
function valueTypeOf({ field, definition }: Family): 0 | 1 {
  const isInteger = definition === undefined ||
    (definition.kind === "record" && definition.fields[field!].type !== "f64");
  return isInteger ? ValueType.INT : ValueType.DOUBLE;
}

/** What both kinds of histograms have. The extremes of a difference nobody knows. */
function summaryOf({ count, sum, min, max }: HistogramValue, isDelta: boolean) {
  // The sum may be ahead of the bins, but OTLP wants 0 where there is no value.
  if (count === 0) return { count, sum: 0 };
  return { count, sum, ...(isDelta ? {} : { min, max }) };
}

function histogramOf<Counts>(
  value: HistogramValue,
  isDelta: boolean,
  scale: { convert(value: HistogramValue): Counts },
) {
  return { ...summaryOf(value, isDelta), ...scale.convert(value) };
}
