/**
 * Taking a snapshot.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import {
  H_MAX_THREADS,
  H_OTHER_MEMORIES,
  H_READ_RETRIES,
  H_REFUSED_UPDATES,
  H_STARTED,
} from "../memory/layout.ts";
import type { Metric } from "../metrics/metric.ts";
import type { SchemaDefinition } from "../schema/schema.ts";
import type { OptionNames } from "../base/options.ts";
import type { CellSegments } from "../threads/cell_segments.ts";
import type { ThreadInfo } from "../threads/control_word.ts";
import { Walk } from "../threads/walk.ts";
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
}

/** The names of the options. */
export const SNAPSHOT_OPTIONS: OptionNames<SnapshotOptions> = { perThread: true };

/**
 * Takes a snapshot. Cost: live buckets times threads that have cells for them, and never more than
 * the memory has bytes.
 */
export function takeSnapshot<Metrics extends SchemaDefinition>(
  arena: Arena,
  homes: readonly Metric[],
  { threads, cells, perThread = false }: {
    threads: readonly ThreadInfo[];
    cells: CellSegments;
    perThread?: boolean;
  },
): Snapshot<Metrics> {
  const { takenAt, note } = takeTime();
  const metrics: Record<string, MetricSnapshot> = {};
  const series: Record<string, number> = {};
  const overflowed: Record<string, number> = {};
  const collected = collectAll(homes, { walk: new Walk(arena, cells), perThread });
  for (const [n, { name, definition, buckets }] of homes.entries()) {
    const rows = collected[n];
    // The rows are not frozen: that costs JavaScriptCore 300-900 ns each.
    metrics[name] = Object.freeze({ definition, series: rows });
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
    otherMemories: Atomics.load(i32, H_OTHER_MEMORIES) >>> 0,
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

/** The series of each metric. */
function collectAll(
  homes: readonly Metric[],
  options: { walk: Walk; perThread: boolean },
): MetricSnapshot["series"][] {
  try {
    return homes.map(({ buckets }) => buckets.collect(options) as MetricSnapshot["series"]);
  } catch (error) {
    // Else each try would add some more of what no memory of this size can hold.
    for (const { buckets } of homes) buckets.forget();
    throw error;
  }
}

function countStates(threads: readonly ThreadInfo[]): Record<ThreadInfo["state"], number> {
  const counts = { active: 0, reserved: 0, retired: 0, revoked: 0 };
  for (const { state } of threads) counts[state]++;
  return counts;
}
