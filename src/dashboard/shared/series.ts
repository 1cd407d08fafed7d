/**
 * The series of one metric, as the stream tells of them.
 *
 * @module
 */
import { decodeList, decodeNumber, decodeRanges } from "./numbers36.ts";
import type { Column, DeltaMessage, SeriesInfo } from "./protocol.ts";
import type { Term } from "./search.ts";

/** A rate is the mean of about so many intervals, as in the program. */
const SMOOTHING = 10;
/** How many intervals a line has. */
const POINTS = 60;
/** Lines of so many series are kept. */
const MOST_LINES = 400;

/** Remembers the series. Everything is by id: ids are small, so that plain arrays do. */
export class SeriesModel {
  readonly columns: readonly Column[];
  /** In the order of the messages. */
  ids: number[] = [];
  /** The series that takes what is beyond the limit; -1: none. */
  overflow: number;
  readonly #dict: string[][];
  readonly #low: string[][];
  /** By label and id: index of the value; -1: it has none. */
  readonly #labels: number[][];
  readonly #values: number[][];
  readonly #rates: number[][];
  readonly #steps: number[][];
  readonly #ages: number[] = [];
  readonly #lines = new Map<number, number[]>();

  constructor(columns: readonly Column[], info: SeriesInfo, n: number) {
    this.columns = columns;
    this.overflow = info.overflow;
    this.#dict = info.dict.map((words) => [...words]);
    this.#low = info.dict.map((words) => words.map((word) => word.toLowerCase()));
    this.#labels = info.dict.map(() => []);
    [this.#values, this.#rates, this.#steps] = [0, 1, 2].map(() => columns.map(() => []));
    for (const id of decodeRanges(info.ids)) this.#add(id, n > 2 ? SMOOTHING : 0);
    info.labels.forEach((list, label) =>
      list.split(" ").forEach((word, i) => this.#labels[label][this.ids[i]] = indexOf(word))
    );
    let sum = 0;
    columns.forEach(({ mode }, c) => {
      decodeList(info.values[c], (i, value) => this.#values[c][this.ids[i]] = value);
      if (mode !== "sum") return;
      decodeList(info.rates[sum++], (i, value) => this.#rates[c][this.ids[i]] = value / 100);
    });
  }

  /** Takes what is new. `seconds`: how long the interval was. */
  apply(delta: NonNullable<DeltaMessage["series"]>, seconds: number): void {
    if (delta.gone) {
      const gone = new Set(decodeRanges(delta.gone));
      this.ids = this.ids.filter((id) => !gone.has(id));
      for (const id of gone) this.#lines.delete(id);
    }
    delta.dict?.forEach((words, label) => {
      for (const word of words) {
        this.#dict[label].push(word);
        this.#low[label].push(word.toLowerCase());
      }
    });
    if (delta.overflow !== undefined) this.overflow = delta.overflow;
    for (const [id, words] of delta.born ?? []) {
      this.#add(id, 0);
      this.#labels.forEach((labels, l) => labels[id] = indexOf(words.split(" ")[l]));
    }
    this.columns.forEach((column, c) => this.#column(column, c, delta.d[c] ?? "", seconds));
    for (const id of this.ids) if (this.#ages[id] < SMOOTHING) this.#ages[id]++;
    for (const [id, line] of this.#lines) {
      line.push(
        this.columns[0].mode === "sum" ? this.#steps[0][id] / seconds : this.#values[0][id],
      );
      if (line.length > POINTS) line.shift();
    }
  }

  #column({ mode }: Column, c: number, list: string, seconds: number): void {
    const values = this.#values[c];
    const rates = this.#rates[c];
    const steps = this.#steps[c];
    for (const id of this.ids) steps[id] = 0;
    decodeList(list, (i, value) => {
      const id = this.ids[i];
      steps[id] = value;
      values[id] = mode === "sum" ? values[id] + value : value;
    });
    if (mode !== "sum") return;
    for (const id of this.ids) {
      const rate = steps[id] / seconds;
      const age = this.#ages[id];
      rates[id] = age === 0 || isNaN(rates[id])
        ? rate
        : rates[id] + (rate - rates[id]) / Math.min(age + 1, SMOOTHING);
    }
  }

  /** A label of a series; `undefined`: it has none. */
  label(label: number, id: number): string | undefined {
    return this.#dict[label][this.#labels[label][id]];
  }

  /** How long the longest value of a label is. */
  longest(label: number): number {
    return this.#dict[label].reduce((most, word) => Math.max(most, word.length), 0);
  }

  /** The value of a column. */
  value(c: number, id: number): number {
    return this.#values[c][id];
  }

  /** The rate of a sum, smoothed. */
  rate(c: number, id: number): number {
    return this.#rates[c][id];
  }

  /**
   * The last intervals of the first column, oldest first; `undefined`: they have not been asked
   * for.
   */
  line(id: number): number[] | undefined {
    return this.#lines.get(id);
  }

  /**
   * Takes the last intervals of a series, as they were asked for. Those that were asked for first
   * are forgotten first.
   */
  setLine(id: number, points: readonly (number | null)[]): void {
    const line = points.map((x) => x ?? NaN);
    while (line.length < POINTS) line.unshift(NaN);
    this.#lines.set(id, line);
    for (const old of this.#lines.keys()) {
      if (this.#lines.size <= MOST_LINES) break;
      this.#lines.delete(old);
    }
  }

  /** The series that have all that is asked for; the overflow series always. */
  search(terms: readonly Term[]): number[] {
    if (terms.length === 0) return this.ids;
    if (this.#low.length === 0) {
      return this.ids.filter((id) => terms.every(({ word }) => `#${id}`.includes(word)));
    }
    // Each distinct value is compared once, and then there are only indices to compare.
    const hits = terms.map(({ label, word }) =>
      this.#low.map((values, l) => {
        if (label !== undefined && label !== l) return undefined;
        return Uint8Array.from(
          values,
          (value) => (label === undefined ? value.includes(word) : value.startsWith(word)) ? 1 : 0,
        );
      })
    );
    return this.ids.filter((id) =>
      id === this.overflow ||
      hits.every((byLabel) => byLabel.some((hit, l) => hit?.[this.#labels[l][id]] === 1))
    );
  }

  #add(id: number, age: number): void {
    this.ids.push(id);
    this.#ages[id] = age;
    this.columns.forEach((_, c) => {
      this.#values[c][id] = this.#steps[c][id] = 0;
      this.#rates[c][id] = NaN;
    });
  }
}

function indexOf(word: string): number {
  return word === "~" ? -1 : decodeNumber(word);
}
