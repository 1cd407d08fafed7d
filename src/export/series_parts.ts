/**
 * The series of a family, in parts of consecutive ids, as columns: those of a snapshot whose rows
 * nobody has read, or columns that are made of rows, for one part at a time.
 *
 * @module
 */
import type { Exemplar } from "../metrics/exemplars/exemplar.ts";
import { rowAt } from "../metrics/series_columns.ts";
import type { Row } from "../snapshots/snapshot_data.ts";
import { type Family, valueOf } from "./family.ts";

/** The series from index `from` to before `to` of these columns. */
export interface SeriesPart {
  /** The number of the part: the ids divided by their number in a part. */
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly ids: ArrayLike<number>;
  readonly epochs: ArrayLike<number>;
  readonly labels: readonly Row["labels"][];
  readonly values: ArrayLike<unknown>;
  /** By index; `undefined` if no series of the part has one. */
  readonly exemplars: ReadonlyMap<number, readonly Exemplar[]> | undefined;
  /** A series as a row. */
  rowAt(n: number): Row;
}

/**
 * The parts in the order of the series. Only one of them is in memory if they are made of rows.
 *
 * @param size The number of ids in a part.
 */
export function* seriesParts(family: Family, size: number): Generator<SeriesPart> {
  const { columns } = family;
  if (columns === undefined) {
    yield* partsOfRows(family, size);
    return;
  }
  const { list: { ids, epochs, labels }, values, exemplars } = columns;
  for (let from = 0, to = 0; from < ids.length; from = to) {
    const number = Math.floor(ids[from] / size);
    while (to < ids.length && ids[to] < (number + 1) * size) to++;
    yield {
      ...{ number, from, to, ids, epochs, labels, values, exemplars },
      rowAt: (n) => rowAt(columns, n),
    };
  }
}

function* partsOfRows(family: Family, size: number): Generator<SeriesPart> {
  let part = partOf(family, -1);
  for (const row of family.rows) {
    const number = Math.floor(row.id / size);
    if (number !== part.number) {
      if (part.to > 0) yield part;
      part = partOf(family, number);
    }
    part.add(row);
  }
  if (part.to > 0) yield part;
}

/** An empty part, to which rows can be added. */
function partOf(family: Family, number: number): SeriesPart & { add(row: Row): void } {
  const rows: Row[] = [];
  const ids: number[] = [];
  const epochs: number[] = [];
  const labels: Row["labels"][] = [];
  const values: unknown[] = [];
  const exemplars = new Map<number, readonly Exemplar[]>();
  return {
    ...{ number, from: 0, ids, epochs, labels, values },
    get to() {
      return rows.length;
    },
    get exemplars() {
      return exemplars.size === 0 ? undefined : exemplars;
    },
    rowAt: (n) => rows[n],
    add(row) {
      if (row.exemplars !== undefined) exemplars.set(rows.length, row.exemplars);
      rows.push(row);
      ids.push(row.id);
      epochs.push(row.epoch);
      labels.push(row.labels);
      values.push(valueOf(family, row));
    },
  };
}
