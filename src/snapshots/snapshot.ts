/**
 * A snapshot: all metrics of a program as one plain value, the only input of exporters and windows.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { inspectable, toJson } from "../base/inspectable.ts";
import { isArray, lookAt } from "../base/shapes.ts";
import type { SchemaDefinition } from "../schema/definitions.ts";
import type { ThreadInfo } from "../threads/control_word.ts";
import { differenceOf } from "./difference.ts";
import { elapsed, wallClockStep } from "./elapsed.ts";
import { reviveMetrics } from "./revive.ts";
import { assertSeries } from "./series_shape.ts";
import type { MetricSnapshot, SelfMetrics, SnapshotData } from "./snapshot_data.ts";

/**
 * All metrics of a program at one time. Each bucket is read consistently; there is no common
 * instant across threads and buckets.
 *
 * A snapshot is immutable. TypeScript enforces this for the rows, which are not frozen: freezing
 * them would cost more than making them. Structured cloning keeps everything but the methods; the
 * constructor restores those.
 *
 * @typeParam Metrics The definitions of the schema.
 *
 * @example Count what happened between two snapshots
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 *
 * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
 * const { jobs } = stats.registerThread("main").metrics;
 * jobs.add(5);
 * const before = stats.snapshot();
 * jobs.add(2);
 * const delta = stats.snapshot().since(before);
 * assertEquals(delta.metrics.jobs.series[0].value, 2);
 * ```
 */
export class Snapshot<Metrics extends SchemaDefinition = SchemaDefinition>
  implements SnapshotData<Metrics> {
  /**
   * When the counting began, in milliseconds since 1970: when the statistics were created, or, for
   * a difference, when the earlier snapshot was taken. The start of a difference is corrected for
   * changes of the wall clock: `takenAt - startedAt` is the time that passed.
   */
  readonly startedAt: number;
  /** When the snapshot was taken, in milliseconds since 1970. */
  readonly takenAt: number;
  /** The threads. */
  readonly threads: readonly ThreadInfo[];
  /** The metrics by name. */
  readonly metrics: { readonly [Name in keyof Metrics]: MetricSnapshot<Metrics[Name]> };
  /** The library's own metrics. */
  readonly self: SelfMetrics;

  static {
    inspectable<Snapshot>(this.prototype, { type: "Snapshot", facts: factsOf });
  }

  /**
   * Makes a snapshot from the data of another one, for instance one that came by message.
   *
   * @param data The data.
   * @throws {TypeError} If `data` is not the data of a snapshot.
   */
  constructor(data: SnapshotData<Metrics>) {
    const isOwn = own.has(data);
    if (!isOwn) assertData(data);
    this.startedAt = data.startedAt;
    this.takenAt = data.takenAt;
    this.threads = data.threads;
    this.metrics = isOwn ? data.metrics : reviveMetrics(data.metrics);
    this.self = data.self;
    own.add(Object.freeze(this));
  }

  /**
   * The difference to an earlier snapshot of the same statistics. Earlier values are subtracted
   * from counters, histograms and `sum` fields; gauges and other fields keep their later value.
   *
   * A bucket that was cleared, or destroyed and created again, counts from its new start, and so
   * does a metric that was defined in between. A difference is never negative, except for sums of
   * negative changes.
   *
   * Differences change nothing in shared memory, so any number of readers can take them, each at
   * its own intervals.
   *
   * @param earlier The earlier snapshot, or the data of one.
   * @returns A snapshot of the differences.
   * @throws {TypeError} If `earlier` is no snapshot, or has further metrics or other definitions,
   * or if the rows of either were changed to values that no snapshot has.
   */
  since(earlier: SnapshotData<Metrics>): Snapshot<Metrics> {
    const action = "compare snapshots";
    if (lookAt(() => own.has(earlier) || hasParts(earlier)) !== true) {
      throw new TypeError(cannot(action, "the earlier one must be a snapshot", earlier));
    }
    const required = "the later one must have all metrics of the earlier one";
    for (const name of Object.keys(earlier.metrics)) {
      if (!Object.hasOwn(this.metrics, name)) throw new TypeError(cannot(action, required, name));
    }
    const metrics = Object.entries<MetricSnapshot>(this.metrics).map(([name, metric]) => {
      const theirs = earlier.metrics as Record<string, MetricSnapshot | undefined>;
      assertSeries(action, name, metric);
      // Only an own property is a metric: a metric may be called `toString`. One that the earlier
      // snapshot lacks was defined in between.
      if (!Object.hasOwn(theirs, name)) return [name, metric];
      const before = theirs[name]!;
      if (!isSameDefinition(metric, before)) {
        throw new TypeError(cannot(action, "both must have the same definition of metrics", name));
      }
      assertSeries(action, name, { definition: metric.definition, series: before.series });
      return [name, differenceOf(metric, before)];
    });
    return makeSnapshot<Metrics>({
      ...this,
      startedAt: correctedTime(earlier, this),
      metrics: Object.freeze(Object.fromEntries(metrics)) as SnapshotData<Metrics>["metrics"],
    });
  }

  /**
   * The snapshot as `JSON.stringify` writes it. JSON has neither 64-bit integers nor non-finite
   * numbers, so values of `u64` fields become decimal strings, and non-finite numbers become
   * `"NaN"`, `"Infinity"` or `"-Infinity"`, as in the JSON format of Protocol Buffers. For
   * histograms see {@linkcode HistogramValue.toJSON}.
   *
   * @returns The whole snapshot as plain values.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { defineSchema, record, sum, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ flow: record({ bytes: sum("u64") }) }));
   * const id = stats.metrics.flow.create();
   * stats.registerThread("main").metrics.flow.update(id, { bytes: 2n ** 60n });
   * const { metrics } = JSON.parse(JSON.stringify(stats.snapshot()));
   * assertEquals(metrics.flow.series[0].value, { bytes: "1152921504606846976" });
   * ```
   */
  toJSON(): Record<string, unknown> {
    return toJson({ ...this }) as Record<string, unknown>;
  }
}

