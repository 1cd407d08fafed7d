/**
 * Takes snapshots.
 *
 * @module
 */
import type { OptionNames } from "../base/options.ts";
import type { Arena } from "../memory/arena.ts";
import { firstUses } from "../memory/first_use.ts";
import {
  H_MAX_THREADS,
  H_OTHER_MEMORIES,
  H_READ_RETRIES,
  H_REFUSED_UPDATES,
  H_STARTED,
} from "../memory/layout.ts";
import type { Metric } from "../metrics/metric.ts";
import type { MetricCatalogue } from "../metrics/metric_catalogue.ts";
import type { SchemaDefinition } from "../schema/definitions.ts";
import { isOwnMetric } from "../schema/exported_names.ts";
import type { CellSegments } from "../threads/cell_segments.ts";
import type { ThreadInfo } from "../threads/control_word.ts";
import { Walk } from "../threads/walk.ts";
import { update } from "./before_snapshots.ts";
import { readClocks } from "./elapsed.ts";
import { metricSnapshot } from "./metric_snapshot.ts";
import { makeSnapshot, type Snapshot } from "./snapshot.ts";
import type { MetricSnapshot, ObservedThread, SelfMetrics, SnapshotData } from "./snapshot_data.ts";

/** Options of {@linkcode ThreadStats.snapshot}. */
export interface SnapshotOptions {
  /**
   * Whether each series has a property `perThread` with each thread's part.
   *
   * @default {false}
   */
  perThread?: boolean;
  /**
   * Whether each metric has a property `threads` with each thread's total over all series. With
   * many series this costs much less than `perThread`: about as much as the snapshot itself.
   *
   * @default {false}
   */
  threadTotals?: boolean;
}

/** The names of the options. */
export const SNAPSHOT_OPTIONS: OptionNames<SnapshotOptions> = {
  perThread: true,
  threadTotals: true,
};

/** The parts of a memory that snapshots need. */
export interface SnapshotParts {
  readonly arena: Arena;
  readonly cells: CellSegments;
  readonly catalogue: Pick<MetricCatalogue, "all">;
}

/** The entries of metrics in a snapshot; `undefined` stands in place of one that comes later. */
interface Entries {
  readonly metrics: Record<string, MetricSnapshot | undefined>;
  readonly series: Record<string, number | undefined>;
  readonly overflowed: Record<string, number | undefined>;
}

/**
 * Takes snapshots of one memory. It reads metrics that were never used once, and puts the same
 * entries into every snapshot, until `memory/first_use.ts` tells that one of them may be used. Any
 * thread; each thread makes its own.
 */
