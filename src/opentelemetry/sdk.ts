/**
 * The part of `@opentelemetry/sdk-metrics` that is used here, as types and numbers. The package itself is not imported: whoever has a reader
 * has it already. `tests/opentelemetry/types.ts` holds the types equal to the package's own, `tests/opentelemetry/sdk_test.ts` the numbers.
 *
 * @module
 */
import type { SeriesAttributes } from "./api.ts";

/** The package's enums, as far as needed. */
export const ValueType = { INT: 0, DOUBLE: 1 } as const;
/** What a point's value is counted from: the point before, or a start that stays. */
export const AggregationTemporality = { DELTA: 0, CUMULATIVE: 1 } as const;
/** Kinds of points. */
export const DataPointType = {
  HISTOGRAM: 0,
  EXPONENTIAL_HISTOGRAM: 1,
  GAUGE: 2,
  SUM: 3,
} as const;

/** Seconds since 1970, and nanoseconds beyond. */
export type HighResolutionTime = [seconds: number, nanoseconds: number];

/** What is said of a metric once for all of its points. */
export interface MetricDescriptor {
  /** Name of the instrument. */
  readonly name: string;
  /** What is measured, in words. */
  readonly description: string;
  /** Unit in UCUM. */
  readonly unit: string;
  /** 0: integers. 1: doubles. */
  readonly valueType: 0 | 1;
}

/**
 * One series at one time.
 *
 * @typeParam Value Its value.
 */
export interface DataPoint<Value> {
  /** Since when it has been counted. */
  readonly startTime: HighResolutionTime;
  /** When it was read. */
  readonly endTime: HighResolutionTime;
  /** What tells it from other series of the metric. */
  readonly attributes: SeriesAttributes;
  /** Its value. */
  readonly value: Value;
}

/** A histogram with boundaries. */
export interface ExplicitHistogram {
  /** Inclusive upper bounds, and one count more than these. */
  readonly buckets: { boundaries: number[]; counts: number[] };
  /** Sum of all values. */
  readonly sum: number;
  /** How many values. */
  readonly count: number;
  /** The least value, if it is known. */
  readonly min?: number;
  /** The greatest value, if it is known. */
  readonly max?: number;
}

/** Adjacent buckets of an exponential histogram. */
export interface ExponentialBuckets {
  /** Number of the first bucket. */
  offset: number;
  /** How many values each has. */
  bucketCounts: number[];
}

/** A histogram whose bucket `n` has the values above `base ** n` up to `base ** (n + 1)`, where `base` is `2 ** (2 ** -scale)`. */
export interface ExponentialHistogram {
  /** Sum of all values. */
  readonly sum: number;
  /** How many values. */
  readonly count: number;
  /** How fine the buckets are. */
  readonly scale: number;
  /** How many values are zero. */
  readonly zeroCount: number;
  /** The values above zero. */
  readonly positive: ExponentialBuckets;
  /** The values below zero: none here. */
  readonly negative: ExponentialBuckets;
  /** The least value, if it is known. */
  readonly min?: number;
  /** The greatest value, if it is known. */
  readonly max?: number;
}

/**
 * What metrics of all kinds have.
 *
 * @typeParam Type Number of the kind.
 * @typeParam Value The value of a point.
 */
export interface BaseMetricData<Type extends number, Value> {
  /** What is said once for all points. */
  readonly descriptor: MetricDescriptor;
  /** 0: since the point before. 1: since the start. */
  readonly aggregationTemporality: 0 | 1;
  /** Which kind it is. */
  readonly dataPointType: Type;
  /** The series. */
  readonly dataPoints: DataPoint<Value>[];
}

/** A sum. */
export interface SumMetricData extends BaseMetricData<3, number> {
  /** Whether it never falls. */
  readonly isMonotonic: boolean;
}

/** A metric with its points. */
export type MetricData =
  | SumMetricData
  | BaseMetricData<2, number>
  | BaseMetricData<0, ExplicitHistogram>
  | BaseMetricData<1, ExponentialHistogram>;

/** A resource without attributes, for a reader to put its own in place of. */
export interface NoResource {
  /** None. */
  readonly attributes: Record<string, string>;
  /** The other one. */
  merge<Other extends object>(other: Other | null): Other | NoResource;
  /** None. */
  getRawAttributes(): never[];
}

/** What a collection gives. */
export interface CollectionResult {
  /** The metrics. */
  resourceMetrics: {
    resource: NoResource;
    scopeMetrics: { scope: { name: string; version: string }; metrics: MetricData[] }[];
  };
  /** What went wrong. */
  errors: unknown[];
}

/** A source of metrics for readers, besides the meters: `MetricProducer` of `@opentelemetry/sdk-metrics`. */
export interface MetricProducer {
  /** Reads all metrics. */
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>;
}
