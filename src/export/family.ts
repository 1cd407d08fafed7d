/**
 * A family: the series of one metric, or of one field of a record, under one exported name.
 *
 * @module
 */
import type { SeriesColumns } from "../metrics/series_columns.ts";
import type { ThreadValue } from "../metrics/series_values.ts";
import type { FamilyName } from "../schema/exported_names.ts";
import type { HistogramBins } from "../schema/histogram.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { Row } from "../snapshots/snapshot_data.ts";

/** A family with its series. */
export interface Family extends FamilyName {
  /** The description. */
  readonly help: string;
  /** The bins of a histogram. */
  readonly bins: HistogramBins | undefined;
  /** The definition of the metric; `undefined` for metrics that no schema defines. */
  readonly definition: MetricDefinition | undefined;
  /** Whether to show each thread's part, with or without the option `perThread`. */
  readonly isByThread: boolean;
  /** Whether all values are integers, in a family that no schema defines. */
  readonly isInteger: boolean;
  /** The series. Use {@linkcode valueOf} for their values: a record's row has all fields. */
  readonly rows: readonly Row[];
  /** The same as columns, as long as nobody has read the rows. */
  readonly columns: SeriesColumns | undefined;
  /** The number of series. */
  readonly size: number;
}

/** The value of a series, or of one thread's part of it: of a record, the family's field. */
export function valueOf({ field }: FamilyName, { value }: Row | ThreadValue<unknown>): unknown {
  return field === undefined ? value : (value as Record<string, unknown>)[field];
}

/** Identifies a family among all families of the same statistics, in every snapshot. */
export function familyKey({ metric, field }: FamilyName): string {
  return field === undefined ? metric : `${metric} ${field}`;
}

/** A family of counters or gauges that no schema defines. */
export function plainFamily(
  name: Pick<FamilyName, "kind" | "name" | "unit">,
  help: string,
  values: readonly { labels: Row["labels"]; value: number }[],
  { isInteger = true }: { readonly isInteger?: boolean } = {},
): Family {
  return {
    ...{ metric: name.name, field: undefined, bins: undefined, definition: undefined },
    ...{ isByThread: false, isInteger },
    ...name,
    textName: name.kind === "counter" ? `${name.name}_total` : name.name,
    help,
    columns: undefined,
    size: values.length,
    rows: values.map(({ labels, value }, id) => ({ id, labels, value, epoch: 1 })),
  };
}
