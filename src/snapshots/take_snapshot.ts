/**
 * Taking a snapshot.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { H_MAX_THREADS, H_READ_RETRIES, H_REFUSED_UPDATES, H_STARTED } from "../memory/layout.ts";
import type { Metric } from "../metrics/metric.ts";
import type { SchemaDefinition } from "../schema/schema.ts";
import type { OptionNames } from "../base/options.ts";
import type { ThreadInfo } from "../threads/slot_directory.ts";
import { takeTime } from "./elapsed.ts";
import { type MetricSnapshot, type SelfMetrics, Snapshot, type SnapshotData } from "./snapshot.ts";

/** Options of {@linkcode ThreadStats.snapshot}. */
export interface SnapshotOptions {
  /**
   * Whether each series tells what each thread has counted.
   *
   * @default {false}
   */
  perThread?: boolean;
  /**
   * Whether each metric tells what each thread has counted in all its series together: with many series much cheaper than
   * `perThread`, about as much as the snapshot itself.
   *
   * @default {false}
   */
  threadTotals?: boolean;
}

/** The names of the options. */
export const SNAPSHOT_OPTIONS: OptionNames<SnapshotOptions> = {
  perThread: true,
  threadTotals: true,
};

/** Takes a snapshot. Cost: live buckets times slots in use. */
export function takeSnapshot<Metrics extends SchemaDefinition>(
  arena: Arena,
  homes: Iterable<Metric>,
  { threads, perThread = false, threadTotals = false }: SnapshotOptions & {
    threads: readonly ThreadInfo[];
  },
): Snapshot<Metrics> {
  const { takenAt, note } = takeTime();
  const metrics: Record<string, MetricSnapshot> = {};
  const series: Record<string, number> = {};
  const overflowed: Record<string, number> = {};
  for (const { name, definition, buckets } of homes) {
    const rows = buckets.collect({ perThread }) as MetricSnapshot["series"];
    // The rows are not frozen: that costs JavaScriptCore 300-900 ns each.
    metrics[name] = Object.freeze(
      threadTotals
        ? {
          definition,
          series: rows,
          threads: buckets.threadTotals() as MetricSnapshot["threads"],
        }
        : { definition, series: rows },
    );
    series[name] = rows.length;
    if (definition.labels.length > 0) overflowed[name] = buckets.overflowed();
  }
  const { i32, f64 } = arena.views();
  const self: SelfMetrics = Object.freeze({
    threads: Object.freeze(countStates(threads)),
    maxThreads: i32[H_MAX_THREADS],
    arena: Object.freeze({
      usedBytes: arena.bytesUsed,
      reservedBytes: arena.byteLength,
      maxBytes: arena.maxByteLength,
    }),
    series: Object.freeze(series),
    overflowed: Object.freeze(overflowed),
    refusedUpdates: Atomics.load(i32, H_REFUSED_UPDATES) >>> 0,
    readRetries: Atomics.load(i32, H_READ_RETRIES) >>> 0,
  });
  const snapshot = new Snapshot<Metrics>({
    startedAt: f64[H_STARTED],
    takenAt,
    threads: Object.freeze(threads),
    metrics: Object.freeze(metrics) as SnapshotData<Metrics>["metrics"],
    self,
  });
  note(snapshot);
  return snapshot;
}

function countStates(threads: readonly ThreadInfo[]): Record<ThreadInfo["state"], number> {
  const counts = { active: 0, reserved: 0, retired: 0, revoked: 0 };
  for (const { state } of threads) counts[state]++;
  return counts;
}