/**
 * Data that the library itself has made or checked. It needs no further checks, whose cost grows
 * with the number of metrics.
 */
const own = new WeakSet<object>();

/** Makes a snapshot from data that the library itself has made. */
export function makeSnapshot<Metrics extends SchemaDefinition>(
  data: SnapshotData<Metrics>,
): Snapshot<Metrics> {
  own.add(data);
  return new Snapshot(data);
}

/** The summary that `console.log` prints. */
function factsOf({ takenAt, threads, metrics }: Snapshot): Record<string, unknown> {
  const counts = Object.entries<MetricSnapshot>(metrics).map(([name, { series }]) => [
    name,
    series.length,
  ]);
  return {
    takenAt: new Date(takenAt).toISOString(),
    threads: threads.length,
    series: Object.fromEntries(counts),
  };
}

function isSameDefinition(later: MetricSnapshot, earlier: MetricSnapshot): boolean {
  return later.definition === earlier.definition ||
    JSON.stringify(later.definition) === JSON.stringify(earlier.definition);
}

function assertData(data: unknown): void {
  if (lookAt(() => hasParts(data))) return;
  throw new TypeError(cannot("make a snapshot", "it needs the data of one", data));
}

function hasParts(data: unknown): boolean {
  const { metrics, self, threads } = data as SnapshotData;
  return typeof self === "object" && self !== null && isArray(threads) &&
    Object.values<MetricSnapshot>(metrics).every(({ definition, series }) =>
      typeof definition === "object" && isArray(series)
    );
}

/** When an earlier snapshot was taken, by the wall clock as it is set at the later one. */
function correctedTime(earlier: SnapshotData, later: Snapshot): number {
  const duration = elapsed(earlier, later);
  return wallClockStep(earlier.takenAt, later.takenAt, duration) === 0
    ? earlier.takenAt
    : later.takenAt - duration;
}

Object.freeze(Snapshot.prototype);
