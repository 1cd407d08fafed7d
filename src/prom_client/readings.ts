/**
 * What the threads have in shared memory, read once for one scrape.
 *
 * @module
 */
import type { HistogramData } from "../metrics/histogram/histogram_data.ts";
import { type Metrics, othersMemory, ownSlot, type Storage } from "./memory.ts";
import type { ThreadStats } from "../thread_stats.ts";
import type { Definition } from "./publication.ts";

/** One thread's part of a series. */
export interface Part<Value> {
  /** The number of the thread's slot. */
  readonly slot: number;
  /** Which part of the series, in storages that have several. */
  readonly part: string | undefined;
  /** Its value. */
  readonly value: Value;
  /** Which bucket, and which of its lives. */
  readonly bucket: string;
}

/** The parts of all series of one metric, by the text of the series. */
export type Parts<Value> = ReadonlyMap<string, readonly Part<Value>[]>;

/** What a storage has. */
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

const NOTHING: ReadonlyMap<string, readonly never[]> = new Map();

/** Readings of one scrape. Every storage is read once, when it is first asked for. */
export class Readings {
  readonly #groups = new Map<
    Storage,
    Map<string, Map<string, Part<unknown>[]>>
  >();
  #definitions: ForeignDefinition[] | undefined;
  readonly #stats: ThreadStats<Metrics>;
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

  /** All threads' parts of one metric. */
  partsOf<Name extends Storage>(
    storage: Name,
    key: string,
  ): Parts<ValueIn<Name>> {
    let groups = this.#groups.get(storage);
    if (groups === undefined) {
      this.#groups.set(storage, groups = read(this.#stats, storage));
    }
    return (groups.get(key) ?? NOTHING) as Parts<ValueIn<Name>>;
  }

  /** The metrics that the threads have, one for each key. */
  definitions(): readonly ForeignDefinition[] {
    return this.#definitions ??= readDefinitions(this.#stats);
  }
}

function read(
  stats: ThreadStats<Metrics>,
  storage: Storage,
): Map<string, Map<string, Part<unknown>[]>> {
  const groups = new Map<string, Map<string, Part<unknown>[]>>();
  const active = storage === "gauges"
    ? new Set(
      stats.threads().filter(({ state }) => state === "active").map((
        { slot },
      ) => String(slot)),
    )
    : undefined;
  const rows = stats.metrics[storage].series() as readonly {
    id: number;
    labels: Partial<Record<string, string>>;
    value: unknown;
  }[];
  for (const { id, labels, value } of rows) {
    const { metric, series, slot, part } = labels;
    // The overflow series, which nobody uses.
    if (metric === undefined || series === undefined || slot === undefined) {
      continue;
    }
    if (active !== undefined && !active.has(slot)) continue;
    let group = groups.get(metric);
    if (group === undefined) groups.set(metric, group = new Map());
    let parts = group.get(series);
    if (parts === undefined) group.set(series, parts = []);
    parts.push({ slot: +slot, part, value, bucket: `${id}` });
  }
  return groups;
}

function readDefinitions(stats: ThreadStats<Metrics>): ForeignDefinition[] {
  const found = new Map<string, ForeignDefinition>();
  for (const { labels } of stats.metrics.definitions.series()) {
    const { metric: key, definition } = labels;
    if (key === undefined || definition === undefined || found.has(key)) {
      continue;
    }
    const [registry, name, kind] = JSON.parse(key) as string[];
    found.set(key, {
      ...JSON.parse(definition) as Definition,
      key,
      registry,
      name,
      kind,
    });
  }
  return [...found.values()];
}
