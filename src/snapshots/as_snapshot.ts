/**
 * Recognizes snapshots, and restores those that came by message.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { isArray, lookAt } from "../base/shapes.ts";
import { isExactName } from "../schema/names.ts";
import { isMetricKind } from "./arithmetic.ts";
import { Snapshot } from "./snapshot.ts";
import type { MetricSnapshot, Row, SnapshotData } from "./snapshot_data.ts";

/**
 * A snapshot, or the data of one with its methods restored.
 *
 * @throws {TypeError} If the value is neither.
 */
export function asSnapshot(action: string, given: unknown): Snapshot {
  if (lookAt(() => given instanceof Snapshot)) return given as Snapshot;
  if (lookAt(() => isComplete(given))) return new Snapshot(given as SnapshotData);
  throw new TypeError(cannot(action, "it must come from snapshot()", given));
}

/**
 * Whether a value has all properties on which exporters rely. Anybody may have sent a message, so
 * its content is checked.
 */
function isComplete(given: unknown): boolean {
  const { metrics, self, threads } = Object(given) as Partial<SnapshotData>;
  return isObject(metrics) && isObject(self) && isArray(threads) &&
    Object.values<unknown>(metrics).every(isMetric);
}

function isMetric(given: unknown): boolean {
  const { definition, series } = Object(given) as Partial<MetricSnapshot>;
  return isObject(definition) && isMetricKind(definition.kind) &&
    (definition.name === undefined || isExactName(definition.name)) &&
    isArray(definition.labels) && isArray(series) && series.every(isRow);
}

function isRow(given: unknown): boolean {
  const { id, labels, value } = Object(given) as Partial<Row>;
  return typeof id === "number" && isObject(labels) && value !== undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
