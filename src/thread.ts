/**
 * A registered thread, with its writers.
 *
 * @module
 */
import { cannot, got } from "./base/errors.ts";
import { harden } from "./base/harden.ts";
import { inspectable } from "./base/inspectable.ts";
import { isPlain, lookAt } from "./base/shapes.ts";
import { needing } from "./memory/arena.ts";
import { identityOf } from "./memory/identity.ts";
import { bufferOf } from "./memory/shared_memory.ts";
import type { MetricCatalogue, Metrics as MetricsByName } from "./metrics/metric_catalogue.ts";
import { writersOf } from "./metrics/thread_writers.ts";
import type { MetricWriters } from "./metrics/writer_types.ts";
import { endObservation, observeRuntime } from "./runtime/observation.ts";
import type { ObserveRuntimeOptions, RuntimeObservation } from "./runtime/options.ts";
import { type RuntimeMetrics, runtimeSchema } from "./schema/runtime_metrics.ts";
import type { SchemaDefinition } from "./schema/definitions.ts";
import { schemaOf } from "./schema/description.ts";
import type { Schema } from "./schema/schema.ts";
import { openHandle, type ThreadStatsHandle } from "./threads/handle.ts";
import type { ThreadContext } from "./threads/thread_context.ts";

/** Statistics whose metrics a thread can write to: a {@linkcode ThreadStats}. */
export interface MetricsOfMemory<Definitions extends SchemaDefinition> {
  /** The metrics. */
  readonly schema: Schema<Definitions>;
  /** The memory. */
  readonly handle: ThreadStatsHandle;
}

/**
 * The calling thread as a writer. Made by {@linkcode ThreadStats.registerThread}, for use in this
 * thread only.
 *
 * @typeParam Metrics The definitions of the schema.
 */
export class Thread<Metrics extends SchemaDefinition> {
  /** Number of the thread's slot. */
  readonly slot: number;
  /** The thread's name. */
  readonly name: string;
  /** The writers of all metrics by name. */
  readonly metrics: MetricWriters<Metrics>;
  readonly #context: ThreadContext;
  readonly #catalogue: MetricCatalogue;

  static {
    inspectable<Thread<SchemaDefinition>>(this.prototype, {
      type: "Thread",
      facts: ({ name, slot, metrics }) => ({ name, slot, metrics: Object.keys(metrics) }),
    });
  }

  /** Not for users. */
  constructor(
    context: ThreadContext,
    name: string,
    { catalogue, metrics }: { catalogue: MetricCatalogue; metrics: MetricsByName },
  ) {
    this.slot = context.tenure.slot;
    this.name = name;
    this.metrics = writersOf<Metrics>(context, metrics);
    this.#context = context;
    this.#catalogue = catalogue;
    harden(this);
  }

  /**
   * This thread's writers of further metrics of the same memory. They belong to this registration:
   * the thread takes no second slot, and {@linkcode unregister} ends them too. A metric that this
   * thread has already has the same writer.
   *
   * @typeParam More The definitions of the other schema.
   * @param stats Statistics of the same memory, from {@linkcode ThreadStats.extend}.
   * @returns The same thread, with the writers of those metrics.
   * @throws {TypeError} When `stats` are no statistics, or are of another memory.
   * @throws {RangeError} When the arena is full.
   * @throws {StaleThreadError} When the registration is over.
   *
   * @example A library adds its metrics to those of the program
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * const thread = stats.registerThread("main");
   *
   * const httpSchema = defineSchema({ httpRequests: counter({ labels: ["method"] }) });
   * const http = stats.extend(httpSchema);
   * const { httpRequests } = thread.extend(http).metrics;
   * httpRequests.labels({ method: "GET" }).add();
   * assertEquals(http.metrics.httpRequests.read({ method: "GET" }), 1);
   * ```
   */
  extend<const More extends SchemaDefinition>(stats: MetricsOfMemory<More>): Thread<More> {
    const action = "extend the thread";
    this.#context.check(action);
    // A getter or a proxy may throw.
    const parts = isPlain(stats)
      ? lookAt(() => ({ schema: stats.schema, handle: stats.handle }))
      : undefined;
    if (parts === undefined) {
      throw new TypeError(cannot(action, "it must be given the statistics", stats));
    }
    const schema = schemaOf(action, parts.schema);
    const { given } = openHandle(action, parts.handle);
    if (identityOf(bufferOf(given)) !== identityOf(this.#context.arena.views().i32.buffer)) {
      throw new TypeError(cannot(action, "they must be of its memory", got("those of another")));
    }
    const metrics = this.#catalogue.select(action, schema);
    const made = { catalogue: this.#catalogue, metrics };
    return needing(action, () => new Thread<More>(this.#context, this.name, made));
  }

  /**
   * Ends this registration: the thread's writers throw from now on, and another thread can use its
   * slot. Counters, histograms and records keep what the thread has contributed; its gauges
   * disappear. Has no effect if the registration is over.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * const thread = stats.registerThread("main");
   * thread.metrics.jobs.add();
   * thread.unregister();
   * assertEquals(stats.metrics.jobs.read(), 1);
   * ```
   */
  unregister(): void {
    this.#context.retire();
    endObservation(this.#context);
  }

  /**
   * Observes this thread's runtime, until the registration ends: once in a period a timer measures
   * how late it fires, how busy the thread was, its heap and its processor time, and notes that the
   * event loop has turned. So other threads can tell whether this one is blocked, and for how long:
   * see {@linkcode ThreadInfo.blockedSeconds}.
   *
   * | metric | kind | exported as |
   * | --- | --- | --- |
   * | delay of the event loop | histogram | `thread_stats_thread_event_loop_delay_seconds` |
   * | its utilization, from 0 to 1 | gauge | `thread_stats_thread_event_loop_utilization_ratio` |
   * | heap in use | gauge | `thread_stats_thread_heap_used_bytes` |
   * | processor time since then | counter | `thread_stats_thread_cpu_seconds_total` |
   * | last turn, since 1970 | gauge | `thread_stats_thread_last_turn_timestamp_seconds` |
   * | for how long it is blocked | gauge | `thread_stats_thread_blocked_seconds` |
   *
   * Exporters show each thread's own figures, with the labels `thread` and `slot`. A figure that
   * the runtime does not have is left out.
   *
   * The timer keeps no thread alive. Costs 0.02 to 0.07 % of a core at the default period. A thread
   * that is observed already is not observed twice: the result is the observation that it has.
   *
   * @param options How often to measure.
   * @returns The observation, to stop it.
   * @throws {TypeError} When an option is unknown or has the wrong shape.
   * @throws {RangeError} When an option is out of range, the memory has too many metrics, or the
   * arena is full.
   * @throws {StaleThreadError} When the registration is over.
   *
   * @example Tell from another thread which ones are blocked
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
   *
   * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
   * const observation = stats.registerThread("worker-1").observeRuntime(); // in the worker
   *
   * const blocked = stats.threads().filter(({ blockedSeconds = 0 }) => blockedSeconds > 2);
   * assertEquals(blocked.map(({ name }) => name), []);
   * observation.stop();
   * ```
   */
  observeRuntime(options: ObserveRuntimeOptions = {}): RuntimeObservation {
    const action = "observe the runtime";
    return observeRuntime(action, this.#context, options, () => {
      const metrics = needing(action, () => this.#catalogue.extend(action, runtimeSchema));
      return writersOf<RuntimeMetrics>(this.#context, metrics);
    });
  }

  /** Calls {@linkcode unregister}, for `using`. */
  [Symbol.dispose](): void {
    this.unregister();
  }
}
