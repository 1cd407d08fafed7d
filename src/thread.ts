/**
 * A registered thread, with its writers.
 *
 * @module
 */
import { cannot, got } from "./base/errors.ts";
import { harden } from "./base/harden.ts";
import { inspectable } from "./base/inspectable.ts";
import { isPlain } from "./base/shapes.ts";
import { identityOf } from "./memory/identity.ts";
import type { MetricCatalogue, Metrics as MetricsByName } from "./metrics/metric_catalogue.ts";
import { writersOf } from "./metrics/thread_writers.ts";
import type { MetricWriters } from "./metrics/writer_types.ts";
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
    if (!isPlain(stats)) {
      throw new TypeError(cannot(action, "it must be given the statistics", stats));
    }
    const schema = schemaOf(action, stats.schema);
    const { given } = openHandle(action, stats.handle);
    if (identityOf(given.buffer) !== identityOf(this.#context.arena.views().i32.buffer)) {
      throw new TypeError(cannot(action, "they must be of its memory", got("those of another")));
    }
    const metrics = this.#catalogue.select(action, schema);
    return new Thread<More>(this.#context, this.name, { catalogue: this.#catalogue, metrics });
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
  }

  /** Calls {@linkcode unregister}, for `using`. */
  [Symbol.dispose](): void {
    this.unregister();
  }
}
