/**
 * The series of one metric as one page's stream has them: which ones, in which order, and what is
 * new since the message before.
 *
 * @module
 */
import type { MetricDefinition } from "../schema/definitions.ts";
import type { MetricHistory } from "./metric_history.ts";
import type { Row } from "./series_history.ts";
import { encodeList, encodeRanges } from "./shared/numbers36.ts";
import type { DeltaMessage, SeriesInfo } from "./shared/protocol.ts";
import { compareValues, matches, type Order, parseOrder, parseSearch } from "./shared/search.ts";

/** So many series go to a page; of more, the first ones by the order that is asked for. */
export const MOST_SERIES = 10_000;
/**
 * Of more than these the choice is made anew each so many samples: what is in sight should not come
 * and go.
 */
const CHOICE_TICKS = 5;
/** Stands for a label that a series does not have. */
const NO_LABEL = "~";

/** What a page asks for. */
export interface SeriesQuery {
  readonly q: string;
  readonly sort: string;
}

/** Whether a metric has series that need a table: by labels, or by id. */
export function hasSeries({ labels, kind }: MetricDefinition): boolean {
  return labels.length > 0 || kind === "record";
}

/** Whether a series is the one that takes what is beyond the limit. */
export function isOverflow({ labels }: Row): boolean {
  return Object.hasOwn(labels, "otel_metric_overflow");
}

/** A series' labels in the order of the schema; what it does not have is `undefined`. */
export function labelsOf({ labels }: MetricDefinition, row: Row): (string | undefined)[] {
  const values = row.labels as Readonly<Record<string, string | undefined>>;
  return labels.map((label) => Object.hasOwn(values, label) ? values[label] : undefined);
}

/**
 * The series that match a search, in the order that is asked for. The overflow series is always
 * there, and last.
 */
export function chooseSeries(history: MetricHistory, { q, sort }: SeriesQuery): Row[] {
  const { definition, series } = history;
  const terms = parseSearch(q, definition.labels);
  const found = series.rows.filter((row) => {
    if (isOverflow(row)) return true;
    if (terms.length === 0) return true;
    const labels = labelsOf(definition, row).map((label) => (label ?? "").toLowerCase());
    return matches(labels.length > 0 ? labels : [`#${row.id}`], terms);
  });
  const order = parseOrder(sort, { key: "rate", down: true });
  const keys = new Map(found.map((row) => [row.id, sortValue(history, row, order)]));
  return found.sort((a, b) =>
    Number(isOverflow(a)) - Number(isOverflow(b)) ||
    compareValues(keys.get(a.id)!, keys.get(b.id)!, order.down) || a.id - b.id
  );
}

/** What a series is sorted by: a label, `total`, `rate` or a column. */
function sortValue(
  { definition, columns, series }: MetricHistory,
  row: Row,
  { key }: Order,
): string | number {
  const label = (definition.labels as readonly string[]).indexOf(key);
  if (label >= 0) return labelsOf(definition, row)[label] ?? "";
  if (key === "id") return row.id;
  const column = columns.findIndex(({ name }) => name === key);
  if (key === "total") return Number(series.value(0, row.id));
  if (column < 0) return series.weight(row.id);
  return columns[column].mode === "sum"
    ? series.rate(column, row.id)
    : Number(series.value(column, row.id));
}

/** The series of one stream. */
export class SeriesList {
  readonly #history: MetricHistory;
  readonly #query: SeriesQuery;
  /** In the order of the messages. */
  #ids: number[] = [];
  /** By id: the life that the page knows; 0: none. */
  readonly #epochs = new Map<number, number>();
  readonly #words: Map<string, number>[];
  #chosenAt = -Infinity;
  /** How many series are left out. */
  cut = 0;

  constructor(history: MetricHistory, query: SeriesQuery) {
    this.#history = history;
    this.#query = query;
    this.#words = history.definition.labels.map(() => new Map());
  }

