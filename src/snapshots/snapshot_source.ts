/**
 * What exporters take their snapshots from.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { hasMethod } from "../base/shapes.ts";
import type { Snapshot } from "./snapshot.ts";
import type { SnapshotOptions } from "./take_snapshot.ts";
import { asSnapshot } from "./as_snapshot.ts";

/** Where snapshots come from: a {@linkcode ThreadStats}, or a view of one. */
export interface MetricSource {
  /** Takes a snapshot. */
  snapshot(options?: SnapshotOptions): Snapshot;
}

/**
 * Checks a source, and takes the first snapshot of it.
 *
 * @throws {TypeError} When it is none.
 */
export function firstSnapshot(action: string, stats: MetricSource): Snapshot {
  if (!hasMethod(stats, "snapshot")) {
    throw new TypeError(cannot(action, "it needs a ThreadStats or a view of one", stats));
  }
  return asSnapshot(action, stats.snapshot());
}
