/**
 * The series of a metric as columns: what a row has for each series stands here in an array for
 * all. To make 10,000 rows takes longer than to read what is in them.
 *
 * @module
 */
import type { Exemplar } from "./exemplars/exemplar.ts";
import type { SeriesSnapshot, SeriesValue } from "./series_values.ts";

/** The series that there were at one time, in rising order of ids. Never changed once it is made. */
export interface SeriesList {
  readonly ids: Int32Array;
  readonly epochs: Int32Array;
  readonly labels: readonly SeriesSnapshot<number>["labels"][];
}

/** Series with their values at one time. */
export interface SeriesColumns {
  /** The same object as the time before if there were the same series in the same epochs. */
  readonly list: SeriesList;
  readonly values: Float64Array;
  /** The latest exemplars of the series that have some, by the index of the series. */
  readonly exemplars: ReadonlyMap<number, readonly Exemplar[]> | undefined;
}

/** One series as a row. */
export function rowAt(
  { list: { ids, labels, epochs }, values, exemplars }: SeriesColumns,
  n: number,
): SeriesSnapshot<number> {
  const own = exemplars?.get(n);
  const row = { id: ids[n], labels: labels[n], value: values[n], epoch: epochs[n] };
  return own === undefined ? row : { ...row, exemplars: own };
}

/** All series as a reader gives them, without epochs. */
export function seriesOf(columns: SeriesColumns): SeriesValue<number>[] {
  const { list: { ids, labels }, values, exemplars } = columns;
  const series: SeriesValue<number>[] = [];
  for (let n = 0; n < values.length; n++) {
    const own = exemplars?.get(n);
    const one = { id: ids[n], labels: labels[n], value: values[n] };
    series.push(own === undefined ? one : { ...one, exemplars: own });
  }
  return series;
}

/** All series as rows. */
export function rowsOf(columns: SeriesColumns): SeriesSnapshot<number>[] {
  const { list: { ids, labels, epochs }, values, exemplars } = columns;
  const rows: SeriesSnapshot<number>[] = [];
  for (let n = 0; n < values.length; n++) {
    if (exemplars !== undefined && exemplars.has(n)) rows.push(rowAt(columns, n));
    else rows.push({ id: ids[n], labels: labels[n], value: values[n], epoch: epochs[n] });
  }
  return rows;
}
