/**
 * What the four kinds of metrics share: series by labels, their publication in shared memory, and
 * how they are read.
 *
 * @module
 */
import { LabelTree } from "./label_tree.ts";
import { type Definition, labelsIn, Publication, seriesText } from "./publication.ts";
import type { Readings } from "./readings.ts";
import type { Part, Parts } from "./storage_index.ts";
import { familyName, headOf, type Rendering, SeriesTexts } from "./text.ts";
import type { Labels, MetricValue } from "./types.ts";
import { assertLabels, labelsOf } from "./validation.ts";

/** One series of this thread. */
export interface Series {
  readonly texts: SeriesTexts;
  /** The text by which all threads know the series. */
  readonly text: string;
  /** Whether the series is one of its metric's. One that was removed is replaced when it is used. */
  isLive: boolean;
  /** Whether other threads see what this thread has counted. */
  readonly isShared: boolean;
  /** The object that `labels()` returns. */
  child: object | undefined;
  /** Puts what this thread has counted into shared memory. */
  publish(publication: Publication): void;
  /** Stops to put it there. The buckets are gone already. */
  withdraw(): void;
  /** Destroys its buckets in shared memory. */
  release(publication: Publication): void;
  /** Begins again, in this thread. */
  restart(): void;
}

/** A series as it is exported. */
export interface Entry<Value> {
  readonly texts: SeriesTexts;
  readonly value: Value;
  /** This thread's series, which has exemplars. */
  readonly own?: Series;
}

/** How one kind of metric is written. `Value` is what its series have. */
export interface Format<Value> {
  /** Appends the lines of a series. */
  lines(
    lines: string[],
    name: string,
    entry: Entry<Value>,
    rendering: Rendering,
  ): void;
  /** Appends the values of a series for `get()`. */
  values(values: MetricValue[], name: string, entry: Entry<Value>): void;
}

/** What `mergeParts` gets. */
export interface SeriesParts<S> {
  /** The metric's key. */
  readonly key: string;
  /** The text of the series. */
  readonly text: string;
  /** The parts, of the type that the storage has. */
  // deno-lint-ignore no-explicit-any -- each kind has another storage
  readonly parts: readonly Part<any>[];
  /** This thread's series, if it has one. */
  readonly own: S | undefined;
  /** All parts of the metric. */
  readonly readings: Readings;
}

/** A metric's name and definition. */
export interface CoreOptions {
  readonly name: string;
  readonly kind: string;
  readonly definition: Definition;
}

/** The series of one metric in this thread. */
export abstract class Core<S extends Series, Value> {
  readonly name: string;
  readonly kind: string;
  readonly definition: Definition;
  readonly labelNames: readonly string[];
  /** The series that are exported, in the order in which they began. */
  readonly live: Set<S> = new Set();
  readonly #tree: LabelTree<S>;
  readonly #foreign = new Map<string, SeriesTexts>();
  publication: Publication | undefined = undefined;
  /** The key of a metric that only other threads have. */
  foreignKey: string | undefined = undefined;

  constructor({ name, kind, definition }: CoreOptions) {
    this.name = name;
    this.kind = kind;
    this.definition = definition;
    this.labelNames = definition.labelNames;
    this.#tree = new LabelTree(this.labelNames);
  }

  /** Makes a series that has counted nothing. */
  protected abstract make(labels: Labels): S;
  /** What this thread has of a series. */
  protected abstract own(series: S): Value;
  /** The parts of all threads, by the text of the series. */
  protected abstract parts(key: string, readings: Readings): Parts<unknown>;
  /** Merges the parts of one series; `undefined` if it is not exported. */
  protected abstract mergeParts(from: SeriesParts<S>): Value | undefined;
  /** How this kind is written. */
  protected abstract readonly format: Format<Value>;
  /** Destroys what other threads have of one series, or of all. */
  protected abstract resetOthers(text?: string): void;

  /** How threads' parts become one. */
  protected get merge(): string {
    return this.definition.merge ?? this.definition.aggregator;
  }

  /** The series with these labels, if that takes no making and no checks. */
  find(labels: Labels): S | undefined {
    return this.#tree.find(labels);
  }

