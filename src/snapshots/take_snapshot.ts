/**
 * Takes snapshots.
 *
 * @module
 */
import type { OptionNames } from "../base/options.ts";
import type { Arena } from "../memory/arena.ts";
import {
  H_MAX_THREADS,
  H_OTHER_MEMORIES,
  H_READ_RETRIES,
  H_REFUSED_UPDATES,
  H_STARTED,
} from "../memory/layout.ts";
import type { Metric } from "../metrics/metric.ts";
import type { SchemaDefinition } from "../schema/definitions.ts";
import type { CellSegments } from "../threads/cell_segments.ts";
import type { ThreadInfo } from "../threads/control_word.ts";
import { Walk } from "../threads/walk.ts";
import { readClocks } from "./elapsed.ts";
import { Snapshot } from "./snapshot.ts";
import type { MetricSnapshot, SelfMetrics, SnapshotData } from "./snapshot_data.ts";

/** Options of {@linkcode ThreadStats.snapshot}. */
export interface SnapshotOptions {
  /**
   * Whether each series has a property `perThread` with each thread's part.
   *
   * @default {false}
   */
  perThread?: boolean;
  /**
   * Whether each metric has a property `threads` with each thread's total over all series. With many
   * series this costs much less than `perThread`: about as much as the snapshot itself.
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

/**
 * Takes a snapshot. Any thread. Cost: proportional to live buckets times threads that have cells
 * for them, and never more than proportional to the bytes of the memory.
 */
export function takeSnapshot<Metrics extends SchemaDefinition>(
  arena: Arena,
  metrics: readonly Metric[],
  { threads, cells, perThread = false, threadTotals = false }: SnapshotOptions & {
    threads: readonly ThreadInfo[];
    cells: CellSegments;
  },
): Snapshot<Metrics> {
  const { takenAt, assign } = readClocks();
  const byName: Record<string, MetricSnapshot> = {};
  const series: Record<string, number> = {};
  const overflowed: Record<string, number> = {};
  const collected = collectAll(metrics, {
    walk: new Walk(arena, cells),
    perThread,
    threadTotals,
  });
  for (const [n, { name, definition, buckets }] of metrics.entries()) {
    const { rows, threads } = collected[n];
    // The rows are not frozen: freezing costs JavaScriptCore 300-900 ns a row.
    byName[name] = Object.freeze({ definition, series: rows, ...(threads && { threads }) });
    series[name] = rows.length;
    if (definition.labels.length > 0) overflowed[name] = buckets.overflowed();
  }
  const snapshot = new Snapshot<Metrics>({
    startedAt: arena.views().f64[H_STARTED],
    takenAt,
    threads: Object.freeze(threads),
    metrics: Object.freeze(byName) as SnapshotData<Metrics>["metrics"],
    self: selfMetricsOf(arena, { threads, series, overflowed }),
  });
  assign(snapshot);
  return snapshot;
}

/** The series of each metric, and the threads' totals if they are wanted. */
function collectAll(
  metrics: readonly Metric[],
  { walk, perThread, threadTotals }: { walk: Walk; perThread: boolean; threadTotals: boolean },
): { rows: MetricSnapshot["series"]; threads: MetricSnapshot["threads"] }[] {
  try {
    return metrics.map(({ buckets }) => ({
      rows: buckets.collect({ walk, perThread }) as MetricSnapshot["series"],
      threads: threadTotals ? buckets.threadTotals(walk) as MetricSnapshot["threads"] : undefined,
    }));
  } catch (error) {
    // A failed snapshot would otherwise keep what it read of damaged memory, and each try add more.
    for (const { buckets } of metrics) buckets.forget();
    throw error;
  }
}

function selfMetricsOf(
  arena: Arena,
  { threads, series, overflowed }:
    & { threads: readonly ThreadInfo[] }
    & Pick<SelfMetrics, "series" | "overflowed">,
): SelfMetrics {
  const { i32 } = arena.views();
  return Object.freeze({
    threads: Object.freeze(countStates(threads)),
    // Unordered: written before the memory is shared, and never again.
    maxThreads: i32[H_MAX_THREADS],
    arena: Object.freeze({
      usedBytes: arena.bytesUsed,
      reservedBytes: arena.byteLength,
      maxBytes: arena.maxByteLength,
    }),
    series: Object.freeze(series),
    overflowed: Object.freeze(overflowed),
    // SeqCst, with the `Atomics.add` of writers, readers and joins. Each counter stands alone: it
    // orders no other access.
    refusedUpdates: Atomics.load(i32, H_REFUSED_UPDATES) >>> 0,
    readRetries: Atomics.load(i32, H_READ_RETRIES) >>> 0,
    otherMemories: Atomics.load(i32, H_OTHER_MEMORIES) >>> 0,
  });
}

function countStates(threads: readonly ThreadInfo[]): Record<ThreadInfo["state"], number> {
  const counts = { active: 0, reserved: 0, retired: 0, revoked: 0 };
  for (const { state } of threads) counts[state]++;
  return counts;
}