export class SnapshotTaker {
  readonly #parts: SnapshotParts;
  #used: Metric[] = [];
  #unused: Metric[] = [];
  /** Both, in the order of their definition. */
  #known: readonly Metric[] = [];
  /** The number of first uses before `#unused` was last examined. */
  #uses = 0;
  /** The entries of unused metrics, with places for those of the others, by the options. */
  readonly #templates = new Map<string, Entries>();

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
  }

  /**
   * Takes a snapshot. Cost: proportional to live buckets times threads that have cells for them,
   * and never more than proportional to the bytes of the memory.
   *
   * @throws {TypeError} When the memory is damaged.
   */
  take<Metrics extends SchemaDefinition>(
    threads: readonly ThreadInfo[],
    options: Required<SnapshotOptions>,
  ): Snapshot<Metrics> {
    const { arena, cells } = this.#parts;
    update();
    this.#catchUp();
    const { takenAt, assign } = readClocks();
    const walk = new Walk(arena, cells);
    const template = this.#templateFor(options, walk);
    const entries: Entries = {
      metrics: { ...template.metrics },
      series: { ...template.series },
      overflowed: { ...template.overflowed },
    };
    collect(this.#used, options, walk, entries);
    const snapshot = makeSnapshot<Metrics>({
      startedAt: arena.views().f64[H_STARTED],
      takenAt,
      threads: Object.freeze(threads),
      metrics: Object.freeze(entries.metrics) as SnapshotData<Metrics>["metrics"],
      self: selfMetricsOf(arena, threads, entries as Pick<SelfMetrics, "series" | "overflowed">),
    });
    assign(snapshot);
    return snapshot;
  }

  /** Finds the metrics that were defined, and those that were first used, since the last call. */
  #catchUp(): void {
    const { arena, catalogue } = this.#parts;
    const metrics = catalogue.all("take a snapshot");
    // Before the notes are examined; see `memory/first_use.ts`.
    const uses = firstUses(arena);
    if (uses === this.#uses && metrics.length === this.#known.length) return;
    const candidates = [...this.#unused, ...metrics.slice(this.#known.length)];
    const unused = candidates.filter(({ isUsed }) => !isUsed);
    // Each thread's first update of a metric advances the number, also of a metric that was used
    // before: then the templates stay as they are, however many threads come and go.
    const isSame = metrics.length === this.#known.length && unused.length === this.#unused.length;
    this.#uses = uses;
    if (isSame) return;
    const isUnused = new Set(unused);
    this.#used.push(...candidates.filter((metric) => !isUnused.has(metric)));
    this.#unused = unused;
    // A copy, because the catalogue goes on with its own array.
    this.#known = [...metrics];
    this.#templates.clear();
  }

  /** The template for some options: its entries are in the order of the metrics' definition. */
  #templateFor(options: Required<SnapshotOptions>, walk: Walk): Entries {
    const key = JSON.stringify([options.perThread, options.threadTotals]);
    const known = this.#templates.get(key);
    if (known !== undefined) return known;
    const template: Entries = { metrics: {}, series: {}, overflowed: {} };
    for (const { name, definition } of this.#known) {
      template.metrics[name] = template.series[name] = undefined;
      if (definition.labels.length > 0) template.overflowed[name] = undefined;
    }
    collect(this.#unused, options, walk, template);
    // Several snapshots share these rows.
    for (const { name } of this.#unused) {
      const { series } = template.metrics[name]!;
      Object.freeze(series).forEach(Object.freeze);
    }
    // V8 copies a frozen object in one piece: 1000 properties take 2 µs in place of 400.
    Object.values(template).forEach(Object.freeze);
    this.#templates.set(key, template);
    return template;
  }
}

/** Reads metrics, and adds their entries. */
function collect(
  metrics: readonly Metric[],
  { perThread, threadTotals }: Required<SnapshotOptions>,
  walk: Walk,
  entries: Entries,
): void {
  try {
    for (const { name, definition, buckets } of metrics) {
      // The totals of the library's own metrics mean little.
      const withThreads = perThread || isOwnMetric(name, definition);
      const columns = withThreads ? undefined : buckets.columns(walk);
      const rows = columns === undefined
        ? buckets.collect({ walk, perThread: withThreads }) as MetricSnapshot["series"]
        : [];
      const threads = threadTotals
        ? buckets.threadTotals(walk) as MetricSnapshot["threads"]
        : undefined;
      entries.metrics[name] = metricSnapshot(definition, columns ?? rows, threads);
      entries.series[name] = (columns?.values ?? rows).length;
      if (definition.labels.length > 0) entries.overflowed[name] = buckets.overflowed();
    }
  } catch (error) {
    // A failed snapshot would otherwise keep what it read of damaged memory, and each try add more.
    for (const { buckets } of metrics) buckets.forget();
    throw error;
  }
}

function selfMetricsOf(
  arena: Arena,
  threads: readonly ThreadInfo[],
  { series, overflowed }: Pick<SelfMetrics, "series" | "overflowed">,
): SelfMetrics {
  const { i32 } = arena.views();
  return Object.freeze({
    threads: Object.freeze(countStates(threads)),
    // Unordered: written before the memory is shared, and never again.
    maxThreads: i32[H_MAX_THREADS],
    arena: Object.freeze({
      usedBytes: arena.bytesUsed,
      reservedBytes: arena.byteLength,
      maxBytes: arena.maxByteLength,
    }),
    series: Object.freeze(series),
    overflowed: Object.freeze(overflowed),
    // SeqCst, with the `Atomics.add` of writers, readers and joins. Each counter stands alone: it
    // orders no other access.
    refusedUpdates: Atomics.load(i32, H_REFUSED_UPDATES) >>> 0,
    readRetries: Atomics.load(i32, H_READ_RETRIES) >>> 0,
    otherMemories: Atomics.load(i32, H_OTHER_MEMORIES) >>> 0,
    turns: Object.freeze(observedThreads(threads)),
  });
}

function countStates(threads: readonly ThreadInfo[]): Record<ThreadInfo["state"], number> {
  const counts = { active: 0, reserved: 0, retired: 0, revoked: 0 };
  for (const { state } of threads) counts[state]++;
  return counts;
}

function observedThreads(threads: readonly ThreadInfo[]): ObservedThread[] {
  return threads.flatMap(({ slot, name, lastTurn, blockedSeconds }) =>
    lastTurn === undefined || blockedSeconds === undefined
      ? []
      : [Object.freeze({ thread: name, slot, lastTurn, blockedSeconds })]
  );
}
