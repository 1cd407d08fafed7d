/**
 * Metrics for the readers of OpenTelemetry's SDK.
 *
 * @module
 */
import { firstSnapshot, type MetricSource } from "../snapshots/snapshot_source.ts";
import { cannot } from "../base/errors.ts";
import { type BoundariesOf, checkBoundaries } from "../export/boundaries.ts";
import { familiesIn, type Family } from "../export/families.ts";
import { StartTimes } from "../export/start_times.ts";
import { hasBoundaries } from "../schema/histogram.ts";
import type { OptionNames } from "../base/options.ts";
import type { Snapshot } from "../snapshots/snapshot.ts";
import { type BinScale, type Collection, metricDataOf } from "./data_points.ts";
import { Deltas } from "./deltas.ts";
import { ExplicitBinScale } from "./explicit.ts";
import { ExponentialScale } from "./exponential.ts";
import { type Instrument, instrumentOf } from "./instruments.ts";
import { checkOptions, COMMON_OPTIONS, type OpenTelemetryOptions } from "./options.ts";
import { SCOPE } from "./scope.ts";
import type { CollectionResult, MetricData, MetricProducer, NoResource } from "./sdk.ts";

/** Options of {@linkcode ThreadStatsProducer}. */
export interface ThreadStatsProducerOptions extends OpenTelemetryOptions {
  /**
   * Upper bounds of the buckets of log-linear histograms that are told as histograms with such bounds, not as exponential ones: all of them, or those
   * of the metrics that are named as in the schema. For receivers that know no exponential histograms, and for queries of Prometheus that ask for
   * `_bucket`. A bin of the histogram counts as a whole in the first bucket that is not below its middle, so each bound is exact to within
   * the `relativeError`. Histograms with `boundaries` of their own keep these.
   *
   * @default None: log-linear histograms are exponential ones
   */
  boundaries?: readonly number[] | Readonly<Record<string, readonly number[]>>;
  /**
   * What counters, sums and histograms tell: all since they began to count, or what has happened since the collection before. Of deltas, a collection
   * that could not be exported is lost, as with the SDK's own. Gauges of all kinds tell their value either way. Nobody tells a producer what
   * its reader's exporter prefers, so it has to be said here.
   *
   * @default {"cumulative"}
   */
  temporality?: "cumulative" | "delta";
  /**
   * The most buckets of an exponential histogram, 2 to 65536. Data that lies further apart is told less finely. Prometheus refuses a scale below -4, which
   * with 128 buckets or more no data needs.
   *
   * @default {160}
   */
  maxSize?: number;
}

const PRODUCER_OPTIONS: OptionNames<ThreadStatsProducerOptions> = {
  ...COMMON_OPTIONS,
  boundaries: true,
  temporality: true,
  maxSize: true,
};

/** One family of the schema or of the library. */
interface Member {
  readonly instrument: Instrument;
  /** Of a histogram. */
  readonly scale: BinScale | undefined;
}

const NO_RESOURCE: NoResource = Object.freeze({
  attributes: Object.freeze({}),
  merge: <Other extends object>(other: Other | null) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
});

/**
 * A `MetricProducer` for the readers of `@opentelemetry/sdk-metrics`, 2.x and 3.x: it carries all kinds of metrics, histograms too, whole and with the times at
 * which they began to count. One collection takes one snapshot, and waits for no thread.
 *
 * | kind | in OpenTelemetry |
 * | --- | --- |
 * | counter, `sum` of a record | monotonic sum |
 * | gauge, by default or with `aggregate: "sum"` | sum that is not monotonic |
 * | other gauge, other field of a record | gauge |
 * | histogram with `boundaries` | histogram |
 * | histogram with `lowest` and `highest` | exponential histogram, or by option `boundaries` as above |
 *
 * The resource is that of the reader's `MeterProvider`, as the SDK wants it. Each reader needs a producer of its own: it remembers what that
 * reader was told.
 *
 * Names, attributes and units: see the module. A `sum()` is told as one that never falls, which is
 * for the program to keep. `sum("u64")`, bits and the library's own figures are integers, all else
 * are doubles, whatever the values are. OTLP's integers are signed and pass through a `number`:
 * exact up to 2^53, and what is beyond 2^63 is told as the greatest one.
 *
 * Times are those of the wall clock at the first collection, from there on by a clock that nobody
 * sets. When the wall clock is set forward, they follow it and leave a gap; when it is set back,
 * they go on ahead of it: so no series changes its start, and no delta has a wrong length.
 *
 * @example Beside a program's other metrics, by OTLP
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { ThreadStatsProducer } from "@x/thread-stats/opentelemetry";
 *
 * const stats = ThreadStats.create(defineSchema({ requests: counter({ labels: ["method"] }) }));
 * const producer = new ThreadStatsProducer(stats, { selfMetrics: false });
 * // new MeterProvider({
 * //   readers: [
 * //     new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), metricProducers: [producer] }),
 * //   ],
 * // });
 *
 * stats.registerThread("main").metrics.requests.labels({ method: "GET" }).add(3);
 * const { resourceMetrics } = await producer.collect(); // the reader does this
 * const [{ scope, metrics }] = resourceMetrics.scopeMetrics;
 * assertEquals(scope.name, "@x/thread-stats");
 * assertEquals(metrics[0].descriptor.name, "requests");
 * assertEquals(metrics[0].dataPoints[0].attributes, { method: "GET" });
 * assertEquals(metrics[0].dataPoints[0].value, 3);
 * ```
 *
 * @example Buckets of a log-linear histogram, for queries of Prometheus that ask for `_bucket`
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
 * import { ThreadStatsProducer } from "@x/thread-stats/opentelemetry";
 *
 * const schema = defineSchema({ latency: histogram({ unit: "seconds", lowest: 1e-6, highest: 60 }) });
 * const stats = ThreadStats.create(schema);
 * const { latency } = stats.registerThread("main").metrics;
 * for (const seconds of [0.02, 0.3, 0.4]) latency.record(seconds);
 *
 * const producer = new ThreadStatsProducer(stats, { boundaries: { latency: [0.1, 1] } });
 * const { resourceMetrics } = await producer.collect(); // the reader does this
 * const [metric] = resourceMetrics.scopeMetrics[0].metrics;
 * if (metric.dataPointType !== 0) throw new Error("No histogram with bounds");
 * assertEquals(metric.dataPoints[0].value.buckets, { boundaries: [0.1, 1], counts: [1, 2, 0] });
 * ```
 */
