/**
 * The buckets of one storage by metric and series. It is kept from scrape to scrape, because a
 * bucket keeps its labels for life: then a scrape only replaces the values.
 *
 * @module
 */

/** One thread's part of a series. */
export interface Part<Value> {
  /** The number of the thread's slot. */
  readonly slot: number;
  /** Which part of the series, in storages that have several. */
  readonly part: string | undefined;
  /** Its value as of the latest scrape. */
  value: Value;
}

/** The parts of all series of one metric, by the text of the series. */
export type Parts<Value> = ReadonlyMap<string, readonly Part<Value>[]>;

/** A bucket as a reader gives it. */
export interface Row<Value> {
  readonly id: number;
  /** The same object for the whole life of the bucket. */
  readonly labels: Readonly<Partial<Record<string, string>>>;
  readonly value: Value;
}

interface Known<Value> {
  readonly labels: Row<Value>["labels"];
  readonly part: Part<Value>;
  /** The scrape in which the bucket was seen last. */
  scrape: number;
}

const NOTHING: ReadonlyMap<string, readonly never[]> = new Map();

/** The buckets of one storage. */
export class StorageIndex<Value> {
  readonly #known = new Map<number, Known<Value>>();
  readonly #metrics = new Map<string, Map<string, Part<Value>[]>>();
  #scrape = 0;

  /** Takes the values of a scrape. Buckets whose slot is not `active` are left out. */
  update(rows: readonly Row<Value>[], active?: ReadonlySet<string>): void {
    const scrape = ++this.#scrape;
    let seen = 0;
    for (const { id, labels, value } of rows) {
      // The overflow series, which nobody uses, has no slot.
      if (labels.slot === undefined || (active !== undefined && !active.has(labels.slot))) continue;
      seen++;
      let known = this.#known.get(id);
      if (known === undefined || known.labels !== labels) {
        if (known !== undefined) this.#forget(id, known);
        known = this.#add(id, labels, value);
      }
      known.part.value = value;
      known.scrape = scrape;
    }
    if (seen === this.#known.size) return;
    for (const [id, known] of this.#known) if (known.scrape !== scrape) this.#forget(id, known);
  }

  /** The parts of one metric. */
  partsOf(metric: string): Parts<Value> {
    return this.#metrics.get(metric) ?? NOTHING;
  }

  #add(id: number, labels: Row<Value>["labels"], value: Value): Known<Value> {
    const { metric = "", series = "", slot, part } = labels;
    let group = this.#metrics.get(metric);
    if (group === undefined) this.#metrics.set(metric, group = new Map());
    let parts = group.get(series);
    if (parts === undefined) group.set(series, parts = []);
    const known: Known<Value> = { labels, part: { slot: Number(slot), part, value }, scrape: 0 };
    parts.push(known.part);
    this.#known.set(id, known);
    return known;
  }

  #forget(id: number, { labels, part }: Known<Value>): void {
    const { metric = "", series = "" } = labels;
    this.#known.delete(id);
    const group = this.#metrics.get(metric);
    const parts = group?.get(series);
    if (group === undefined || parts === undefined) return;
    parts.splice(parts.indexOf(part), 1);
    if (parts.length > 0) return;
    group.delete(series);
    if (group.size === 0) this.#metrics.delete(metric);
  }
}
