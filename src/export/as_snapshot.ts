/**
 * Telling whether something is a snapshot, and giving one that came by a message its methods back.
 *
 * @module
 */
import { cannot } from "../errors.ts";
import { Snapshot, type SnapshotData } from "../snapshots/snapshot.ts";

/**
 * A snapshot, with the methods of its values.
 *
 * @throws {TypeError} When it is none, nor the data of one.
 */
export function asSnapshot(what: string, given: unknown): Snapshot {
  if (given instanceof Snapshot) return given;
  const { metrics, self } = (given ?? {}) as Partial<SnapshotData>;
  if (
    typeof metrics !== "object" || metrics === null || typeof self !== "object" || self === null
  ) {
    throw new TypeError(cannot(what, "it must come from snapshot()", given));
  }
  return new Snapshot(given as SnapshotData);
}
