/**
 * The shapes that prom-client's users write and read.
 *
 * @module
 */
/** The content type of Prometheus' text format. */
export type PrometheusContentType = "text/plain; version=0.0.4; charset=utf-8";
/** The content type of OpenMetrics. */
export type OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/** The content types of a registry. */
export type RegistryContentType =
  | PrometheusContentType
  | OpenMetricsContentType;

/** How the values of several threads, or of several processes, become one. */
export type Aggregator = "omit" | "sum" | "first" | "min" | "max" | "average";

/** Values of labels. Labels that are left out are left out of the output. */
export type LabelValues<T extends string> = Partial<Record<T, string | number>>;

/** A value with its labels. */
export interface MetricValue<T extends string = string> {
  /** The value. */
  value: number;
  /** The labels. */
  labels: LabelValues<T>;
  /** The series' own name, where it differs from the metric's. */
  metricName?: string;
  /** The exemplar, if there is one. */
  exemplar?: Exemplar | null;
}

/** What `get()` resolves to. */
export interface MetricObjectWithValues<T extends string = string> {
  /** The name. */
  name: string;
  /** The help text. */
  help: string;
  /** `counter`, `gauge`, `histogram` or `summary`. */
  type: string;
  /** All series. */
  values: MetricValue<T>[];
  /** How parts become one value. */
  aggregator: Aggregator;
}

/** An example of what was counted, as OpenMetrics has it. It stays in its thread. */
export interface Exemplar {
  /** Labels such as the id of a trace. */
  labelSet: Record<string, unknown>;
  /** The value that was counted. */
  value: number | null;
  /** When, in seconds since 1970. */
  timestamp?: number;
}

/** What `inc` takes when the counter has exemplars. */
export interface IncreaseDataWithExemplar<T extends string> {
  /** How much to add; 1 by default. */
  value?: number;
  /** The labels of the series. */
  labels?: LabelValues<T>;
  /** The labels of the exemplar. */
  exemplarLabels?: Record<string, unknown>;
}

/** What `observe` takes when the histogram has exemplars. */
export interface ObserveDataWithExemplar<T extends string> {
  /** The value. */
  value: number;
  /** The labels of the series. */
  labels?: LabelValues<T>;
  /** The labels of the exemplar. */
  exemplarLabels?: Record<string, unknown>;
}

/** A metric as registries take it: of this library, or any object with `get()`. */
export interface AnyMetric {
  /** Its name. */
  name?: string;
  /** Its kind. */
  type?: string;
  /** Reads it. */
  get(): unknown;
  /** Resets it. */
  reset?(): void;
  /** Runs before it is read. */
  collect?: unknown;
  /** The registries that got it when it was made. */
  registers?: readonly object[];
}

/** The labels of a series, as the user gave them. */
export type Labels = Record<string, unknown>;
