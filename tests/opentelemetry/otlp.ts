/**
 * OTLP requests for metrics, decoded with the official definitions.
 *
 * @module
 */
import { ExportMetricsServiceRequest } from "./packages.ts";

/** One data point. 64-bit integers are text, as not all of them are numbers. */
export interface Point {
  readonly attributes?: readonly {
    key: string;
    value: Record<string, unknown>;
  }[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly asInt?: string;
  readonly count?: string;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
  readonly scale?: number;
  readonly zeroCount?: string;
  readonly positive?: { offset?: number; bucketCounts?: readonly string[] };
  readonly negative?: { offset?: number; bucketCounts?: readonly string[] };
}

interface Points {
  readonly dataPoints: readonly Point[];
  /** 1: delta, 2: cumulative. */
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}

/** A metric. */
export interface Metric {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  readonly gauge?: Points;
  readonly sum?: Points;
  readonly histogram?: Points;
  readonly exponentialHistogram?: Points;
}

/** The content of a request. */
export interface Request {
  readonly resourceMetrics: readonly {
    readonly resource: Pick<Point, "attributes">;
    readonly scopeMetrics: readonly {
      readonly scope: { name: string; version?: string };
      readonly metrics?: readonly Metric[];
    }[];
  }[];
}

/** Decodes a request. */
export function decode(bytes: Uint8Array): Request {
  const message = ExportMetricsServiceRequest.decode(bytes);
  return ExportMetricsServiceRequest.toObject(message, {
    longs: String,
  }) as Request;
}

/** A series: its metric, the common data of the metric's points, and its point. */
export interface Series {
  readonly metric: Metric;
  readonly points: Points;
  readonly point: Point;
}

/** All series of a request by name and attributes, as in `requests{method="GET"}`. */
export function seriesOf(
  request: Request,
  scope = "@x/thread-stats",
): Map<string, Series> {
  const all = new Map<string, Series>();
  const scopes = request.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)
    .filter((metrics) => metrics.scope.name === scope);
  for (const metric of scopes.flatMap(({ metrics }) => metrics ?? [])) {
    const { gauge, sum, histogram, exponentialHistogram } = metric;
    const points = gauge ?? sum ?? histogram ?? exponentialHistogram!;
    for (const point of points.dataPoints) {
      const key = metric.name + attributesText(point);
      if (all.has(key)) throw new Error(`Two points of ${key} in one request`);
      all.set(key, { metric, points, point });
    }
  }
  return all;
}

/** Attributes as text. */
export function attributesText(
  { attributes = [] }: Pick<Point, "attributes">,
): string {
  const texts = attributes.map(({ key, value }) =>
    `${key}=${JSON.stringify(Object.values(value)[0])}`
  );
  return texts.length === 0 ? "" : `{${texts.sort().join(",")}}`;
}

/** The value of a sum or gauge, or the count of a histogram. */
export function valueOf({ asDouble, asInt, count }: Point): number {
  return asDouble ?? Number(asInt ?? count);
}