export class ThreadStatsProducer implements MetricProducer {
  readonly #stats: MetricSource;
  readonly #perThread: boolean;
  readonly #selfMetrics: boolean;
  /** In the order in which `familiesIn` gives the families: always the same. */
  readonly #members: readonly Member[];
  readonly #starts = new StartTimes();
  /** There for deltas only. */
  readonly #deltas: Deltas | undefined;

  /**
   * A producer that was not asked yet.
   *
   * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
   * @param options What is told, and how.
   * @throws {TypeError} When an argument has the wrong shape, or an option is unknown.
   * @throws {RangeError} When an option is out of range, boundaries are not finite, not negative and rising, or a metric has a name that OpenTelemetry does not allow.
   */
  constructor(stats: MetricSource, options: ThreadStatsProducerOptions = {}) {
    const action = "make a producer";
    const first = firstSnapshot(action, stats);
    const checked = checkOptions(action, options, PRODUCER_OPTIONS);
    const { perThread, selfMetrics, temporality = "cumulative", maxSize = 160 } = checked;
    if (temporality !== "cumulative" && temporality !== "delta") {
      const required = 'temporality must be "cumulative" or "delta"';
      throw new TypeError(cannot(action, required, temporality));
    }
    if (typeof maxSize !== "number") {
      throw new TypeError(cannot(action, "maxSize must be a number", maxSize));
    }
    if (!Number.isInteger(maxSize) || maxSize < 2 || maxSize > 65_536) {
      throw new RangeError(cannot(action, "maxSize must be an integer from 2 to 65536", maxSize));
    }
    const boundariesOf = checkBoundaries(action, checked.boundaries, first);
    this.#stats = stats;
    this.#perThread = perThread;
    this.#selfMetrics = selfMetrics;
    this.#members = Array.from(familiesIn(first, { selfMetrics }), (family) => ({
      instrument: instrumentOf(action, family),
      scale: scaleOf(family, boundariesOf, maxSize),
    }));
    this.#starts.look(first);
    this.#deltas = temporality === "delta" ? new Deltas() : undefined;
  }

  /**
   * Reads all metrics. A reader calls it.
   *
   * @returns The metrics, with an empty resource. It never rejects: what went wrong is in `errors`.
   */
  collect(): Promise<CollectionResult> {
    const scopeMetrics: CollectionResult["resourceMetrics"]["scopeMetrics"] = [];
    const errors: unknown[] = [];
    try {
      const metrics = [...this.#metrics(this.#stats.snapshot({ perThread: this.#perThread }))];
      scopeMetrics.push({ scope: SCOPE, metrics });
    } catch (error) {
      // A reader whose one producer rejects has nothing of the others either.
      errors.push(error);
    }
    return Promise.resolve({ resourceMetrics: { resource: NO_RESOURCE, scopeMetrics }, errors });
  }

  *#metrics(now: Snapshot): Generator<MetricData> {
    const starts = this.#starts;
    const { since, at } = starts.look(now);
    const deltas = this.#deltas;
    // The first delta tells all since the statistics began.
    const readBefore = deltas?.isEmpty === false ? since : now.startedAt;
    const told = deltas?.next(now) ?? now;
    const collection: Collection = {
      temporality: this.#deltas === undefined ? "cumulative" : "delta",
      perThread: this.#perThread,
      startOf: (metric, row) => starts.of(metric, row) ?? now.startedAt,
      readBefore,
      readAt: at,
    };
    let n = 0;
    for (const family of familiesIn(told, { selfMetrics: this.#selfMetrics })) {
      const data = metricDataOf(family, this.#members[n++], collection);
      if (data !== undefined) yield data;
    }
  }
}

function scaleOf(
  { metric, bins }: Family,
  boundariesOf: BoundariesOf,
  maxSize: number,
): BinScale | undefined {
  if (bins === undefined) return undefined;
  if (hasBoundaries(bins)) return new ExplicitBinScale(bins, bins.boundaries);
  const boundaries = boundariesOf(metric);
  return boundaries === undefined
    ? new ExponentialScale(bins, maxSize)
    : new ExplicitBinScale(bins, boundaries);
}
