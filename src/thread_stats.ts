/**
 * The statistics of a program: the one object that every thread makes, from a schema and a handle.
 *
 * @module
 */
import { cannot, got, StaleThreadError } from "./base/errors.ts";
import { inspectable } from "./base/inspectable.ts";
import { Arena, needing } from "./memory/arena.ts";
import { controlOffset, logOffsets, makeMemory, readFormat } from "./memory/header.ts";
import { LAYOUT_VERSION } from "./memory/layout.ts";
import { Metric, shapeOf } from "./metrics/metric.ts";
import type { MetricReaders } from "./metrics/reader_types.ts";
import type { MetricWriters } from "./metrics/writer_types.ts";
import { firstDifference, type Schema, type SchemaDefinition } from "./schema/schema.ts";
import type { Snapshot } from "./snapshots/snapshot.ts";
import { SNAPSHOT_OPTIONS, type SnapshotOptions, takeSnapshot } from "./snapshots/take_snapshot.ts";
import { type OptionNames, takeOptions, takeOwn } from "./base/options.ts";
import { isPlain } from "./base/shapes.ts";
import { parseDescription, schemaOf } from "./schema/description.ts";
import { makeHandle, type SeatTicket, type ThreadStatsHandle } from "./threads/handle.ts";
import { Seat } from "./threads/seat.ts";
import { CellSegments } from "./threads/cell_segments.ts";
import {
  ACTIVE,
  checkThreadName,
  isActive,
  RESERVED,
  SlotDirectory,
  type Tenure,
  type ThreadInfo,
} from "./threads/slot_directory.ts";
import { Thread } from "./thread.ts";
import { ThreadContext } from "./threads/thread_context.ts";

/** Options of {@linkcode ThreadStats.create}. */
export interface ThreadStatsOptions {
  /**
   * The most threads that are registered or reserved at a time; 1 to 65536. Costs 256 bytes each.
   *
   * @default {64}
   */
  maxThreads?: number;
  /**
   * The most bytes that the shared memory can grow to, less than 8 GiB (engines may allow less). Address space is reserved for all, memory is used as it is needed.
   *
   * @default {2 ** 30}
   */
  maxByteLength?: number;
  /**
   * How long the slot of a revoked thread stays unused, in seconds, unless the revoker knows that
   * it has stopped. A thread measures it by a clock of its own that nobody sets: from `revoke()` in
   * the revoking thread, in others from when they first find the slot revoked; `registerThread`,
   * `reserveThread`, `threads` and `snapshot` look. So one thread of the program has to look now
   * and then, or the slot rests for longer.
   *
   * @default {60}
   */
  quarantineSeconds?: number;
}

const CREATE_OPTIONS: OptionNames<ThreadStatsOptions> = {
  maxThreads: true,
  maxByteLength: true,
  quarantineSeconds: true,
};

/** Statistics as {@linkcode ThreadStats.inspect} shows them. */
export interface StatsView {
  /** See {@linkcode ThreadStats.threads}. */
  threads(): ThreadInfo[];
  /** See {@linkcode ThreadStats.snapshot}. */
  snapshot(options?: SnapshotOptions): Snapshot;
}

/**
 * Statistics that many threads update at the cost of a plain addition, and that any thread reads at any time.
 *
 * | what | cost | progress |
 * | --- | --- | --- |
 * | `thread.metrics.NAME` updates | 1-15 ns | wait-free |
 * | reads | some ns per thread slot in use | never wait for a writer |
 * | new labels, `create`, `destroy`, `registerThread` | about 1 µs | lock-free |
 *
 * @typeParam Metrics The definitions of the schema.
 *
 * @example Count in this thread, read in any
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({ packets: counter({ help: "Packets parsed" }) });
 * const stats = ThreadStats.create(schema);
 * // worker.postMessage(stats.handle); and there: ThreadStats.attach(schema, handle)
 * const there = ThreadStats.attach(schema, structuredClone(stats.handle));
 *
 * const thread = there.registerThread("worker-1");
 * thread.metrics.packets.add(32);
 * thread.unregister();
 *
 * assertEquals(stats.metrics.packets.read(), 32);
 * assertEquals(stats.threads(), [{ slot: 0, name: "worker-1", state: "retired" }]);
 * ```
 */
export class ThreadStats<Metrics extends SchemaDefinition> {
  /** The readers of all metrics by name. */
  readonly metrics: MetricReaders<Metrics>;
  /** What other threads need to attach. Holds the shared memory itself, so keep it within the program. */
  readonly handle: ThreadStatsHandle;
  readonly #arena: Arena;
  readonly #slots: SlotDirectory;
  readonly #cells: CellSegments;
  readonly #seat: SeatTicket | undefined;
  readonly #homes: ReadonlyMap<string, Metric>;

