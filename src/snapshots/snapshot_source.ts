/**
 * The source from which windows and exporters take their snapshots.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { hasMethod } from "../base/shapes.ts";
import type { SchemaDefinition } from "../schema/definitions.ts";
import { asSnapshot } from "./as_snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import type { SnapshotOptions } from "./take_snapshot.ts";

/**
 * A source of snapshots: a {@linkcode ThreadStats}, or a view of one.
 *
 * @typeParam Metrics The definitions of the schema.
 */
export interface SnapshotSource<Metrics extends SchemaDefinition = SchemaDefinition> {
  /** Takes a snapshot. */
  snapshot(options?: SnapshotOptions): Snapshot<Metrics>;
}

/**
 * Checks that a value is a source of snapshots.
 *
 * @throws {TypeError} If it has no method `snapshot`.
 */
export function assertSource(action: string, source: unknown): void {
  if (hasMethod(source, "snapshot")) return;
  const required = "the source must be a ThreadStats or a view of one";
  throw new TypeError(cannot(action, required, source));
}

/**
 * Checks a source, and takes a first snapshot from it.
 *
 * @throws {TypeError} If the source has no method `snapshot`, or the method returns no snapshot.
 */
export function firstSnapshot(action: string, source: SnapshotSource): Snapshot {
  assertSource(action, source);
  return asSnapshot(action, source.snapshot());
}
