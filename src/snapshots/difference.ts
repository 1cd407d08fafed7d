/**
 * The difference of one metric in two snapshots.
 *
 * @module
 */
import type { ThreadValue } from "../metrics/series_values.ts";
import { arithmeticOf } from "./arithmetic.ts";
import { withNewExemplars } from "./exemplars.ts";
import { type MetricSnapshot, type Row, threadPartsOf } from "./snapshot_data.ts";

type Subtractor = (later: unknown, earlier: unknown) => unknown;

/**
 * Subtracts an earlier state of a metric from a later one. A bucket with another epoch was cleared,
 * or destroyed and created again in between; it is kept whole, as is a new bucket. Exemplars that
 * the earlier state has too are left out.
 */
export function differenceOf(later: MetricSnapshot, earlier: MetricSnapshot): MetricSnapshot {
  const { definition } = later;
  const known = new Map((earlier.series as readonly Row[]).map((row) => [row.id, row]));
  const subtract = arithmeticOf(definition)?.subtractor(definition) ?? keepLater;
  const series = (later.series as readonly Row[]).map((row) => {
    const before = known.get(row.id);
    if (before === undefined || before.epoch !== row.epoch) return row;
    const value = subtract(row.value, before.value);
    const parts = threadPartsOf(row);
    if (parts === undefined) return withNewExemplars({ ...row, value }, before);
    const perThread = subtractParts(parts, threadPartsOf(before) ?? [], subtract);
    return withNewExemplars({ ...row, value, perThread }, before);
  });
  return Object.freeze({ definition, series }) as MetricSnapshot;
}

function subtractParts(
  later: readonly ThreadValue<unknown>[],
  earlier: readonly ThreadValue<unknown>[],
  subtract: Subtractor,
): ThreadValue<unknown>[] {
  const known = new Map(earlier.map((part) => [part.slot, part]));
  return later.map((part) => {
    const before = known.get(part.slot);
    if (before === undefined) return part;
    const value = subtract(part.value, before.value);
    return withNewExemplars({ ...part, value }, before);
  });
}

function keepLater(later: unknown): unknown {
  return later;
}
