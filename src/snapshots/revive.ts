/**
 * Values of a snapshot after structured cloning, which removes their prototypes and methods.
 *
 * @module
 */
import { arithmeticOf, type Reviver } from "./arithmetic.ts";
import { assertSeries } from "./series_shape.ts";
import { type Row, type SnapshotData, threadPartsOf } from "./snapshot_data.ts";

/**
 * The metrics with the methods of their values; the same object if no value lacks them.
 *
 * @throws {TypeError} If a row has a value that no snapshot has.
 */
export function reviveMetrics<Metrics extends SnapshotData["metrics"]>(metrics: Metrics): Metrics {
  let isIntact = true;
  const revived = Object.entries(metrics).map(([name, metric]) => {
    const reviver = arithmeticOf(metric.definition)?.reviver;
    const rows = metric.series as readonly Row[];
    const threads = Object.hasOwn(metric, "threads") ? metric.threads : undefined;
    const isWhole = reviver === undefined ||
      (rows.every((row) => isIntactRow(row, reviver)) &&
        (threads ?? []).every(({ value }) => reviver.isIntact(value)));
    if (isWhole) return [name, metric];
    assertSeries("make a snapshot", name, metric);
    isIntact = false;
    const series = Object.freeze(rows.map((row) => reviveRow(row, reviver)));
    const parts = threads?.map((part) => ({ ...part, value: reviver.revive(part.value) }));
    return [name, Object.freeze({ ...metric, series, ...(parts && { threads: parts }) })];
  });
  return isIntact ? metrics : Object.freeze(Object.fromEntries(revived));
}

function isIntactRow(row: Row, { isIntact }: Reviver<unknown>): boolean {
  if (typeof row !== "object" || row === null) return false;
  const parts = threadPartsOf(row) ?? [];
  return isIntact(row.value) && Array.isArray(parts) &&
    parts.every((part) => isIntact(part?.value));
}

function reviveRow(row: Row, { revive }: Reviver<unknown>): Row {
  const value = revive(row.value);
  const perThread = threadPartsOf(row)?.map((part) => ({ ...part, value: revive(part.value) }));
  return { ...row, value, ...(perThread && { perThread }) };
}
