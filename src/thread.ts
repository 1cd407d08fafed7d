/**
 * A registered thread, with its writers.
 *
 * @module
 */
import { harden } from "./base/harden.ts";
import { inspectable } from "./base/inspectable.ts";
import type { MetricWriters } from "./metrics/writer_types.ts";
import type { SchemaDefinition } from "./schema/definitions.ts";
import type { ThreadContext } from "./threads/thread_context.ts";

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

  static {
    inspectable<Thread<SchemaDefinition>>(this.prototype, {
      type: "Thread",
      facts: ({ name, slot, metrics }) => ({ name, slot, metrics: Object.keys(metrics) }),
    });
  }

  /** Not for users. */
  constructor(context: ThreadContext, name: string, metrics: MetricWriters<Metrics>) {
    this.slot = context.tenure.slot;
    this.name = name;
    this.metrics = metrics;
    this.#context = context;
    harden(this);
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
