/**
 * Telling whether something is a snapshot, and giving one that came by a message its methods back.
 *
 * @module
 */
import { isArray, lookAt } from "../base/shapes.ts";
import { cannot } from "../base/errors.ts";
import { type MetricSnapshot, Snapshot, type SnapshotData } from "./snapshot.ts";

/**
 * A snapshot, with the methods of its values.
 *
 * @throws {TypeError} When it is none, nor the data of one.
 */
export function asSnapshot(action: string, given: unknown): Snapshot {
  if (lookAt(() => given instanceof Snapshot)) return given as Snapshot;
  if (lookAt(() => isWhole(given))) return new Snapshot(given as SnapshotData);
  throw new TypeError(cannot(action, "it must come from snapshot()", given));
}

/**
 * Whether all that exporters rely on is there: what came by a message may have come from anybody.
 */
function isWhole(given: unknown): boolean {
  const { metrics, self, threads } = Object(given) as Partial<SnapshotData>;
  return isObject(metrics) && isObject(self) && isArray(threads) &&
    Object.values<unknown>(metrics).every(isMetric);
}

function isMetric(given: unknown): boolean {
  const { definition, series } = Object(given) as Partial<MetricSnapshot>;
  return isObject(definition) && KINDS.includes(definition.kind) &&
    isArray(definition.labels) && isArray(series) && series.every(isRow);
}

function isRow(given: unknown): boolean {
  const { id, labels, value } = Object(given) as Partial<MetricSnapshot["series"][number]>;
  return typeof id === "number" && isObject(labels) && value !== undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

const KINDS: readonly unknown[] = ["counter", "gauge", "histogram", "record"];
