/**
 * What the threads have in shared memory, read once for one scrape.
 *
 * @module
 */
import type { HistogramData } from "../metrics/histogram/histogram_data.ts";
import type { ThreadStats } from "../thread_stats.ts";
import { type Metrics, othersMemory, ownSlot, type Storage } from "./memory.ts";
import type { Definition } from "./publication.ts";
import { type Parts, type Row, StorageIndex } from "./storage_index.ts";

/** What the buckets of a storage have. */
export type ValueIn<Name extends Storage> = Name extends
  "definitions" | "counters" | "gauges" | "sums" ? number
  : HistogramData;

/** A metric that some thread has, as its definition says. */
export interface ForeignDefinition extends Definition {
  readonly key: string;
  readonly registry: string;
  readonly name: string;
  readonly kind: string;
}

/** This thread's indices, for the memory that it reads. */
const indices = new Map<Storage, StorageIndex<unknown>>();

/** Readings of one scrape. Every storage is read once, when it is first asked for. */
export class Readings {
  readonly #stats: ThreadStats<Metrics>;
  readonly #read = new Set<Storage>();
  #definitions: ForeignDefinition[] | undefined;
  /** This thread's slot; -1 if it has none. */
  readonly slot: number;

  private constructor(stats: ThreadStats<Metrics>, slot: number) {
    this.#stats = stats;
    this.slot = slot;
  }

  /** Readings; `undefined` if nobody else has ever contributed. */
  static take(): Readings | undefined {
    const stats = othersMemory();
    return stats && new Readings(stats, ownSlot());
  }

  /** All threads' parts of one metric. Valid until this thread takes other readings. */
  partsOf<Name extends Storage>(storage: Name, key: string): Parts<ValueIn<Name>> {
    let index = indices.get(storage);
    if (index === undefined) indices.set(storage, index = new StorageIndex());
    if (!this.#read.has(storage)) {
      this.#read.add(storage);
      const reader = this.#stats.metrics[storage] as { series(): readonly Row<unknown>[] };
      const rows = reader.series();
      index.update(rows, storage === "gauges" ? this.#activeSlots() : undefined);
    }
    return index.partsOf(key) as Parts<ValueIn<Name>>;
  }

  /** The metrics that the threads have, one for each key. */
  definitions(): readonly ForeignDefinition[] {
    return this.#definitions ??= readDefinitions(this.#stats);
  }

  /** The slots whose threads live: gauges of others are over. */
  #activeSlots(): ReadonlySet<string> {
    const active = new Set<string>();
    for (const { slot, state } of this.#stats.threads()) {
      if (state === "active") active.add(String(slot));
    }
    return active;
  }
}

function readDefinitions(stats: ThreadStats<Metrics>): ForeignDefinition[] {
  const found = new Map<string, ForeignDefinition>();
  for (const { labels } of stats.metrics.definitions.series()) {
    const { metric: key, definition } = labels;
    if (key === undefined || definition === undefined || found.has(key)) continue;
    const [registry, name, kind] = JSON.parse(key) as string[];
    found.set(key, { ...JSON.parse(definition) as Definition, key, registry, name, kind });
  }
  return [...found.values()];
}
