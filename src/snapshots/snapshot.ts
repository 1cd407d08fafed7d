/**
 * A snapshot: all metrics of a program as one plain value. The only input of exporters, windows and pages.
 *
 * @module
 */
import { isArray, lookAt } from "../base/shapes.ts";
import { cannot } from "../base/errors.ts";
import type { SeriesSnapshot, ThreadValue } from "../metrics/bucket_reader.ts";
import { type HistogramData, HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { LabelsOf, ValueOf } from "../metrics/reader_types.ts";
import { saturate } from "../base/saturate.ts";
import type { MetricDefinition, SchemaDefinition } from "../schema/schema.ts";
import { inspectable, toJson } from "../base/inspectable.ts";
import type { ThreadInfo, ThreadState } from "../threads/slot_directory.ts";
import { elapsed, setBetween } from "./elapsed.ts";

/** One metric in a snapshot. */
export interface MetricSnapshot<Definition extends MetricDefinition = MetricDefinition> {
  /** What it is. */
  readonly definition: Definition;
  /** Its live buckets in rising order of ids. */
  readonly series: readonly SeriesSnapshot<ValueOf<Definition>, LabelsOf<Definition>>[];
  /** What each thread has counted in all series together, if it was asked for (`threadTotals`); not in a difference of snapshots. */
  readonly threads?: readonly ThreadValue<ValueOf<Definition>>[];
}

/** The library's own figures in a snapshot. */
export interface SelfMetrics {
  /** How many thread slots are in each state. */
  readonly threads: Readonly<Record<ThreadState, number>>;
  /** The most threads at a time. */
  readonly maxThreads: number;
  /** Bytes of the shared memory that are given out, to which it has grown, and to which it can grow. */
  readonly arena: {
    readonly usedBytes: number;
    readonly reservedBytes: number;
    readonly maxBytes: number;
  };
  /** Live buckets by metric. */
  readonly series: Readonly<Record<string, number>>;
  /** Updates sent to the overflow series, by labelled metric. */
  readonly overflowed: Readonly<Record<string, number>>;
  /** Updates that threads tried after they were unregistered or revoked. Modulo 2^32. */
  readonly refusedUpdates: number;
  /** How often a read of a record was begun again because its writer was faster. Modulo 2^32. */
  readonly readRetries: number;
}

/** The data of a {@linkcode Snapshot}: what structured cloning keeps of it. */
export interface SnapshotData<Metrics extends SchemaDefinition = SchemaDefinition> {
  /**
   * When the counting began, in milliseconds since 1970: the start of the statistics, or the
   * earlier snapshot of a difference. Of a difference it is as long before `takenAt` as the
   * counting took, also when the wall clock was set meanwhile.
   */
  readonly startedAt: number;
  /** When, in milliseconds since 1970. */
  readonly takenAt: number;
  /** The threads. */
  readonly threads: readonly ThreadInfo[];
  /** The metrics by name. */
  readonly metrics: { readonly [Name in keyof Metrics]: MetricSnapshot<Metrics[Name]> };
  /** The library's own figures. */
  readonly self: SelfMetrics;
}

/**
 * All metrics at one time; there is no common instant across threads and buckets, but each bucket is consistent. It does not
 * change (the rows by type only: to freeze them would cost more than to make them), and structured cloning keeps all of it but its method.
 *
 * @typeParam Metrics The definitions of the schema.
 *
 * @example What happened in between
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
   * When the counting began, in milliseconds since 1970: the start of the statistics, or the
   * earlier snapshot of a difference. Of a difference it is as long before `takenAt` as the
   * counting took, also when the wall clock was set meanwhile.
   */
  readonly startedAt: number;
  /** When, in milliseconds since 1970. */
  readonly takenAt: number;
  /** The threads. */
  readonly threads: readonly ThreadInfo[];
  /** The metrics by name. */
  readonly metrics: { readonly [Name in keyof Metrics]: MetricSnapshot<Metrics[Name]> };
  /** The library's own figures. */
  readonly self: SelfMetrics;

  static {
    inspectable<Snapshot>(this.prototype, { type: "Snapshot", facts: factsOf });
  }

  /**
   * From the data of another, for instance one that came by a message.
   *
   * @param data The data.
   * @throws {TypeError} When it is none.
   */
  constructor(data: SnapshotData<Metrics>) {
    assertData(data);
    this.startedAt = data.startedAt;
    this.takenAt = data.takenAt;
    this.threads = data.threads;
    this.metrics = reviveAll(data.metrics);
    this.self = data.self;
    Object.freeze(this);
  }

  /**
   * What has happened since an earlier snapshot of the same statistics: counters, sums and histograms without what they
   * had then, gauges and other fields as they are now. A bucket that was cleared, or destroyed and made again, counts from its new start;
   * nothing is negative but sums of negative changes. Nothing that a reader does is seen by a writer, so any number of them can do this at their own pace.
   *
   * @param earlier The earlier snapshot, or the data of one.
   * @returns A snapshot of the differences.
   * @throws {TypeError} When `earlier` is no snapshot, or has other metrics.
   */
  since(earlier: SnapshotData<Metrics>): Snapshot<Metrics> {
    const action = "compare snapshots";
    if (
      typeof earlier !== "object" || earlier === null || typeof earlier.metrics !== "object" ||
      earlier.metrics === null
    ) {
      throw new TypeError(cannot(action, "the earlier one must be a snapshot", earlier));
    }
    const metrics = Object.entries<MetricSnapshot>(this.metrics).map(([name, metric]) => {
      const theirs = earlier.metrics as Record<string, MetricSnapshot | undefined>;
      // Own ones only: `toString` is a name like any other.
      const before = Object.hasOwn(theirs, name) ? theirs[name] : undefined;
      if (!isArray(before?.series)) {
        throw new TypeError(cannot(action, "both must have the same metrics", name));
      }
      return [name, differenceOf(metric, before)];
    });
    return new Snapshot<Metrics>({
      ...this,
      startedAt: labelOf(earlier, this),
      metrics: Object.freeze(Object.fromEntries(metrics)) as SnapshotData<Metrics>["metrics"],
    });
  }

  /**
   * The snapshot as `JSON.stringify` has it. JSON has no integers of 64 bits and no numbers that
   * are not finite: values of `u64` fields are decimal strings, and what is not finite is `"NaN"`,
   * `"Infinity"` or `"-Infinity"`, as in the JSON of Protocol Buffers. Of histograms see
   * {@linkcode HistogramValue.toJSON}.
   *
   * @returns All of the snapshot, as plain values.
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

/** A snapshot in few words. */
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

/** Throws unless something has the parts of a snapshot. */
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

/** When an earlier snapshot was taken, by the wall clock as it was set at the later one. */
function labelOf(earlier: SnapshotData, later: Snapshot): number {
  const duration = elapsed(earlier, later);
  return setBetween(earlier.takenAt, later.takenAt, duration) === 0
    ? earlier.takenAt
    : later.takenAt - duration;
}

function differenceOf(now: MetricSnapshot, before: MetricSnapshot): MetricSnapshot {
  const known = new Map(before.series.map((row) => [row.id, row]));
  const subtract = subtractorOf(now.definition);
  const series = now.series.map((row) => {
    const old = known.get(row.id);
    if (old === undefined || old.epoch !== row.epoch) return row;
    const value = subtract(row.value, old.value);
    const parts = partsOf(row);
    if (parts === undefined) return { ...row, value };
    return { ...row, value, perThread: partsSince(parts, partsOf(old) ?? [], subtract) };
  });
  return Object.freeze({
    definition: now.definition,
    series,
  }) as MetricSnapshot;
}

type Subtractor = (now: unknown, before: unknown) => unknown;

function partsSince(
  now: readonly ThreadValue<unknown>[],
  before: readonly ThreadValue<unknown>[],
  subtract: Subtractor,
): ThreadValue<unknown>[] {
  const known = new Map(before.map((part) => [part.slot, part]));
  return now.map((part) => {
    const old = known.get(part.slot);
    return old === undefined ? part : { ...part, value: subtract(part.value, old.value) };
  });
}

function subtractorOf(definition: MetricDefinition): Subtractor {
  switch (definition.kind) {
    case "counter":
      return (now, before) => Math.max(0, (now as number) - (before as number));
    case "gauge":
      return (now) => now;
    case "histogram":
      return (now, before) => revive(now as HistogramData).since(revive(before as HistogramData));
    case "record": {
      const sums = Object.entries(definition.fields).filter(([, field]) => field.op === "sum").map((
        [name],
      ) => name);
      return (now, before) => {
        const value = { ...now as Record<string, number | bigint> };
        for (const name of sums) {
          value[name] = difference(value[name], (before as typeof value)[name]);
        }
        return value;
      };
    }
  }
}

function difference(now: number | bigint, before: number | bigint): number | bigint {
  return typeof now === "bigint"
    // A sum modulo 2^64 may have fallen, or have come round.
    ? BigInt.asIntN(64, now - (before as bigint))
    : saturate(now - (before as number));
}

/** The metrics as they were before structured cloning, which takes histograms' values their methods. */
function reviveAll<Metrics extends SnapshotData["metrics"]>(metrics: Metrics): Metrics {
  const isWhole = Object.values(metrics).every((metric) =>
    metric.definition.kind !== "histogram" ||
    (metric.series.every(isAlive) && threadsOf(metric).every(isAliveValue))
  );
  if (isWhole) return metrics;
  const revived = Object.entries(metrics).map(([name, metric]) => {
    if (metric.definition.kind !== "histogram") return [name, metric];
    return [
      name,
      Object.freeze({
        ...metric,
        series: Object.freeze(metric.series.map(reviveRow)),
        ...(Object.hasOwn(metric, "threads") && { threads: threadsOf(metric).map(reviveValue) }),
      }),
    ];
  });
  return Object.freeze(Object.fromEntries(revived));
}

type Row = MetricSnapshot["series"][number];

/** What each thread has counted, if the row tells: as its own property. */
function partsOf(row: Row): Row["perThread"] {
  return Object.hasOwn(row, "perThread") ? row.perThread : undefined;
}

/** What each thread has counted in all series, if the metric tells: as its own property. */
function threadsOf(metric: MetricSnapshot): readonly ThreadValue<unknown>[] {
  return Object.hasOwn(metric, "threads") ? metric.threads ?? [] : [];
}

function isAlive(row: Row): boolean {
  return [{ value: row.value }, ...(partsOf(row) ?? [])].every(isAliveValue);
}

function isAliveValue({ value }: { readonly value: unknown }): boolean {
  return value instanceof HistogramValue;
}

function reviveValue<Part extends { readonly value: unknown }>(part: Part): Part {
  return { ...part, value: revive(part.value as HistogramData) };
}

function reviveRow(row: Row): unknown {
  const value = revive(row.value as unknown as HistogramData);
  const perThread = partsOf(row)?.map(reviveValue);
  return { ...row, value, ...(perThread && { perThread }) };
}

/** A histogram's value as it was before structured cloning. */
function revive(data: HistogramData): HistogramValue {
  return data instanceof HistogramValue ? data : new HistogramValue(data);
}