  /**
   * The object that `labels()` returned before for these arguments: the values of all labels in
   * their order, or one object.
   */
  childOf(values: readonly unknown[]): object | undefined {
    const [first] = values;
    if (first === null) return undefined;
    return (typeof first === "object"
      ? this.#tree.find(first as Labels)
      : this.#tree.findByValues(values))?.child;
  }

  /** Throws when a label is not one of the metric's. */
  check(labels: Labels): void {
    assertLabels(this.labelNames, labels);
  }

  /** A copy of the labels that the arguments of `labels()` name, unchecked. */
  labelsOf(values: readonly unknown[]): Labels {
    return { ...labelsOf(this.labelNames, values) };
  }

  /**
   * The same, checked.
   *
   * @throws {Error} When one is not the metric's.
   */
  checkedLabelsOf(values: readonly unknown[]): Labels {
    const labels = labelsOf(this.labelNames, values);
    this.check(labels);
    return { ...labels };
  }

  /** The series with these labels, which is made if there is none. */
  get(labels: Labels): S {
    const found = this.#tree.find(labels) ?? this.#tree.lookUp(labels);
    if (found !== undefined) return found;
    // A copy: what the caller does to its object later changes no label.
    const series = this.make({ ...labels });
    this.#tree.add(series.texts.labels, series);
    this.live.add(series);
    if (this.publication !== undefined) series.publish(this.publication);
    return series;
  }

  /** The series with these labels, if there is one. */
  lookUp(labels: Labels): S | undefined {
    return this.#tree.lookUp(labels);
  }

  /** Removes the series with these labels in all threads. */
  remove(labels: Labels): void {
    const series = this.#tree.lookUp(labels);
    this.resetOthers(series?.text ?? seriesText(labels));
    if (series !== undefined) this.drop(series);
  }

  /** Removes a series of this thread. */
  drop(series: S): void {
    this.#tree.remove(series.texts.labels);
    this.live.delete(series);
    series.isLive = false;
    if (this.publication !== undefined) series.release(this.publication);
    series.withdraw();
  }

  /** Removes all series of this thread. */
  dropAll(): void {
    for (const series of [...this.live]) this.drop(series);
    this.#tree.clear();
  }

  /** Puts the metric into shared memory, as one of a registry. */
  publish(registry: string): void {
    if (this.publication !== undefined) return;
    const { name, kind } = this;
    this.publication = Publication.begin(
      { registry, name, kind },
      this.definition,
    );
    if (this.publication === undefined) return;
    for (const series of this.live) series.publish(this.publication);
  }

  /** Takes the metric back. What it has counted stays in this thread. */
  withdraw(): void {
    this.publication?.end();
    this.publication = undefined;
    for (const series of this.live) series.withdraw();
  }

  /** All series, with what all threads have of them. */
  entries(readings: Readings | undefined): Entry<Value>[] {
    const entries: Entry<Value>[] = [];
    const key = this.publication?.key ?? this.foreignKey;
    if (readings === undefined || key === undefined) {
      for (const own of this.live) {
        entries.push({ texts: own.texts, value: this.own(own), own });
      }
      return entries;
    }
    const all = this.parts(key, readings);
    let found = 0;
    for (const own of this.live) {
      const { text, texts } = own;
      const parts = all.get(text);
      if (parts !== undefined) found++;
      const value = parts && this.mergeParts({ key, text, parts, own, readings });
      if (value !== undefined) entries.push({ texts, value, own });
      else if (!own.isShared) entries.push({ texts, value: this.own(own), own });
      else if (parts === undefined) this.#lose(own, entries);
    }
    if (found < all.size) this.#addForeign(key, all, readings, entries);
    return entries;
  }

  /** Adds the series that only other threads have. */
  #addForeign(
    key: string,
    all: Parts<unknown>,
    readings: Readings,
    entries: Entry<Value>[],
  ): void {
    const own = new Set<string>();
    for (const { text } of this.live) own.add(text);
    for (const text of this.#foreign.keys()) if (!all.has(text)) this.#foreign.delete(text);
    for (const [text, parts] of all) {
      if (own.has(text)) continue;
      const value = this.mergeParts({ key, text, parts, own: undefined, readings });
      if (value === undefined) continue;
      let texts = this.#foreign.get(text);
      if (texts === undefined) {
        this.#foreign.set(text, texts = new SeriesTexts(labelsIn(text, this.labelNames)));
      }
      entries.push({ texts, value });
    }
  }

  /** Another thread has reset or removed the series. */
  #lose(series: S, entries: Entry<Value>[]): void {
    if (this.labelNames.length > 0) return this.drop(series);
    series.withdraw();
    series.restart();
    series.publish(this.publication!);
    entries.push({ texts: series.texts, value: this.own(series), own: series });
  }

  /** The metric as text. */
  text(readings: Readings | undefined, rendering: Rendering): string {
    const { help, type } = this.definition;
    const name = familyName(this.name, type, rendering);
    const lines = [headOf(name, help, type)];
    for (const entry of this.entries(readings)) {
      this.format.lines(lines, name, entry, rendering);
    }
    return lines.join("\n");
  }

  /** The metric's values for `get()`. */
  values(readings: Readings | undefined): MetricValue[] {
    const values: MetricValue[] = [];
    for (const entry of this.entries(readings)) {
      this.format.values(values, this.name, entry);
    }
    return values;
  }
}
