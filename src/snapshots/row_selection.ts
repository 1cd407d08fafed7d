/**
 * Which rows of a metric a caller has selected. Series are named as in the metric's reader.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { isPlain } from "../base/shapes.ts";
import type { SeriesSelection } from "../metrics/reader_types.ts";
import { LabelCheck } from "../schema/label_values.ts";
import type { MetricSnapshot, Row } from "./snapshot_data.ts";

/** Whether a row of some snapshot is selected. */
export type RowTest = (row: Row) => boolean;

/**
 * Makes the test of a selection: without one all rows are selected.
 *
 * @param action What the caller does, for the error's text.
 * @param latest The metric in the latest snapshot, in which a series has its id. Ids are used
 * again, so in other snapshots a series is recognized by its labels.
 * @param selection An id, all labels of one series, or labels that several series have.
 * @throws {TypeError} If the selection has the wrong shape, or a label that the metric does not
 * have.
 * @throws {RangeError} If no series of the latest snapshot has the id.
 */
export function selectRows(
  action: string,
  latest: MetricSnapshot,
  selection: SeriesSelection<string> | undefined,
): RowTest {
  if (selection === undefined) return () => true;
  return typeof selection === "number"
    ? selectById(action, latest, selection)
    : selectByLabels(action, latest, selection);
}

function selectById(action: string, { series }: MetricSnapshot, id: number): RowTest {
  const found = (series as readonly Row[]).find((row) => row.id === id);
  if (found === undefined) {
    throw new RangeError(
      cannot(action, "the series must be live", got(`${id}, which the latest snapshot has not`)),
    );
  }
  const wanted = Object.entries(found.labels);
  return wanted.length === 0
    ? (row) => row.id === id && Object.keys(row.labels).length === 0
    : (row) => hasLabels(row, wanted);
}

function selectByLabels(
  action: string,
  { definition }: MetricSnapshot,
  given: Readonly<Partial<Record<string, string>>>,
): RowTest {
  if (!isPlain(given)) throw new TypeError(cannot(action, "the labels must be an object", given));
  const { labels, isComplete } = new LabelCheck(definition.labels).takeSome(action, given);
  const wanted = Object.entries(labels);
  const isTooLong = wanted.some(([, value]) => value.length > definition.maxLabelLength);
  // As for the metric's reader: all labels, of which one is too long, mean the overflow series.
  return isComplete && isTooLong
    ? (row) => hasLabels(row, [["otel_metric_overflow", "true"]])
    : (row) => hasLabels(row, wanted);
}

function hasLabels(
  { labels }: Row,
  wanted: readonly (readonly [string, string | undefined])[],
): boolean {
  return wanted.every(([name, value]) => labels[name] === value);
}
