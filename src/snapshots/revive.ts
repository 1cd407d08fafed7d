/**
 * Values of a snapshot after structured cloning, which removes their prototypes and methods.
 *
 * @module
 */
import { arithmeticOf } from "./arithmetic.ts";
import { type Row, type SnapshotData, threadPartsOf } from "./snapshot_data.ts";

type Revive = (value: unknown) => unknown;

/** The metrics with the methods of their values; the same object if no value lacks them. */
export function reviveMetrics<Metrics extends SnapshotData["metrics"]>(metrics: Metrics): Metrics {
  let isIntact = true;
  const revived = Object.entries(metrics).map(([name, metric]) => {
    const revive = arithmeticOf(metric.definition)?.revive;
    const rows = metric.series as readonly Row[];
    if (revive === undefined || rows.every((row) => isRevived(row, revive))) return [name, metric];
    isIntact = false;
    const series = Object.freeze(rows.map((row) => reviveRow(row, revive)));
    return [name, Object.freeze({ ...metric, series })];
  });
  return isIntact ? metrics : Object.freeze(Object.fromEntries(revived));
}

function isRevived(row: Row, revive: Revive): boolean {
  if (revive(row.value) !== row.value) return false;
  const parts = threadPartsOf(row);
  return parts === undefined || parts.every(({ value }) => revive(value) === value);
}

function reviveRow(row: Row, revive: Revive): Row {
  const value = revive(row.value);
  const perThread = threadPartsOf(row)?.map((part) => ({ ...part, value: revive(part.value) }));
  return { ...row, value, ...(perThread && { perThread }) };
}
