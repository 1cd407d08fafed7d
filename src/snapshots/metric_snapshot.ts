/**
 * Makes the entries of metrics in snapshots. The rows of a metric with many series are made when
 * somebody reads them: exporters read the columns, and of most snapshots a program reads little.
 * They show what was read when the snapshot was taken, since nobody changes the columns.
 *
 * @module
 */
import { rowsOf, type SeriesColumns } from "../metrics/series_columns.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { MetricSnapshot } from "./snapshot_data.ts";

const PRINTING_HOOK = Symbol.for("nodejs.util.inspect.custom");

/** Metrics with fewer series get their rows at once. */
const MIN_LATER = 64;

/** The columns of metrics whose rows nobody has read. */
const unread = new WeakMap<object, SeriesColumns>();

/** Makes the entry of a metric. */
export function metricSnapshot(
  definition: MetricDefinition,
  given: MetricSnapshot["series"] | SeriesColumns,
  threads: MetricSnapshot["threads"] | undefined,
): MetricSnapshot {
  const rest = threads === undefined ? {} : { threads };
  const columns = Array.isArray(given) ? undefined : given as SeriesColumns;
  if (columns === undefined || columns.values.length < MIN_LATER) {
    // The rows are not frozen: freezing costs JavaScriptCore 300-900 ns a row.
    const series = columns === undefined ? given : rowsOf(columns);
    return Object.freeze({ definition, series, ...rest }) as MetricSnapshot;
  }
  let series: MetricSnapshot["series"] | undefined;
  const metric = {
    definition,
    get series() {
      if (series === undefined) {
        series = rowsOf(unread.get(metric)!) as MetricSnapshot["series"];
        unread.delete(metric);
      }
      return series;
    },
    ...rest,
  };
  unread.set(metric, columns);
  Object.defineProperty(metric, PRINTING_HOOK, { value: copy });
  return Object.freeze(metric);
}

/**
 * The series of a metric as columns; `undefined` if they have been made into rows. Those may have
 * been changed since, by whoever has the snapshot.
 */
export function columnsOf(metric: MetricSnapshot): SeriesColumns | undefined {
  return unread.get(metric);
}

/** What `console.log` prints: the rows in place of `[Getter]`. All runtimes print what it returns. */
function copy(this: MetricSnapshot): MetricSnapshot {
  return { ...this };
}
