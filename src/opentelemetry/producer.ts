/**
 * A producer of metrics for the readers of OpenTelemetry's SDK.
 *
 * @module
 */
import type { BoundariesOf } from "../export/boundaries.ts";
import { familiesIn } from "../export/families.ts";
import { type Family, familyKey } from "../export/family.ts";
import { StartTimes } from "../export/start_times.ts";
import { hasBoundaries } from "../schema/histogram.ts";
import { meterOriginOf, type MeterScope } from "../schema/meter_origin.ts";
import { update, withoutUpdate } from "../snapshots/before_snapshots.ts";
import type { Snapshot } from "../snapshots/snapshot.ts";
import { firstSnapshot, type SnapshotSource } from "../snapshots/snapshot_source.ts";
import { type Collection, type HistogramConverter, metricDataOf } from "./data_points.ts";
import { Deltas } from "./deltas.ts";
import { ExplicitConverter } from "./explicit_converter.ts";
import { ExponentialConverter } from "./exponential_converter.ts";
import { type Instrument, instrumentOf } from "./instruments.ts";
import { checkProducerOptions, type ThreadStatsProducerOptions } from "./producer_options.ts";
import { SCOPE } from "./scope.ts";
import type {
  CollectionResult,
  InstrumentationScope,
  MetricData,
  MetricProducer,
  NoResource,
} from "./sdk.ts";

/** How one family is exported. */
interface FamilyExport {
  readonly instrument: Instrument;
  /** For histograms only. */
  readonly converter: HistogramConverter | undefined;
}

/** A metric with the meter that made it; `undefined` for those of schemas. */
interface ScopedMetric {
  readonly scope: MeterScope | undefined;
  readonly data: MetricData;
}

type ScopeMetrics = CollectionResult["resourceMetrics"]["scopeMetrics"][number];

/**
 * How long a collection waits for callbacks of meters, in milliseconds. If the reader has a limit,
 * at most half of that: at the limit itself the reader would drop the collection.
 */
const MAX_WAIT = 5000;

const NO_RESOURCE: NoResource = Object.freeze({
  attributes: Object.freeze({}),
  merge: <Other extends object>(other: Other | null) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
});

