/**
 * The series of one metric, as the stream tells of them.
 *
 * @module
 */
import { decodeList, decodeNumber, decodeRanges } from "../shared/numbers36.ts";
import type { Column, DeltaMessage, SeriesInfo } from "../shared/protocol.ts";
import type { Term } from "../shared/search.ts";

/** A rate is the mean of about so many intervals, as in the program. */
const SMOOTHING = 10;
/** How many intervals a line has. */
const POINTS = 60;
/** Lines of so many series are kept. */
const MOST_LINES = 400;

/** Remembers the series. Everything is by id. Memory: bounded by the greatest id. */
export class SeriesModel {
  readonly columns: readonly Column[];
  /** In the order of the messages. */
  ids: number[];
  /** The series that takes what is beyond the limit; -1: none. */
  overflow: number;
  readonly #dict: string[][];
  readonly #low: string[][];
  /** By label and id: index of the value; -1: it has none. */
  readonly #labels: Int32Array[];
  readonly #values: Float64Array[];
  readonly #rates: (Float64Array | undefined)[];
  readonly #steps: Float64Array[];
  #ages = new Uint8Array(0);
  readonly #lines = new Map<number, number[]>();

  constructor(columns: readonly Column[], info: SeriesInfo, n: number) {
    this.columns = columns;
    this.overflow = info.overflow;
    this.#dict = info.dict.map((words) => [...words]);
    this.#low = info.dict.map((words) => words.map((word) => word.toLowerCase()));
    this.#labels = info.dict.map(() => new Int32Array(0));
    this.#values = columns.map(() => new Float64Array(0));
    this.#rates = columns.map(({ mode }) => mode === "sum" ? new Float64Array(0) : undefined);
    this.#steps = columns.map(() => new Float64Array(0));
    this.ids = decodeRanges(info.ids);
    this.#grow(this.ids.reduce((most, id) => Math.max(most, id + 1), 0));
    info.labels.forEach((list, label) => {
      if (list === "") return;
      list.split(" ").forEach((word, i) => this.#labels[label][this.ids[i]] = indexOf(word));
    });
    info.values.forEach((list, c) =>
      decodeList(list, (i, value) => this.#values[c][this.ids[i]] = value)
    );
    let sum = 0;
    this.#rates.forEach((rates) => {
      if (rates === undefined) return;
      decodeList(info.rates[sum++], (i, value) => rates[this.ids[i]] = value / 100);
    });
    for (const id of this.ids) this.#ages[id] = n > 2 ? SMOOTHING : 0;
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
    const born = delta.born ?? [];
    this.#grow(born.reduce((most, [id]) => Math.max(most, id + 1), 0));
    for (const [id, words] of born) {
      this.ids.push(id);
      this.#ages[id] = 0;
      this.#values.forEach((values) => values[id] = 0);
      this.#rates.forEach((rates) => rates && (rates[id] = NaN));
      words.split(" ").forEach((word, label) => {
        if (label < this.#labels.length) this.#labels[label][id] = indexOf(word);
      });
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
    if (rates === undefined) return;
    for (const id of this.ids) {
      const rate = steps[id] / seconds;
      const age = this.#ages[id];
      rates[id] = age === 0 || Number.isNaN(rates[id])
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
    return this.#rates[c]?.[id] ?? NaN;
  }

  /** The last intervals of the first column, oldest first; `undefined`: they have not been asked for. */
  line(id: number): number[] | undefined {
    return this.#lines.get(id);
  }

  /** Takes the last intervals of a series, as they were asked for. Those that were asked for first are forgotten first. */
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

  #grow(least: number): void {
    if (least <= this.#ages.length) return;
    const size = Math.max(64, 2 ** Math.ceil(Math.log2(least)));
    const floats = (from: Float64Array | undefined, fill = 0) => {
      const larger = new Float64Array(size).fill(fill);
      larger.set(from!);
      return larger;
    };
    const ages = new Uint8Array(size);
    ages.set(this.#ages);
    this.#ages = ages;
    this.#labels.forEach((labels, l) => {
      this.#labels[l] = new Int32Array(size).fill(-1);
      this.#labels[l].set(labels);
    });
    this.columns.forEach((_, c) => {
      this.#values[c] = floats(this.#values[c]);
      this.#steps[c] = floats(this.#steps[c]);
      if (this.#rates[c]) this.#rates[c] = floats(this.#rates[c], NaN);
    });
  }
}

function indexOf(word: string): number {
  return word === "~" ? -1 : decodeNumber(word);
}
