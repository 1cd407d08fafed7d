/**
 * One metric of this thread in shared memory: its definition, and the buckets of its series.
 *
 * @module
 */
import type { CounterWriter, GaugeWriter, HistogramWriter } from "../metrics/writer_types.ts";
import {
  type Memory,
  MOST_UNITS,
  othersMemory,
  sharedMemory,
  type Storage,
  warnOnce,
} from "./memory.ts";
import type { Labels } from "./types.ts";

/** What other threads must know of a metric to export it. */
export interface Definition {
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
  readonly aggregator: string;
  /** How threads' parts become one, where it is not the aggregator. */
  readonly merge?: string;
  readonly bounds?: readonly number[];
  readonly percentiles?: readonly number[];
  readonly maxAgeSeconds?: number;
  readonly ageBuckets?: number;
  readonly pruneAgedBuckets?: boolean;
}

/** The identity of a metric in all threads. */
export interface MetricIdentity {
  /** The registry's key. */
  readonly registry: string;
  readonly name: string;
  /** The kind, and what must be equal for parts to be added. */
  readonly kind: string;
}

/** What updates the buckets of a storage. */
export type WriterIn<Name extends Storage> = Name extends "gauges" ? GaugeWriter
  : Name extends "definitions" | "counters" | "sums" ? CounterWriter
  : HistogramWriter;

interface WriterFinder<Writer> {
  labels(labels: Record<string, string>): Writer;
}

/** The metrics that this thread has published, by key. */
const published = new Map<string, Publication>();

/** A metric in shared memory. */
export class Publication {
  /** The metric's key: the text of its identity. */
  readonly key: string;
  readonly #memory: Memory;
  readonly #definition: Readonly<
    Record<"metric" | "slot" | "definition", string>
  >;
  /** The buckets that this metric has. */
  readonly #buckets = new Map<
    string,
    { storage: Storage; labels: Readonly<Labels> }
  >();
  #hasEnded = false;

  private constructor(memory: Memory, key: string, definition: Definition) {
    this.key = key;
    this.#memory = memory;
    this.#definition = {
      metric: key,
      slot: memory.slot,
      definition: JSON.stringify(definition),
    };
    published.set(key, this);
  }

  /** Publishes a metric; `undefined` without shared memory. */
  static begin(
    { registry, name, kind }: MetricIdentity,
    definition: Definition,
  ): Publication | undefined {
    const memory = sharedMemory();
    if (memory === undefined) return undefined;
    let key = JSON.stringify([registry, name, kind]);
    for (let n = 1; published.has(key); n++) {
      key = JSON.stringify([`${registry}#${n}`, name, kind]);
    }
    const made = new Publication(memory, key, definition);
    const { labels, definitions } = {
      labels: made.#definition,
      ...memory.stats.metrics,
    };
    if (labels.definition.length > MOST_UNITS || key.length > MOST_UNITS) {
      return undefined;
    }
    try {
      definitions.id(labels);
    } catch (error) {
      warnOnce(error);
    }
    return made;
  }

  /** Whether the metric was taken back. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The writer of one bucket of this thread; `undefined` where there is no room. */
  writer<Name extends Storage>(
    storage: Name,
    series: string,
    part?: string,
  ): WriterIn<Name> | undefined {
    if (this.#hasEnded) return undefined;
    const labels: Record<string, string> = {
      metric: this.key,
      series,
      slot: this.#memory.slot,
    };
    if (part !== undefined) labels.part = part;
    try {
      if (series.length > MOST_UNITS) {
        throw new RangeError("the labels of a series are too long");
      }
      const finder = this.#memory.thread.metrics[storage] as WriterFinder<
        WriterIn<Name>
      >;
      const writer = finder.labels(labels);
      this.#buckets.set(`${storage} ${part} ${series}`, { storage, labels });
      return writer;
    } catch (error) {
      warnOnce(error);
      return undefined;
    }
  }

  /** Takes one bucket of this thread back. */
  release(storage: Storage, series: string, part?: string): void {
    const bucket = `${storage} ${part} ${series}`;
    const found = this.#buckets.get(bucket);
    if (found === undefined) return;
    this.#buckets.delete(bucket);
    destroyBucket(found.storage, found.labels);
  }

  /** Destroys the buckets of all other threads, of one series or of all. */
  resetOthers(storages: readonly Storage[], series?: string): void {
    const { stats, slot } = this.#memory;
    if (this.#hasEnded || othersMemory() === undefined) return;
    for (const storage of storages) {
      const reader = stats.metrics[storage];
      for (const { labels } of reader.series()) {
        const { metric, series: at, slot: owner } = labels as Record<
          string,
          string
        >;
        if (metric !== this.key || owner === slot) continue;
        if (series === undefined || at === series) {
          destroyBucket(storage, labels);
        }
      }
    }
  }

  /** Takes everything back that this thread has contributed. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    published.delete(this.key);
    for (const { storage, labels } of this.#buckets.values()) {
      destroyBucket(storage, labels);
    }
    this.#buckets.clear();
    destroyBucket("definitions", this.#definition);
  }
}

/** Destroys a bucket, if nobody else was first. */
export function destroyBucket(
  storage: Storage,
  labels: Readonly<Labels>,
): void {
  const reader = sharedMemory()?.stats.metrics[storage] as
    | { destroy(labels: Readonly<Labels>): void }
    | undefined;
  try {
    reader?.destroy(labels);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** The text of a series: the same for equal labels, whatever their order and types. */
export function seriesText(labels: Labels): string {
  const names = Object.keys(labels).filter((name) => labels[name] !== undefined)
    .sort();
  return JSON.stringify(names.flatMap((name) => [name, `${labels[name]}`]));
}

/** The labels in the text of a series, in the order of the given names. */
export function labelsIn(text: string, names: readonly string[]): Labels {
  const parts = JSON.parse(text) as string[];
  const found = new Map<string, string>();
  for (let n = 0; n < parts.length; n += 2) found.set(parts[n], parts[n + 1]);
  const labels: Labels = {};
  for (const name of names) if (found.has(name)) labels[name] = found.get(name);
  for (const [name, value] of found) {
    if (!(name in labels)) labels[name] = value;
  }
  return labels;
}
