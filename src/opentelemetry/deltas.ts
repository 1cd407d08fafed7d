/**
 * The differences between successive collections, for delta temporality.
 *
 * @module
 */
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import { meterOriginOf } from "../schema/meter_origin.ts";
import { Snapshot } from "../snapshots/snapshot.ts";
import type { MetricSnapshot, Row, SelfMetrics, SnapshotData } from "../snapshots/snapshot_data.ts";

/** Makes the differences of successive snapshots. Their sum is the latest snapshot. */
export class Deltas {
  /** The sum of all deltas so far. */
  #reported: Snapshot | undefined;

  /** Whether there was no delta yet. */
  get isEmpty(): boolean {
    return this.#reported === undefined;
  }

  /** The difference to the previous snapshot; the first time, the whole snapshot. */
  next(now: Snapshot): Snapshot {
    const reported = this.#reported;
    let delta = now;
    if (reported !== undefined) {
      const since = now.since(reported);
      delta = new Snapshot({
        ...since,
        metrics: withCumulative(since.metrics, now.metrics),
        self: selfSince(now.self, reported.self),
      });
    }
    const metrics = Object.entries<MetricSnapshot>(now.metrics).map(([name, metric]) => {
      if (metric.definition.kind !== "histogram") return [name, metric];
      // A metric may have been defined since.
      const earlier = ownOf(reported?.metrics, name)?.series;
      const known = new Map(earlier?.map((row) => [row.id, row]));
      const series = (metric.series as readonly Row[]).flatMap((row, n) => {
        const previous = known.get(row.id);
        const before = previous?.epoch === row.epoch ? previous : undefined;
        return reportedOf(row, { delta: delta.metrics[name].series[n], before }) ?? [];
      });
      return [name, { ...metric, series }];
    });
    this.#reported = new Snapshot({
      ...now,
      metrics: Object.fromEntries(metrics) as SnapshotData["metrics"],
    });
    return delta;
  }
}

/** The differences, but up-down counters as they are: their sums are cumulative always. */
function withCumulative(
  since: SnapshotData["metrics"],
  now: SnapshotData["metrics"],
): SnapshotData["metrics"] {
  const entries = Object.entries<MetricSnapshot>(now).map(([name, metric]) => {
    const isCumulative = meterOriginOf(metric.definition)?.instrument === "upDownCounter";
    return [name, isCumulative ? metric : since[name]];
  });
  return Object.fromEntries(entries);
}

/**
 * The part of a histogram's row that its deltas have reported once `delta` is exported.
 *
 * A delta without values reports nothing, although its sum may contain an update in flight, whose
 * sum was written before its bin. The row then stays as reported before, so that the next delta
 * contains that part of the sum.
 */
function reportedOf(
  row: Row,
  { delta, before }: { delta: Row; before: Row | undefined },
): Row | undefined {
  const parts = delta.perThread;
  if (parts === undefined) return isEmpty(delta) ? before : row;
  const known = new Map(before?.perThread?.map((part) => [part.slot, part]));
  const perThread = row.perThread!.flatMap((part, n) =>
    isEmpty(parts[n]) ? known.get(part.slot) ?? [] : part
  );
  return { ...row, perThread };
}

/** An own property: a metric may be called `toString`. */
function ownOf<Value>(
  byName: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined {
  return byName !== undefined && Object.hasOwn(byName, name) ? byName[name] : undefined;
}

function isEmpty({ value }: { readonly value: unknown }): boolean {
  return (value as HistogramValue).count === 0;
}

/** The difference of the library's own counters; its gauges keep their value. */
function selfSince(now: SelfMetrics, reported: SelfMetrics): SelfMetrics {
  const overflowed = Object.entries(now.overflowed).map(([name, count]) => [
    name,
    count - (ownOf(reported.overflowed, name) ?? 0),
  ]);
  return {
    ...now,
    overflowed: Object.fromEntries(overflowed),
    // These counters wrap at 2^32.
    refusedUpdates: (now.refusedUpdates - reported.refusedUpdates) >>> 0,
    readRetries: (now.readRetries - reported.readRetries) >>> 0,
    otherMemories: ((now.otherMemories ?? 0) - (reported.otherMemories ?? 0)) >>> 0,
  };
}
