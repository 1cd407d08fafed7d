/**
 * A registered thread: its writers.
 *
 * @module
 */
import { inspectable } from "./base/inspectable.ts";
import type { MetricWriters } from "./metrics/writer_types.ts";
import type { SchemaDefinition } from "./schema/schema.ts";
import type { ThreadContext } from "./threads/thread_context.ts";

/**
 * The calling thread as a writer. Made by {@linkcode ThreadStats.registerThread}; not for other threads.
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
  readonly #home: ThreadContext;

  static {
    inspectable<Thread<SchemaDefinition>>(this.prototype, {
      type: "Thread",
      facts: ({ name, slot, metrics }) => ({ name, slot, metrics: Object.keys(metrics) }),
    });
  }

  /** Not for users. */
  constructor(home: ThreadContext, name: string, metrics: MetricWriters<Metrics>) {
    this.slot = home.tenure.slot;
    this.name = name;
    this.metrics = metrics;
    this.#home = home;
  }

  /**
   * Ends the thread's time as a writer: what it counted stays, its slot can be used again, its writers throw from now on. Does
   * nothing when that is so already.
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
    this.#home.retire();
  }

  /** The same as {@linkcode unregister}, for `using`. */
  [Symbol.dispose](): void {
    this.unregister();
  }
}
