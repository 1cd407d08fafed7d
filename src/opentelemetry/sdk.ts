/**
 * The types and numbers of `@opentelemetry/sdk-metrics` that this library needs. The package itself
 * is not imported: a program that has a reader already has it. `tests/opentelemetry/types.ts`
 * checks that the types match those of the package, `tests/opentelemetry/sdk_test.ts` the numbers.
 *
 * @module
 */
import type { SeriesAttributes } from "./api.ts";

/** The type of the values of a metric. */
export const ValueType = { INT: 0, DOUBLE: 1 } as const;
/** Whether a data point covers the time since the previous one, or since a fixed start. */
export const AggregationTemporality = { DELTA: 0, CUMULATIVE: 1 } as const;
/** Kinds of data points. */
export const DataPointType = {
  HISTOGRAM: 0,
  EXPONENTIAL_HISTOGRAM: 1,
  GAUGE: 2,
  SUM: 3,
} as const;

/** A time: whole seconds since 1970, and nanoseconds of the current second. */
export type HighResolutionTime = [seconds: number, nanoseconds: number];

/** The description of a metric, which all of its data points share. */
export interface MetricDescriptor {
  /** The name of the instrument. */
  readonly name: string;
  /** The description, for humans. */
  readonly description: string;
  /** The unit, in UCUM. */
  readonly unit: string;
  /** 0: integers. 1: doubles. */
  readonly valueType: 0 | 1;
}

/** An update of a series for which the program gave an exemplar, as the SDK has it. */
export interface ExemplarData {
  /** The labels of the exemplar, without those of the trace. */
  readonly filteredAttributes: Record<string, string>;
  /** The increment of a sum, or the value that a histogram recorded. */
  readonly value: number;
  /** When the update was made. */
  readonly timestamp: HighResolutionTime;
  /** The span, from the label `span_id` if that has 16 hexadecimal digits. */
  readonly spanId?: string;
  /** The trace, from the label `trace_id` if that has 32 hexadecimal digits. */
  readonly traceId?: string;
}

/**
 * The value of one series at one time.
 *
 * @typeParam Value The type of the value.
 */
export interface DataPoint<Value> {
  /** When the counting began. */
  readonly startTime: HighResolutionTime;
  /** When the value was read. */
  readonly endTime: HighResolutionTime;
  /** The attributes that distinguish the series from the other ones of the metric. */
  readonly attributes: SeriesAttributes;
  /** The value. */
  readonly value: Value;
  /** Exemplars, if there are any. */
  readonly exemplars?: readonly ExemplarData[];
}

/** A histogram with explicit bucket boundaries. */
export interface ExplicitHistogram {
  /** The inclusive upper bounds, and one more count than there are bounds. */
  readonly buckets: { boundaries: number[]; counts: number[] };
  /** The sum of all values. */
  readonly sum: number;
  /** The number of values. */
  readonly count: number;
  /** The smallest value, if known. */
  readonly min?: number;
  /** The greatest value, if known. */
  readonly max?: number;
}

/** Adjacent buckets of an exponential histogram. */
export interface ExponentialBuckets {
  /** The index of the first bucket. */
  offset: number;
  /** The number of values in each bucket. */
  bucketCounts: number[];
}

/**
 * A histogram whose bucket `n` contains the values above `base ** n` and up to `base ** (n + 1)`,
 * where `base` is `2 ** (2 ** -scale)`.
 */
export interface ExponentialHistogram {
  /** The sum of all values. */
  readonly sum: number;
  /** The number of values. */
  readonly count: number;
  /** The resolution: the higher the scale, the narrower the buckets. */
  readonly scale: number;
  /** The number of values that are zero. */
  readonly zeroCount: number;
  /** The buckets of the values above zero. */
  readonly positive: ExponentialBuckets;
  /** The buckets of the values below zero; always empty here. */
  readonly negative: ExponentialBuckets;
  /** The smallest value, if known. */
  readonly min?: number;
  /** The greatest value, if known. */
  readonly max?: number;
}

/**
 * The common properties of metrics of all kinds.
 *
 * @typeParam Type The number of the kind.
 * @typeParam Value The type of a data point's value.
 */
export interface BaseMetricData<Type extends number, Value> {
  /** The description of the metric. */
  readonly descriptor: MetricDescriptor;
  /** 0: since the previous data point. 1: since the start. */
  readonly aggregationTemporality: 0 | 1;
  /** The number of the kind. */
  readonly dataPointType: Type;
  /** One data point for each series. */
  readonly dataPoints: DataPoint<Value>[];
}

/** A sum. */
export interface SumMetricData extends BaseMetricData<3, number> {
  /** Whether the sum never decreases. */
  readonly isMonotonic: boolean;
}

/** A metric with its data points. */
export type MetricData =
  | SumMetricData
  | BaseMetricData<2, number>
  | BaseMetricData<0, ExplicitHistogram>
  | BaseMetricData<1, ExponentialHistogram>;

/** A resource without attributes, which a reader replaces by its own. */
export interface NoResource {
  /** Always empty. */
  readonly attributes: Record<string, string>;
  /** Returns the other resource. */
  merge<Other extends object>(other: Other | null): Other | NoResource;
  /** Always empty. */
  getRawAttributes(): never[];
}

/** Who made some metrics: this library, or a meter. */
export interface InstrumentationScope {
  /** The name. */
  name: string;
  /** The version, if there is one. */
  version?: string;
  /** The URL of the schema of the metrics' names, if there is one. */
  schemaUrl?: string;
}

/** The result of a collection. */
export interface CollectionResult {
  /** The metrics. */
  resourceMetrics: {
    resource: NoResource;
    scopeMetrics: { scope: InstrumentationScope; metrics: MetricData[] }[];
  };
  /** The errors of the collection. */
  errors: unknown[];
}

/**
 * A source of metrics that is no meter, for the readers of the SDK: `MetricProducer` of
 * `@opentelemetry/sdk-metrics`.
 */
export interface MetricProducer {
  /** Reads all metrics. */
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>;
}
