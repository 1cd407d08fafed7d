/**
 * The shared memory of this face, and this thread's place in it.
 *
 * prom-client's metrics are made and cleared at run time, while definitions in shared memory stay
 * for ever. So there is one fixed schema of generic metrics, by kind, and a metric of prom-client
 * is text in their labels:
 *
 * ```text
 * metric   [registry, name, kind, bounds]     which metric, the same in all threads
 * series   [label, value, label, value, ...]  which series, sorted by label
 * slot     3                                  whose part: the number of the thread's slot
 * part     + - # or a slice                   of sums and summaries
 * ```
 *
 * Every thread has buckets of its own, named by its slot. Nobody else updates them, so
 *
 * - a thread takes back what it has contributed (`register.clear()`, `gauge.reset()`) by destroying
 *   its buckets, which touches no other thread's part;
 * - `reset()`, `remove()` and `zero()` of counters, histograms and summaries, which hold for all
 *   threads, destroy everybody's buckets; their owners find out at their next update, and begin
 *   again at 0;
 * - an aggregator other than the sum has the parts before it.
 *
 * Assumptions: a slot has one owner at a time (`threads/slot_directory.ts`).
 *
 * Guarantees: buckets of a thread that has ended stay, and the next owner of its slot goes on with
 * them, so counts are kept and the memory is bounded by the most threads and series alive at once
 * (and not by how often metrics are made and cleared: destroyed buckets are used again). Only
 * gauges' buckets are destroyed by the next owner; until then readers pass them over, because their
 * slot is not active. When a thread clears a metric whose buckets a thread before it had begun,
 * those counts go too.
 *
 * Progress: whoever reads or updates waits for nobody. A thread that was killed between two of
 * these steps leaves whole buckets.
 *
 * Every thread also keeps what it has counted in private memory. So a thread that cannot join
 * without waiting counts at once, and publishes it all when it has found the memory. A thread that
 * finds none, or a full one, keeps its values to itself and warns once.
 *
 * @module
 */
import { host, warn } from "../host/host.ts";
import { counter, type CounterDefinition } from "../schema/counter.ts";
import { gauge, type GaugeDefinition } from "../schema/gauge.ts";
import { histogram, type HistogramDefinition } from "../schema/histogram.ts";
import { defineSchema } from "../schema/schema.ts";
import type { Thread } from "../thread.ts";
import { ThreadStats } from "../thread_stats.ts";

const LIMITS = { maxSeries: 2 ** 29, maxLabelLength: 2 ** 20 } as const;

/** The most UTF-16 code units of a text in the memory. */
export const MOST_UNITS: number = LIMITS.maxLabelLength;

/** How many bounds the generic histograms have. Bins of a prom-client histogram are numbered. */
export const BIN_SIZES: readonly [16, 64, 256, 1024] = [16, 64, 256, 1024];

/**
 * The widths of summaries' bins, relative to their values. Quantiles are off by half of it at most,
 * as the middle of a bin stands for it. A block of these bins has 17 KB.
 */
export const RELATIVE_WIDTH: number = 1 / 32;
/** The magnitudes that summaries tell apart. */
export const MAGNITUDES: { readonly lowest: number; readonly highest: number } = {
  lowest: 1e-7,
  highest: 1e13,
};

type Part = "metric" | "series" | "slot";

function binsOf(size: number): HistogramDefinition<Part> {
  const boundaries = Array.from({ length: size }, (_, n) => n);
  return histogram({ labels: ["metric", "series", "slot"], boundaries, ...LIMITS });
}

/** The generic metrics by name. */
export type Metrics = {
  readonly definitions: CounterDefinition<"metric" | "slot" | "definition">;
  readonly counters: CounterDefinition<Part>;
  readonly gauges: GaugeDefinition<Part>;
  readonly sums: CounterDefinition<Part | "part">;
  readonly bins16: HistogramDefinition<Part>;
  readonly bins64: HistogramDefinition<Part>;
  readonly bins256: HistogramDefinition<Part>;
  readonly bins1024: HistogramDefinition<Part>;
  readonly values: HistogramDefinition<Part | "part">;
};

const metrics: Metrics = {
  definitions: counter({ labels: ["metric", "slot", "definition"], ...LIMITS }),
  counters: counter({ labels: ["metric", "series", "slot"], ...LIMITS }),
  gauges: gauge({ labels: ["metric", "series", "slot"], ...LIMITS }),
  sums: counter({ labels: ["metric", "series", "slot", "part"], ...LIMITS }),
  bins16: binsOf(16),
  bins64: binsOf(64),
  bins256: binsOf(256),
  bins1024: binsOf(1024),
  values: histogram({
    labels: ["metric", "series", "slot", "part"],
    ...MAGNITUDES,
    relativeError: RELATIVE_WIDTH,
    ...LIMITS,
  }),
};

