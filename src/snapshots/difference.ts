/**
 * The difference of one metric in two snapshots.
 *
 * @module
 */
import type { ThreadValue } from "../metrics/bucket_reader.ts";
import { arithmeticOf } from "./arithmetic.ts";
import { type MetricSnapshot, type Row, threadPartsOf } from "./snapshot_data.ts";

type Subtractor = (later: unknown, earlier: unknown) => unknown;

/**
 * Subtracts an earlier state of a metric from a later one. A bucket with another epoch was cleared,
 * or destroyed and created again in between; it is kept whole, as is a new bucket.
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
    if (parts === undefined) return { ...row, value };
    const perThread = subtractParts(parts, threadPartsOf(before) ?? [], subtract);
    return { ...row, value, perThread };
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
    return before === undefined ? part : { ...part, value: subtract(part.value, before.value) };
  });
}

function keepLater(later: unknown): unknown {
  return later;
}