  /** All of it, as of the latest sample. */
  full(n: number): SeriesInfo {
    if (this.#chosenAt === -Infinity) this.step(n);
    const { series, columns } = this.#history;
    const rows = this.#rowsById();
    const labels = this.#words.map((_, l) =>
      this.#ids.map((id) => this.#wordOf(l, rows.get(id))).join(" ")
    );
    const each = (value: (id: number) => number | bigint, usual: number) =>
      encodeList(this.#ids.map((id) => {
        const x = value(id);
        return Object.is(Number(x), usual) ? undefined : x;
      }));
    return {
      m: this.#history.name,
      dict: this.#words.map((words) => [...words.keys()]),
      ids: encodeRanges(this.#ids),
      labels,
      values: columns.map((_, c) => each((id) => series.value(c, id), 0)),
      rates: columns.flatMap(({ mode }, c) =>
        mode === "sum" ? [each((id) => hundredths(series.rate(c, id)), NaN)] : []
      ),
      overflow: series.rows.find(isOverflow)?.id ?? -1,
    };
  }

  /** What is new in sample `n`. To be called once for each. */
  step(n: number): NonNullable<DeltaMessage["series"]> {
    const { series, columns } = this.#history;
    const gone: number[] = [];
    const wanted = this.#wanted(n);
    this.#ids = this.#ids.filter((id) => {
      const epoch = this.#epochs.get(id)!;
      if (series.isAlive(id, epoch, n) && (wanted === undefined || wanted.has(id))) return true;
      this.#epochs.delete(id);
      gone.push(id);
      return false;
    });
    const known = this.#words.map((words) => words.size);
    const kept = this.#ids.length;
    const born: [number, string][] = [];
    for (const row of series.rows) {
      if (wanted !== undefined && !wanted.has(row.id)) continue;
      if (this.#epochs.has(row.id)) continue;
      this.#epochs.set(row.id, row.epoch);
      this.#ids.push(row.id);
      born.push([row.id, this.#words.map((_, l) => this.#wordOf(l, row)).join(" ")]);
    }
    const dict = this.#words.map((words, l) => [...words.keys()].slice(known[l]));
    const d = columns.map((_, c) =>
      encodeList(
        this.#ids.map((id, i) =>
          // A series that the page has not seen begins with all that it has.
          i < kept ? series.step(c, id) : series.value(c, id)
        ),
      )
    );
    return {
      d,
      ...(born.length > 0 && { born, overflow: series.rows.find(isOverflow)?.id ?? -1 }),
      ...(dict.some((words) => words.length > 0) && { dict }),
      ...(gone.length > 0 && { gone: encodeRanges(gone) }),
    };
  }

  /** The ids that are chosen, where there are too many for all. */
  #wanted(n: number): ReadonlySet<number> | undefined {
    const { series } = this.#history;
    if (series.rows.length <= MOST_SERIES) {
      this.cut = 0;
      this.#chosenAt = n;
      return undefined;
    }
    if (n - this.#chosenAt < CHOICE_TICKS) {
      this.cut = series.rows.length - this.#ids.length;
      return new Set(this.#ids);
    }
    this.#chosenAt = n;
    const found = chooseSeries(this.#history, this.#query);
    const chosen = found.slice(0, MOST_SERIES);
    const overflow = found[found.length - 1];
    if (overflow !== undefined && isOverflow(overflow)) chosen.push(overflow);
    this.cut = series.rows.length - chosen.length;
    return new Set(chosen.map(({ id }) => id));
  }

  #rowsById(): Map<number, Row> {
    return new Map(this.#history.series.rows.map((row) => [row.id, row]));
  }

  #wordOf(label: number, row: Row | undefined): string {
    const value = row && labelsOf(this.#history.definition, row)[label];
    if (value === undefined) return NO_LABEL;
    const words = this.#words[label];
    let index = words.get(value);
    if (index === undefined) words.set(value, index = words.size);
    return index.toString(36);
  }
}

function hundredths(x: number): number {
  return Number.isNaN(x) ? NaN : Math.round(x * 100);
}