/** The name of a generic metric. */
export type Storage = keyof Metrics;

/** Under which name the threads of a process find the memory. */
const NAME = "@x/thread-stats/prom-client";
/** Under which key a thread's environment data tells which thread has joined. */
const MARK = "@x/thread-stats/prom-client thread";

/** The shared memory, as this thread has it. */
export interface Memory {
  /** The readers, and which threads there are. */
  readonly stats: ThreadStats<Metrics>;
  /** The writers. */
  readonly thread: Thread<Metrics>;
  /** The number of this thread's slot. */
  readonly slot: string;
}

/** The memory, as soon as this thread has found or made it. */
let stats: ThreadStats<Metrics> | undefined;
let memory: Memory | undefined;
/** Whether everything in the memory is this thread's. */
let isFirst = true;
let state: "new" | "joining" | "joined" | "failed" = "new";
let hasWarned = false;

/** What puts this thread's metrics into the memory once that is found. */
let whenFound = (): void => {};

/** Sets what puts this thread's metrics into the memory once that is found. */
export function setWhenFound(callback: () => void): void {
  whenFound = callback;
}

/**
 * The memory with this thread's writers, for which the first call registers the thread. `undefined`
 * while the memory is being searched for, and where there is none.
 */
export function sharedMemory(): Memory | undefined {
  if (memory !== undefined || state === "failed") return memory;
  try {
    memory = enter();
  } catch (error) {
    state = "failed";
    warnOnce(error);
  }
  return memory;
}

/** The memory for reading; `undefined` if this thread knows by itself all that there is. */
export function othersMemory(): ThreadStats<Metrics> | undefined {
  const most = memory === undefined ? 0 : 1;
  return stats === undefined || (isFirst && stats.threads().length <= most) ? undefined : stats;
}

/** The number of this thread's slot; -1 if it has none. */
export function ownSlot(): number {
  return memory === undefined ? -1 : +memory.slot;
}

/** Says once that values of this thread stay in this thread. */
export function warnOnce(error: unknown): void {
  if (hasWarned) return;
  hasWarned = true;
  const reason = error instanceof Error ? error.message : String(error);
  warn(
    `Metrics of this thread are not in those of the other threads: ${reason}`,
  );
}

/**
 * Finds the memory, or makes it in a main thread, so that the workers that this thread makes from
 * now on find it. Registers no thread.
 */
export function joinMemory(): void {
  if (state !== "new" || hasOtherCopy()) return;
  try {
    noteJoined(ThreadStats.joinSync(NAME, defineSchema(metrics)));
  } catch {
    // A web worker on Deno, or a worker of a thread that had not loaded this module. The memory is
    // found by asking the others; until then this thread keeps its values to itself.
    state = "joining";
    void joinLater();
  }
}

/** Registers this thread. */
function enter(): Memory | undefined {
  joinMemory();
  if (state === "joining") return undefined;
  if (stats === undefined) {
    // Another realm or copy in this thread has joined, such as the test file before this one in
    // jest. Their metrics have nothing to do with each other.
    stats = ThreadStats.create(defineSchema(metrics));
    state = "joined";
  }
  const thread = stats.registerThread();
  const slot = String(thread.slot);
  isFirst = stats.metrics.definitions.ids().length === 0;
  if (!isFirst) {
    // Of threads that had this slot before.
    for (const { id, labels } of stats.metrics.gauges.series()) {
      if (labels.slot === slot) stats.metrics.gauges.destroy(id);
    }
  }
  return { stats, thread, slot };
}

async function joinLater(): Promise<void> {
  try {
    noteJoined(await ThreadStats.join(NAME, defineSchema(metrics)));
    whenFound();
  } catch (error) {
    state = "failed";
    warnOnce(error);
  }
}

function hasOtherCopy(): boolean {
  const { workerThreads, threadId } = host();
  return workerThreads?.getEnvironmentData(MARK) === threadId;
}

function noteJoined(joined: ThreadStats<Metrics>): void {
  const { workerThreads, threadId } = host();
  workerThreads?.setEnvironmentData(MARK, threadId);
  stats = joined;
  state = "joined";
}
