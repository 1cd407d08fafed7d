/**
 * What has happened between one collection and the next.
 *
 * @module
 */
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { Row } from "../export/families.ts";
import type { MetricSnapshot, SelfMetrics, SnapshotData } from "../snapshots/snapshot.ts";
import { Snapshot } from "../snapshots/snapshot.ts";

/** The differences of successive snapshots. What all of them tell adds up to the totals. */
export class Deltas {
  /** What was told so far. */
  #told: Snapshot | undefined;

  /** Whether nothing was told yet. */
  get isEmpty(): boolean {
    return this.#told === undefined;
  }

  /** What has happened since the snapshot before; all of it the first time. */
  next(now: Snapshot): Snapshot {
    const told = this.#told;
    let delta = now;
    if (told !== undefined) {
      delta = new Snapshot({ ...now.since(told), self: selfSince(now.self, told.self) });
    }
    const metrics = Object.entries<MetricSnapshot>(now.metrics).map(([name, metric]) => {
      if (metric.definition.kind !== "histogram") return [name, metric];
      const known = new Map(told?.metrics[name].series.map((row) => [row.id, row]));
      const series = metric.series.flatMap((row, n) => {
        const old = known.get(row.id);
        const before = old?.epoch === row.epoch ? old : undefined;
        return toldOf(row, { delta: delta.metrics[name].series[n], before }) ?? [];
      });
      return [name, { ...metric, series }];
    });
    this.#told = new Snapshot({
      ...now,
      metrics: Object.fromEntries(metrics) as SnapshotData["metrics"],
    });
    return delta;
  }
}

type HistogramRow = MetricSnapshot["series"][number];

/**
 * What is told of a histogram once its difference is. A difference without values tells nothing, though the sum may be ahead of the bins by an
 * update in flight: then the row counts from where it did, and the next difference has that part of the sum.
 */
function toldOf(
  row: HistogramRow,
  { delta, before }: { delta: HistogramRow; before: HistogramRow | undefined },
): HistogramRow | undefined {
  const parts = (delta as Row).perThread;
  if (parts === undefined) return isEmpty(delta) ? before : row;
  const old = new Map(before?.perThread?.map((part) => [part.slot, part]));
  const perThread = row.perThread!.flatMap((part, n) =>
    isEmpty(parts[n]) ? old.get(part.slot) ?? [] : part
  );
  return { ...row, perThread } as HistogramRow;
}

function isEmpty({ value }: { readonly value: unknown }): boolean {
  return (value as HistogramValue).count === 0;
}

/** The library's own figures: those that count, without what they were; the others as they are. */
function selfSince(now: SelfMetrics, told: SelfMetrics): SelfMetrics {
  const overflowed = Object.entries(now.overflowed).map(([name, count]) => [
    name,
    count - told.overflowed[name],
  ]);
  return {
    ...now,
    overflowed: Object.fromEntries(overflowed),
    // These two count modulo 2^32.
    refusedUpdates: (now.refusedUpdates - told.refusedUpdates) >>> 0,
    readRetries: (now.readRetries - told.readRetries) >>> 0,
  };
}
