/**
 * The statistics of a program: the one object that every thread makes, from a schema and a handle.
 *
 * @module
 */
import {
  type Attachment,
  createAttachment,
  extendAttachment,
  openAttachment,
  openParts,
} from "./attachment.ts";
import { cannot } from "./base/errors.ts";
import { harden } from "./base/harden.ts";
import { inspectable } from "./base/inspectable.ts";
import { takeOptions } from "./base/options.ts";
import { type FollowableWorker, followWorker } from "./ends/follow.ts";
import { SlotReclaimer } from "./ends/slot_reclaimer.ts";
import { type JoinedName, processIn, threadState } from "./host/thread_state.ts";
import { join, joinSync } from "./join/join.ts";
import { attachOnce, registerOnce } from "./join/joined_name.ts";
import { type JoinOptions, readJoinOptions } from "./join/options.ts";
import { needing } from "./memory/arena.ts";
import type { MetricReaders } from "./metrics/reader_types.ts";
import { register, type Registration, reserveSlot } from "./registration.ts";
import { overdueSince } from "./runtime/observation.ts";
import type { SchemaDefinition } from "./schema/definitions.ts";
import { schemaOf } from "./schema/description.ts";
import { defineSchema, type Schema } from "./schema/schema.ts";
import type { Snapshot } from "./snapshots/snapshot.ts";
import {
  SNAPSHOT_OPTIONS,
  type SnapshotOptions,
  SnapshotTaker,
} from "./snapshots/take_snapshot.ts";
import type { Thread } from "./thread.ts";
import { readThreadStatsOptions, type ThreadStatsOptions } from "./thread_stats_options.ts";
import { openHandle, type ThreadStatsHandle } from "./threads/handle.ts";
import { readStopped, type RevokeOptions, Seat } from "./threads/seat.ts";
import type { ThreadInfo, ThreadTurn } from "./threads/control_word.ts";
import { checkThreadName } from "./threads/slot_names.ts";
import { readSince } from "./threads/slot_owner.ts";

const NO_METRICS = defineSchema({});

/** The statistics of a memory that this thread has joined, with a schema. For `file/`. */
export let statsOfJoined: <Metrics extends SchemaDefinition>(
  joined: JoinedName,
  schema: Schema<Metrics>,
) => ThreadStats<Metrics>;

/** Read-only statistics. Made by {@linkcode ThreadStats.inspect}. */
export interface StatsView {
  /** See {@linkcode ThreadStats.threads}. */
  threads(): ThreadInfo[];
  /** See {@linkcode ThreadStats.snapshot}. */
  snapshot(options?: SnapshotOptions): Snapshot;
}