  static {
    inspectable<ThreadStats<SchemaDefinition>>(this.prototype, {
      type: "ThreadStats",
      facts: (stats) => stats.#facts(),
    });
  }

  private constructor(
    schema: Schema<Metrics>,
    handle: ThreadStatsHandle,
    quarantine: number,
    maxThreads: number,
  ) {
    const entries = Object.entries(schema.metrics);
    const { seat, ...shared } = handle;
    this.handle = makeHandle(shared);
    this.#seat = seat;
    this.#arena = new Arena(handle);
    this.#slots = new SlotDirectory(this.#arena, maxThreads, quarantine);
    this.#cells = new CellSegments(
      this.#arena,
      this.#slots,
      entries.map(([, definition]) => shapeOf(definition)),
    );
    const parts = { arena: this.#arena, slots: this.#slots, cells: this.#cells };
    const { logs } = logOffsets({ maxThreads, labelled: labelledOf(schema) });
    this.#homes = new Map(entries.map(([name, definition], metric) => {
      const place = { name, metric, control: controlOffset(maxThreads, metric), log: logs[metric] };
      return [name, new Metric(definition, place, parts)];
    }));
    const readers = [...this.#homes].map(([name, home]) => [name, home.reader]);
    this.metrics = Object.freeze(Object.fromEntries(readers)) as MetricReaders<Metrics>;
  }

  /**
   * Makes the shared memory for a program's statistics. One thread does it; the others attach.
   *
   * @typeParam Metrics The definitions of the schema.
   * @param schema From {@linkcode defineSchema}.
   * @param options Sizes.
   * @returns The statistics.
   * @throws {TypeError} When the schema did not come from `defineSchema`, or an option is unknown
   * or has the wrong shape.
   * @throws {RangeError} When an option is out of range, or the schema needs more memory than `maxByteLength`.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ packets: counter() }), { maxThreads: 8 });
   * assertEquals(stats.metrics.packets.read(), 0);
   * ```
   */
  static create<const Metrics extends SchemaDefinition>(
    schema: Schema<Metrics>,
    options: ThreadStatsOptions = {},
  ): ThreadStats<Metrics> {
    const action = "create the statistics";
    const checked = schemaOf(action, schema);
    const { maxThreads = 64, maxByteLength = 2 ** 30, quarantineSeconds = 60 } = takeOptions(
      action,
      options,
      CREATE_OPTIONS,
    );
    assertInteger(action, "maxThreads", maxThreads, [1, 65536]);
    assertInteger(action, "maxByteLength", maxByteLength, [1, 2 ** 33 - 1]);
    assertInteger(action, "quarantineSeconds", quarantineSeconds, [0, 2 ** 30]);
    const labelled = labelledOf(checked);
    const format = {
      maxThreads,
      quarantine: quarantineSeconds,
      description: checked.description,
      labelled,
    };
    const handle = { threadStats: LAYOUT_VERSION, ...makeMemory(format, maxByteLength) };
    const stats = new ThreadStats(checked, handle, quarantineSeconds, maxThreads);
    needing(action, () => stats.#homes.forEach((home) => home.initialize()));
    return stats;
  }

  /**
   * Takes part in statistics that another thread has made.
   *
   * @typeParam Metrics The definitions of the schema.
   * @param schema The same schema as in `create`.
   * @param handle `stats.handle`, or the handle of a {@linkcode Seat}.
   * @returns The statistics.
   * @throws {TypeError} When the handle is foreign, cut short or of a newer layout, or the schema is another.
   *
   * @example
   * ```ts
   * import { assertThrows } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ packets: counter() }));
   * const other = defineSchema({ bytes: counter() });
   * assertThrows(() => ThreadStats.attach(other, stats.handle), TypeError, "the schema must be the one");
   * ```
   */
  static attach<const Metrics extends SchemaDefinition>(
    schema: Schema<Metrics>,
    handle: ThreadStatsHandle,
  ): ThreadStats<Metrics> {
    const action = "attach to the handle";
    return ThreadStats.#over(action, schemaOf(action, schema), open(action, handle));
  }

  /** The statistics in a memory that was opened. */
  static #over<Metrics extends SchemaDefinition>(
    action: string,
    schema: Schema<Metrics>,
    { given, format }: ReturnType<typeof open>,
  ): ThreadStats<Metrics> {
    if (format.description !== schema.description) {
      const difference = got(firstDifference(schema.description, format.description));
      throw new TypeError(
        cannot(action, "the schema must be the one that the memory was made with", difference),
      );
    }
    // The schema stands behind what depends on it and on the number of threads.
    const { end } = logOffsets({ maxThreads: format.maxThreads, labelled: labelledOf(schema) });
    if (end !== format.schemaOffset) {
      throw new TypeError(cannot(action, "its header must be intact", got("a damaged one")));
    }
    const { maxThreads, quarantine } = format;
    const seat = given.seat === undefined ? undefined : ticketOf(action, given.seat, maxThreads);
    return new ThreadStats(schema, { ...given, seat }, quarantine, maxThreads);
  }

  /**
   * Looks at statistics from their handle alone, without the program's schema: for viewers that do not share its code.
   *
   * @param handle `stats.handle`.
   * @returns What can be read: threads and snapshots.
   * @throws {TypeError} When the handle is foreign, cut short or of a newer layout, or its schema is damaged.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter({ help: "Jobs done" }) }));
   * const { metrics } = ThreadStats.inspect(stats.handle).snapshot();
   * assertEquals(metrics.jobs.definition.help, "Jobs done");
   * ```
   */
  static inspect(handle: ThreadStatsHandle): StatsView {
    const action = "inspect the handle";
    const opened = open(action, handle);
    const stats = ThreadStats.#over(action, parseDescription(opened.format.description), opened);
    const view: StatsView = {
      threads: () => stats.threads(),
      snapshot: (options?: SnapshotOptions) => stats.snapshot(options),
    };
    inspectable(view, { type: "StatsView", facts: () => stats.#facts() });
    return Object.freeze(view);
  }

  /**
   * Registers the calling thread: gives it memory of its own to count in. A slot that a thread of the same name has left is
   * taken first. On the handle of a {@linkcode Seat}, takes that seat.
   *
   * @param name At most 64 UTF-16 code units. By default `thread-N`, or the name of the reservation.
   * @returns The thread's writers; for this thread only.
   * @throws {TypeError} When the name is no string, or the seat is taken already.
   * @throws {RangeError} When the name is too long, all slots are taken, or the arena is full.
   * @throws {StaleThreadError} When the seat was revoked.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * const thread = stats.registerThread("main");
   * thread.metrics.jobs.add();
   * assertEquals(stats.metrics.jobs.perThread(), [{ thread: "main", slot: 0, value: 1 }]);
   * ```
   */
  registerThread(name?: string): Thread<Metrics> {
    return needing("register a thread", () => this.#register(name));
  }

  #register(name: string | undefined): Thread<Metrics> {
    const seat = this.#seat;
    const tenure = seat === undefined ? this.#acquire(name, ACTIVE) : this.#takeSeat(seat, name);
    const home = new ThreadContext(this.#arena, this.#slots, this.#cells, tenure);
    try {
      const writers = [...this.#homes].map(([metric, made]) => [metric, made.writer(home)]);
      const metrics = Object.freeze(Object.fromEntries(writers)) as MetricWriters<Metrics>;
      return new Thread(home, this.#slots.describe(tenure.slot)!.name, metrics);
    } catch (error) {
      home.retire();
      throw error;
    }
  }

  /**
   * Reserves a slot for a worker, and keeps the right to fence it: so the parent of a worker that was killed
   * can have its slot used again.
   *
   * @param name At most 64 UTF-16 code units. By default `thread-N`.
   * @returns The seat; send its `handle` to the worker.
   * @throws {TypeError} When the name is no string.
   * @throws {RangeError} When the name is too long, or all slots are taken.
   *
   * @example
   * ```ts
   * import { assertThrows } from "@std/assert";
   * import { counter, defineSchema, StaleThreadError, ThreadStats } from "@x/thread-stats";
   *
   * const schema = defineSchema({ jobs: counter() });
   * const stats = ThreadStats.create(schema);
   * const seat = stats.reserveThread("worker-1");
   * const thread = ThreadStats.attach(schema, seat.handle).registerThread(); // in the worker
   * seat.revoke(); // the worker was killed
   * assertThrows(() => thread.metrics.jobs.add(), StaleThreadError); // should it still run
   * ```
   */
  reserveThread(name?: string): Seat {
    const tenure = needing("reserve a thread", () => this.#acquire(name, RESERVED));
    return new Seat(this.#slots, tenure, this.handle);
  }

  /**
   * All thread slots that were ever used, in rising order.
   *
   * @returns Slot, name of the last owner, and state of each.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * stats.registerThread("main");
   * assertEquals(stats.threads(), [{ slot: 0, name: "main", state: "active" }]);
   * ```
   */
  threads(): ThreadInfo[] {
    const infos: ThreadInfo[] = [];
    for (let slot = 0; slot < this.#slots.used; slot++) {
      const info = this.#slots.describe(slot);
      if (info !== undefined) infos.push(info);
    }
    return infos;
  }

  /**
   * All metrics as one plain value. Never waits for a thread. Costs some ns for each live bucket and slot in use, whatever `maxThreads`
   * and the size of the memory are.
   *
   * @param options Whether threads are told apart.
   * @returns The snapshot.
   * @throws {TypeError} When an option is unknown or has the wrong shape.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter({ labels: ["queue"] }) }));
   * stats.registerThread("main").metrics.jobs.labels({ queue: "mail" }).add(2);
   * const { jobs } = stats.snapshot({ perThread: true }).metrics;
   * assertEquals(jobs.series[0].labels, { queue: "mail" });
   * assertEquals(jobs.series[0].perThread, [{ thread: "main", slot: 0, value: 2 }]);
   * ```
   */
  snapshot(options: SnapshotOptions = {}): Snapshot<Metrics> {
    const { perThread, threadTotals } = takeOptions("take a snapshot", options, SNAPSHOT_OPTIONS);
    for (const [name, value] of Object.entries({ perThread, threadTotals })) {
      if (value !== undefined && typeof value !== "boolean") {
        throw new TypeError(cannot("take a snapshot", `${name} must be a boolean`, value));
      }
    }
    return takeSnapshot(this.#arena, this.#homes.values(), {
      threads: this.threads(),
      perThread,
      threadTotals,
    });
  }

  /** What the statistics show of themselves. */
  #facts(): Record<string, unknown> {
    return {
      metrics: [...this.#homes.keys()],
      threads: this.#slots.used,
      usedBytes: this.#arena.bytesUsed,
    };
  }

  #acquire(name: string | undefined, state: typeof RESERVED | typeof ACTIVE): Tenure {
    return this.#slots.acquire(name, { state, prepare: (slot) => this.#cells.ensureBlock(slot) });
  }

  #takeSeat(seat: SeatTicket, name: string | undefined): Tenure {
    const action = "register a thread";
    const checked = checkThreadName(action, name);
    // First what may fail: a seat that was taken in vain would be lost.
    this.#cells.ensureBlock(seat.slot);
    const tenure = { slot: seat.slot, control: seat.control };
    const state = this.#slots.activate(tenure);
    if (state === "reserved") {
      if (checked !== undefined) this.#slots.rename(tenure, checked);
      return tenure;
    }
    if (state === "active") {
      throw new TypeError(cannot(action, "the seat must be free", got("one that is taken")));
    }
    throw new StaleThreadError(
      cannot(action, "the seat must be free", got(`one that is ${state}`)),
    );
  }
}

/** Reads a handle, each part once, and what its memory says of itself. */
function open(
  action: string,
  handle: ThreadStatsHandle,
): { given: ThreadStatsHandle; format: ReturnType<typeof readFormat> } {
  const given = isPlain(handle)
    ? takeOwn<ThreadStatsHandle>(handle, ["threadStats", "buffer", "memory", "seat"])
    : undefined;
  if (typeof given?.threadStats !== "number") {
    throw new TypeError(cannot(action, "it must be the handle of a ThreadStats", handle));
  }
  if (given.threadStats !== LAYOUT_VERSION) {
    throw new TypeError(cannot(action, `its layout must be ${LAYOUT_VERSION}`, given.threadStats));
  }
  return { given, format: readFormat(given, action) };
}

function labelledOf(schema: Schema): boolean[] {
  return Object.values(schema.metrics).map((definition) => definition.labels.length > 0);
}

function assertInteger(
  action: string,
  name: string,
  value: unknown,
  [least, most]: [number, number],
): void {
  if (typeof value !== "number") {
    throw new TypeError(cannot(action, `${name} must be a number`, value));
  }
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(
      cannot(action, `${name} must be an integer from ${least} to ${most}`, value),
    );
  }
}

/** A copy of a ticket: the giver may change his own afterwards. */
function ticketOf(action: string, seat: SeatTicket, maxThreads: number): SeatTicket {
  const { slot, control }: Partial<SeatTicket> = isPlain(seat)
    ? takeOwn(seat, ["slot", "control"])
    : {};
  const isSlot = isWord(slot) && slot >= 0 && slot < maxThreads;
  if (!isSlot || !isWord(control) || !isActive(control)) {
    throw new TypeError(cannot(action, "its seat must come from reserveThread", seat));
  }
  return { slot, control };
}

/** Whether something is a signed integer of 32 bits. */
function isWord(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value;
}
