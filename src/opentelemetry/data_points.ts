/**
 * Converts families to the metric data of OpenTelemetry's SDK.
 *
 * @module
 */
import type { Family } from "../export/family.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import { meterOriginOf } from "../schema/meter_origin.ts";
import type { Row } from "../snapshots/snapshot_data.ts";
import { ExplicitConverter } from "./explicit_converter.ts";
import type { ExponentialConverter } from "./exponential_converter.ts";
import type { Instrument } from "./instruments.ts";
import { type Sample, samplesIn } from "./samples.ts";
import { exemplarDataOf } from "./exemplars.ts";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  ValueType,
} from "./sdk.ts";
import { timeOf } from "./time.ts";

/** The settings and times of one collection. Times are in milliseconds since 1970. */
export interface Collection {
  readonly temporality: "cumulative" | "delta";
  readonly perThread: boolean;
  /** When a series began to count; `NaN` if that is unknown. */
  readonly startOf: (metric: string, row: Row) => number;
  /** When the previous collection read the statistics: the start of deltas. */
  readonly previousTime: number;
  /** When this collection read the statistics. */
  readonly time: number;
}

/** Converts the bins of a histogram to one of OpenTelemetry's kinds of histograms. */
export type HistogramConverter = ExplicitConverter | ExponentialConverter;

/** The metric data of a family; `undefined` if it has no data points. */
export function metricDataOf(
  family: Family,
  { instrument, converter }: {
    readonly instrument: Instrument;
    readonly converter: HistogramConverter | undefined;
  },
  collection: Collection,
): MetricData | undefined {
  const { kind, name, description, unit } = instrument;
  const isDelta = collection.temporality === "delta" &&
    (kind === "counter" || kind === "histogram");
  const samples = [...samplesIn(family, collection.perThread)];
  // A missing delta means no change.
  const exported = isDelta ? samples.filter(({ value }) => !isZero(value)) : samples;
  if (exported.length === 0) return undefined;
  const pointOf = pointMaker(family, collection, isDelta);
  const points = <Value>(convert: (value: unknown) => Value) =>
    exported.map((sample) => pointOf(sample, convert(sample.value)));
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
      return converter instanceof ExplicitConverter
        ? {
          ...common,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: points((value) => histogramOf(value as HistogramValue, isDelta, converter)),
        }
        : {
          ...common,
          dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
          dataPoints: points((value) => histogramOf(value as HistogramValue, isDelta, converter!)),
        };
  }
}

function isZero(value: unknown): boolean {
  return value === 0 || (typeof value === "object" && (value as HistogramValue).count === 0);
}

function pointMaker({ metric }: Family, collection: Collection, isDelta: boolean) {
  const { startOf, previousTime, time } = collection;
  const endTime = timeOf(time);
  // Most series have the same start, so its conversion is kept.
  let start = previousTime;
  let startTime = timeOf(Math.min(start, time));
  return <Value>({ row, attributes, exemplars }: Sample, value: Value): DataPoint<Value> => {
    const ownStart = isDelta ? previousTime : startOf(metric, row);
    if (ownStart !== start) {
      start = ownStart;
      // Damaged memory may contain a start in the future.
      startTime = timeOf(Math.min(start, time));
    }
    const point = { startTime, endTime, attributes, value };
    return exemplars.length === 0 ? point : { ...point, exemplars: exemplars.map(exemplarDataOf) };
  };
}

/**
 * The type of a family's values. It follows from the definition alone, since a metric must not
 * change its type: `u64` and `bitOr` fields, and the library's own metrics but for times, are
 * integers. The SDK takes these as `number`, which is exact up to 2^53; `samplesIn` limits them to
 * signed 64 bits.
 */
function valueTypeOf({ field, definition, isInteger }: Family): 0 | 1 {
  const origin = meterOriginOf(definition);
  if (origin !== undefined) return origin.valueType === "int" ? ValueType.INT : ValueType.DOUBLE;
  const isInt = definition === undefined
    ? isInteger
    : definition.kind === "record" && definition.fields[field!].type !== "f64";
  return isInt ? ValueType.INT : ValueType.DOUBLE;
}

/** The part that both kinds of histograms have. The minimum and maximum of a delta are unknown. */
function summaryOf({ count, sum, min, max }: HistogramValue, isDelta: boolean) {
  // The sum of an update in flight may precede its bin, but OTLP requires 0 without values.
  if (count === 0) return { count, sum: 0 };
  return { count, sum, ...(isDelta ? {} : { min, max }) };
}

function histogramOf<Counts>(
  value: HistogramValue,
  isDelta: boolean,
  converter: { convert(value: HistogramValue): Counts },
) {
  return { ...summaryOf(value, isDelta), ...converter.convert(value) };
}