/**
 * Statistics that many threads update at the cost of a plain addition, and that any thread reads at
 * any time.
 *
 * | operation | cost | progress |
 * | --- | --- | --- |
 * | `thread.metrics.NAME` updates | 1-15 ns | wait-free |
 * | reads | a few ns for each thread slot in use | never wait for a writer |
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
 * // worker.postMessage(stats.handle), and in the worker ThreadStats.attach(schema, handle)
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
  /** The readers of the schema's metrics by name. */
  readonly metrics: MetricReaders<Metrics>;
  /** The schema. The memory may have more metrics: {@linkcode snapshot} shows all of them. */
  readonly schema: Schema<Metrics>;
  /**
   * For other threads, to attach. It holds the shared memory itself, so do not send it out of the
   * program.
   */
  readonly handle: ThreadStatsHandle;
  readonly #attachment: Attachment;
  readonly #snapshots: SnapshotTaker;
  /** The name that this thread has joined; `undefined` without a join. */
  #joinedName: JoinedName | undefined;

  static {
    statsOfJoined = (joined, schema) => ThreadStats.#joined(joined, schema);
    inspectable<ThreadStats<SchemaDefinition>>(this.prototype, {
      type: "ThreadStats",
      facts: (stats) => stats.#facts(),
    });
  }

  private constructor(attachment: Attachment, snapshots = new SnapshotTaker(attachment)) {
    this.#attachment = attachment;
    this.#snapshots = snapshots;
    this.handle = attachment.handle;
    this.schema = attachment.schema as Schema<Metrics>;
    const readers = [...attachment.metrics].map(([name, metric]) => [name, metric.reader]);
    this.metrics = Object.freeze(Object.fromEntries(readers)) as MetricReaders<Metrics>;
    harden(this);
  }

  /**
   * Makes the shared memory of a program's statistics. One thread calls this, the others attach.
   *
   * @typeParam Metrics The definitions of the schema.
   * @param schema From {@linkcode defineSchema}.
   * @param options Limits of the memory.
   * @returns The statistics.
   * @throws {TypeError} When the schema did not come from `defineSchema`, or an option is unknown
   * or has the wrong shape.
   * @throws {RangeError} When an option is out of range, or the schema needs more memory than
   * `maxByteLength`.
   * @throws {Error} In a web page that is not cross-origin isolated. It names the missing headers.
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
    const limits = readThreadStatsOptions(action, options, checked);
    return new ThreadStats(createAttachment(action, checked, limits));
  }

  /**
   * Attaches to statistics that another thread has made.
   *
   * @typeParam Metrics The definitions of the schema.
   * @param schema The same schema as in `create` or `extend`, or a part of it with the same
   * definitions.
   * @param handle `stats.handle`, or the handle of a {@linkcode Seat}.
   * @returns The statistics.
   * @throws {TypeError} When the handle is foreign, truncated or of another layout, or the memory
   * lacks a metric of the schema or has it with another definition.
   *
   * @example
   * ```ts
   * import { assertThrows } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ packets: counter() }));
   * const other = defineSchema({ bytes: counter() });
   * const attach = () => ThreadStats.attach(other, stats.handle);
   * assertThrows(attach, TypeError, "each metric of the schema must be in the memory");
   * ```
   */
  static attach<const Metrics extends SchemaDefinition>(
    schema: Schema<Metrics>,
    handle: ThreadStatsHandle,
  ): ThreadStats<Metrics> {
    const action = "attach to the handle";
    const checked = schemaOf(action, schema);
    return new ThreadStats(openAttachment(action, checked, openHandle(action, handle)));
  }

  /**
   * Adds the metrics of a schema to the memory, for a library, a plugin or a framework whose
   * metrics the program's schema does not have. Any thread, at any time, and in any number of
   * threads at once: the same definition under the same name is the same metric. Metrics stay for
   * the life of the memory. Existing writers and readers are neither moved nor slowed. Lock-free;
   * takes some µs for each new metric.
   *
   * @typeParam More The definitions of the schema.
   * @param schema From {@linkcode defineSchema}.
   * @returns The statistics of these metrics, in the same memory. {@linkcode Thread.extend} makes
   * this thread's writers of them.
   * @throws {TypeError} When the schema did not come from `defineSchema`, or the memory has another
   * definition under the name of one of its metrics, or under a name that exporters would write
   * alike. Then no metric was added.
   * @throws {RangeError} When the memory would have more than `maxMetrics` metrics, or the arena is
   * full.
   *
   * @example
   * ```ts
   * import { assertEquals, assertThrows } from "@std/assert";
   * import { counter, defineSchema, gauge, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * const http = stats.extend(defineSchema({ httpRequests: counter() }));
   * http.registerThread("server").metrics.httpRequests.add();
   * assertEquals(Object.keys(stats.snapshot().metrics), ["jobs", "httpRequests"]);
   *
   * const other = defineSchema({ jobs: gauge() });
   * assertThrows(() => stats.extend(other), TypeError, "the definition that the memory has");
   * ```
   */
  extend<const More extends SchemaDefinition>(schema: Schema<More>): ThreadStats<More> {
    const action = "extend the statistics";
    const checked = schemaOf(action, schema);
    const attachment = extendAttachment(action, this.#attachment, checked);
    const extended = new ThreadStats<More>(attachment, this.#snapshots);
    extended.#joinedName = this.#joinedName;
    return extended;
  }

  /**
   * Finds the statistics of this name in this process, or creates them. Works in every kind of
   * thread. Metrics of the schema that they lack are added, as by {@linkcode extend}. When this
   * thread or a worker that it creates ends, its slot is given back; `docs/threads.md` explains
   * how. A join does not keep a thread or the process alive.
   *
   * @typeParam Metrics The definitions of the schema.
   * @param name Names the statistics in this process: 1 to 128 UTF-16 code units.
   * @param schema From {@linkcode defineSchema}.
   * @param options Limits of the memory, which only the thread that creates it uses, and how long
   * to wait for threads that do not answer.
   * @returns The statistics.
   * @throws {TypeError} When an argument has the wrong shape, or the statistics of this name have
   * another definition of a metric.
   * @throws {RangeError} When the name or an option is out of range, there are too many metrics, or
   * the arena is full.
   * @throws {Error} When threads have joined and none of them answers in time.
   *
   * @example In a module that every thread imports
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const schema = defineSchema({ jobs: counter({ help: "Jobs done" }) });
   * const stats = await ThreadStats.join("shop", schema);
   * const { metrics } = stats.registerThread();
   * metrics.jobs.add();
   * assertEquals(stats.metrics.jobs.read(), 1);
   * ```
   */
  static async join<const Metrics extends SchemaDefinition>(
    name: string,
    schema: Schema<Metrics>,
    options: JoinOptions = {},
  ): Promise<ThreadStats<Metrics>> {
    const { checked, timeoutSeconds, create } = ThreadStats.#joinRequest(name, schema, options);
    return ThreadStats.#joined(await join({ name, timeoutSeconds, create }), checked);
  }

  /**
   * Does the same as {@linkcode ThreadStats.join} without waiting. It finds only statistics that
   * this thread, or a thread that created it, has joined before; in a web worker on Deno, which
   * inherits nothing, only those of this thread. A main thread that finds none creates them.
   *
   * @typeParam Metrics The definitions of the schema.
   * @param name Names the statistics in this process: 1 to 128 UTF-16 code units.
   * @param schema From {@linkcode defineSchema}.
   * @param options Limits of the memory, which only the thread that creates it uses.
   * @returns The statistics.
   * @throws {TypeError} When an argument has the wrong shape, or the statistics of this name have
   * another definition of a metric.
   * @throws {RangeError} When the name or an option is out of range, or there are too many metrics.
   * @throws {Error} When a worker finds no statistics, or when another thread has joined the name
   * and only waiting could find its memory.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const schema = defineSchema({ jobs: counter({ help: "Jobs done" }) });
   * const stats = ThreadStats.joinSync("office", schema);
   * assertEquals(ThreadStats.joinSync("office", schema), stats);
   * ```
   */
  static joinSync<const Metrics extends SchemaDefinition>(
    name: string,
    schema: Schema<Metrics>,
    options: JoinOptions = {},
  ): ThreadStats<Metrics> {
    const { checked, create } = ThreadStats.#joinRequest(name, schema, options);
    return ThreadStats.#joined(joinSync({ name, create }), checked);
  }

  static #joinRequest<Metrics extends SchemaDefinition>(
    name: string,
    schema: Schema<Metrics>,
    options: JoinOptions,
  ): { checked: Schema<Metrics>; timeoutSeconds: number; create: () => ThreadStatsHandle } {
    const action = "join the statistics";
    const checked = schemaOf(action, schema);
    const { timeoutSeconds, ...given } = readJoinOptions(name, options);
    const limits = readThreadStatsOptions(action, given, checked);
    const create = () => createAttachment(action, checked, limits).handle;
    return { checked, timeoutSeconds, create };
  }

  static #joined<Metrics extends SchemaDefinition>(
    joined: JoinedName,
    schema: Schema<Metrics>,
  ): ThreadStats<Metrics> {
    return attachOnce(joined, schema.description, () => {
      const action = `join the statistics ${JSON.stringify(joined.name)}`;
      const parts = openParts(action, openHandle(action, joined.handle));
      const stats = new ThreadStats<Metrics>(extendAttachment(action, parts, schema));
      stats.#joinedName = joined;
      return stats;
    });
  }

  /**
   * Opens statistics read-only from their handle, without the program's schema: for viewers that do
   * not share its code. The size of the shared memory bounds the time and memory that this and each
   * snapshot take, even if the memory is damaged.
   *
   * @param handle `stats.handle`.
   * @returns A view with threads and snapshots.
   * @throws {TypeError} When the handle is foreign, truncated or of another layout, or its schema
   * is damaged.
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
    const parts = openParts(action, openHandle(action, handle));
    // Throws if the definitions are damaged, and knows the names for `#facts`.
    const names = parts.catalogue.all(action).map(({ name }) => name);
    const stats = new ThreadStats({ ...parts, schema: NO_METRICS, metrics: new Map() });
    const view: StatsView = {
      threads: () => stats.threads(),
      snapshot: (options?: SnapshotOptions) => stats.snapshot(options),
    };
    inspectable(view, { type: "StatsView", facts: () => ({ ...stats.#facts(), metrics: names }) });
    return Object.freeze(view);
  }

  /**
   * Registers the calling thread: gives it a slot, whose memory only this thread writes to. Prefers
   * a slot whose last owner had the same name. Statistics attached with the handle of a
   * {@linkcode Seat} take that seat. After a join, a thread that registers under a name again gets the
   * registration that it has.
   *
   * @param name At most 64 UTF-16 code units. By default the name of the seat, or that of the
   * worker (`new Worker(url, { name })`), or `thread-N`.
   * @returns The thread's writers, for use in this thread only.
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
    const action = "register a thread";
    const attachment = this.#attachment;
    const joined = this.#joinedName;
    const make = (name: string | undefined): Registration<Metrics> =>
      needing(action, () => register<Metrics>(attachment, name));
    if (joined === undefined) return make(name).thread;
    const checked = checkThreadName(action, name);
    const key = JSON.stringify([attachment.schema.description, checked]);
    return registerOnce(joined, key, () => make(checked)) as Thread<Metrics>;
  }

  /**
   * Reserves a slot for a worker, and keeps the right to revoke it. So the parent of a worker that
   * was killed can free its slot.
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
    const attachment = this.#attachment;
    const tenure = needing("reserve a thread", () => reserveSlot(attachment, name));
    return new Seat(attachment.slots, tenure, this.handle);
  }

  /**
   * Frees a worker's slots when it ends, however it ends. After a join this happens by itself. Call
   * it for workers that were created before the join, and for those that use `attach`. It does not
   * keep a thread or the process alive.
   *
   * It does nothing in a browser, where nothing tells which thread a worker was: reserve a seat for
   * the worker there, and revoke it.
   *
   * @param worker A worker that this thread has created: of `node:worker_threads`, or a web worker.
   * @throws {TypeError} When it is no worker.
   *
   * @example
   * ```ts
   * import { assertThrows } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * // const worker = new Worker(...); stats.follow(worker);
   * assertThrows(() => stats.follow({} as Worker), TypeError, "it must be a Worker");
   * ```
   */
  follow(worker: FollowableWorker): void {
    const { arena, slots } = this.#attachment;
    const reclaimer = new SlotReclaimer(arena, slots, processIn(this.handle));
    followWorker(worker, {
      ended: (thread, proofs) => reclaimer.threadEnded(thread, proofs),
      mayHaveEnded: () => reclaimer.sweep(threadState().life),
    });
  }

  /**
   * Fences the thread that has a slot, as {@linkcode Seat.revoke} does: for a thread that has ended
   * unnoticed.
   *
   * @param slot Number of the slot, from {@linkcode ThreadStats.threads}.
   * @param options Whether the caller knows that the thread has stopped.
   * @returns Whether the thread could write until now.
   * @throws {TypeError} When the options have the wrong shape, or the slot is no number.
   * @throws {RangeError} When no thread has ever had the slot.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * const { slot } = stats.registerThread("gone");
   * assertEquals(stats.revoke(slot, { stopped: true }), true);
   * assertEquals(stats.threads()[slot].state, "retired");
   * ```
   */
  revoke(slot: number, options: RevokeOptions = {}): boolean {
    const action = "revoke the slot";
    const { slots } = this.#attachment;
    if (typeof slot !== "number") throw new TypeError(cannot(action, "it must be a number", slot));
    if (!Number.isInteger(slot) || slot < 0 || slot >= slots.used) {
      throw new RangeError(cannot(action, "a thread must have had it (threads())", slot));
    }
    const stopped = readStopped(action, options);
    const tenure = slots.tenureOf(slot);
    return tenure !== undefined && slots.revoke(tenure, stopped);
  }

  /**
   * Lists all thread slots that were ever used, in rising order.
   *
   * @returns Number, name of the last owner, and state of each slot; of threads that run
   * {@linkcode Thread.observeRuntime} also for how long they are blocked.
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
    const { slots, turns } = this.#attachment;
    const latest = turns.read(overdueSince());
    const infos: ThreadInfo[] = [];
    for (let slot = 0; slot < slots.used; slot++) {
      const info = slots.describe(slot);
      if (info !== undefined) infos.push(this.#withTimes(info, latest.get(slot)));
    }
    return infos;
  }

  /**
   * Copies the values of all metrics in the memory, also of those that other threads have added.
   * Never waits for a thread. Costs a few ns for each live bucket times each thread slot in use,
   * regardless of `maxThreads` and of the size of the memory, and some ns for each metric that was
   * never used. The rows of a counter with 64 series or more are made when `series` is first read,
   * with the values of the snapshot; that costs some 15 ns a row.
   *
   * @param options Whether to include the values of each thread.
   * @returns The snapshot.
   * @throws {TypeError} When an option is unknown or has the wrong shape, or the memory is damaged.
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
    const { perThread = false, threadTotals = false } = takeOptions(
      "take a snapshot",
      options,
      SNAPSHOT_OPTIONS,
    );
    for (const [name, value] of Object.entries({ perThread, threadTotals })) {
      if (typeof value !== "boolean") {
        throw new TypeError(cannot("take a snapshot", `${name} must be a boolean`, value));
      }
    }
    return this.#snapshots.take<Metrics>(this.threads(), { perThread, threadTotals });
  }

  /** Adds the times at which the slot's present owner registered, and at which it turned last. */
  #withTimes(info: ThreadInfo, turn: ThreadTurn | undefined): ThreadInfo {
    const { arena, slots } = this.#attachment;
    const tenure = slots.tenureOf(info.slot);
    const since = info.state === "reserved" || tenure === undefined
      ? undefined
      : readSince(arena, slots, tenure);
    // Not enumerable, so that comparing, printing and cloning see only slot, name and state.
    Object.defineProperty(info, "since", { value: since });
    // Else the thread ended after its turn was read.
    if (turn === undefined || info.state !== "active") return info;
    for (const [name, value] of Object.entries(turn)) Object.defineProperty(info, name, { value });
    return info;
  }

  /** What `console.log` and `JSON.stringify` show. */
  #facts(): Record<string, unknown> {
    const { arena, metrics, slots } = this.#attachment;
    return { metrics: [...metrics.keys()], threads: slots.used, usedBytes: arena.bytesUsed };
  }
}