/**
 * A `MetricProducer` for the readers of `@opentelemetry/sdk-metrics`, versions 2.x and 3.x. It
 * exports metrics of all kinds, histograms at full resolution, and the times at which series began
 * to count. Each collection takes one snapshot, and waits for no thread.
 *
 * | kind | in OpenTelemetry |
 * | --- | --- |
 * | counter, `sum` of a record | monotonic sum |
 * | gauge, by default or with `aggregate: "sum"` | non-monotonic sum |
 * | other gauge, other field of a record | gauge |
 * | histogram with `boundaries` | histogram |
 * | histogram with `lowest` and `highest` | exponential histogram; histogram with `boundaries` |
 *
 * The resource is that of the reader's `MeterProvider`, as the SDK requires. A producer remembers
 * what it has reported, so each reader needs a producer of its own.
 *
 * For names, attributes and units, see the module. A `sum()` is exported as monotonic; the program
 * must make sure that it never decreases. `sum("u64")` and `bitOr()` fields and the library's own
 * metrics are integers; all others are doubles, whatever their values are. OTLP's integers are
 * signed and the SDK takes them as `number`: they are exact up to 2^53, and greater ones than
 * 2^63 - 1 are exported as the greatest double below 2^63.
 *
 * The first collection gets its time from the wall clock. Later ones add the time that passed, by a
 * clock that is never set. If the wall clock is set forward, the times follow it and leave a gap;
 * if it is set back, the times stay ahead of it. So no series changes its start, and no delta has a
 * wrong duration.
 *
 * @example Export with OTLP, together with the other metrics of a program
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { ThreadStatsProducer } from "@x/thread-stats/opentelemetry";
 *
 * const stats = ThreadStats.create(defineSchema({ requests: counter({ labels: ["method"] }) }));
 * const producer = new ThreadStatsProducer(stats, { selfMetrics: false });
 * // new MeterProvider({
 * //   readers: [
 * //     new PeriodicExportingMetricReader({
 * //       exporter: new OTLPMetricExporter(),
 * //       metricProducers: [producer],
 * //     }),
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
 * @example Export a log-linear histogram with explicit buckets, for Prometheus queries of `_bucket`
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";
 * import { ThreadStatsProducer } from "@x/thread-stats/opentelemetry";
 *
 * const schema = defineSchema({
 *   latency: histogram({ unit: "seconds", lowest: 1e-6, highest: 60 }),
 * });
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
  readonly #stats: SnapshotSource;
  readonly #perThread: boolean;
  readonly #selfMetrics: boolean;
  /** By the keys of the families. */
  readonly #exports = new Map<string, FamilyExport>();
  readonly #makeExport: (family: Family) => FamilyExport;
  readonly #starts = new StartTimes();
  /** Exists for delta temporality only. */
  readonly #deltas: Deltas | undefined;

  /**
   * Makes a producer.
   *
   * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
   * @param options What to export, and how.
   * @throws {TypeError} If an argument has the wrong shape, or an option is unknown.
   * @throws {RangeError} If an option is out of range, or OpenTelemetry does not allow the name of
   * a metric without the option `name`.
   */
  constructor(stats: SnapshotSource, options: ThreadStatsProducerOptions = {}) {
    const action = "make a producer";
    const first = firstSnapshot(action, stats);
    const checked = checkProducerOptions(action, options, first);
    const { perThread, selfMetrics, temporality, maxSize, boundariesOf } = checked;
    this.#stats = stats;
    this.#perThread = perThread;
    this.#selfMetrics = selfMetrics;
    this.#makeExport = (family) => ({
      instrument: instrumentOf(action, family),
      converter: converterOf(family, boundariesOf, maxSize),
    });
    // All names of the metrics that are there already are checked now.
    for (const family of familiesIn(first, { selfMetrics })) this.#exportOf(family);
    this.#starts.observe(first);
    this.#deltas = temporality === "delta" ? new Deltas() : undefined;
  }

  /**
   * Reads all metrics. The reader calls this method. If a meter of this thread has asynchronous
   * callbacks, it waits for them first, at most for 5 s and for half of `timeoutMillis`.
   *
   * @param options What the reader says.
   * @returns The metrics, with an empty resource. The promise never rejects; errors are in
   * `errors`.
   */
  collect({ timeoutMillis = Infinity }: { timeoutMillis?: number } = {}): Promise<
    CollectionResult
  > {
    const pending = update();
    if (pending === undefined) return Promise.resolve(this.#collect());
    return withTimeout(pending, Math.min(timeoutMillis / 2, MAX_WAIT)).then(() => this.#collect());
  }

  #collect(): CollectionResult {
    const scopeMetrics: ScopeMetrics[] = [];
    const errors: unknown[] = [];
    try {
      const options = { perThread: this.#perThread };
      const snapshot = withoutUpdate(() => this.#stats.snapshot(options));
      scopeMetrics.push(...byScope([...this.#metrics(snapshot, errors)]));
    } catch (error) {
      // One rejecting producer makes the reader drop all of them.
      errors.push(error);
    }
    return { resourceMetrics: { resource: NO_RESOURCE, scopeMetrics }, errors };
  }

  *#metrics(now: Snapshot, errors: unknown[]): Generator<ScopedMetric> {
    const starts = this.#starts;
    const { from, to } = starts.observe(now);
    const deltas = this.#deltas;
    // The first delta covers the time since the start of the statistics.
    const previousTime = deltas?.isEmpty === false ? from : now.startedAt;
    const exported = deltas?.next(now) ?? now;
    const collection: Collection = {
      temporality: deltas === undefined ? "cumulative" : "delta",
      perThread: this.#perThread,
      startOf: (metric, row) => starts.of(metric, row) ?? now.startedAt,
      previousTime,
      time: to,
    };
    for (const family of familiesIn(exported, { selfMetrics: this.#selfMetrics })) {
      try {
        const data = metricDataOf(family, this.#exportOf(family), collection);
        if (data !== undefined) yield { scope: meterOriginOf(family.definition)?.scope, data };
      } catch (error) {
        // OpenTelemetry does not allow the name of a metric that another thread has defined since.
        errors.push(error);
      }
    }
  }

  #exportOf(family: Family): FamilyExport {
    const key = familyKey(family);
    const made = this.#exports.get(key) ?? this.#makeExport(family);
    this.#exports.set(key, made);
    return made;
  }
}

/** Puts metrics into groups by their scopes. The library's own scope is always there, first. */
function byScope(metrics: readonly ScopedMetric[]): ScopeMetrics[] {
  const groups = new Map<string, ScopeMetrics>([["", { scope: SCOPE, metrics: [] }]]);
  for (const { scope, data } of metrics) {
    const key = scope === undefined ? "" : JSON.stringify(scopeOf(scope));
    if (!groups.has(key)) groups.set(key, { scope: scopeOf(scope!), metrics: [] });
    groups.get(key)!.metrics.push(data);
  }
  return [...groups.values()];
}

function scopeOf({ name, version, schemaUrl }: MeterScope): InstrumentationScope {
  return { name, ...(version !== "" && { version }), ...(schemaUrl !== "" && { schemaUrl }) };
}

/** Waits for a promise that never rejects, but not for longer than some time. */
function withTimeout(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function converterOf(
  { metric, bins, definition }: Family,
  boundariesOf: BoundariesOf,
  maxSize: number,
): HistogramConverter | undefined {
  if (bins === undefined) return undefined;
  if (hasBoundaries(bins)) {
    const { boundaries = bins.boundaries } = meterOriginOf(definition) ?? {};
    return new ExplicitConverter(bins, boundaries);
  }
  const boundaries = boundariesOf(metric);
  return boundaries === undefined
    ? new ExponentialConverter(bins, maxSize)
    : new ExplicitConverter(bins, boundaries);
}
