/**
 * The writers of a thread.
 *
 * @module
 */
import type { SchemaDefinition } from "../schema/definitions.ts";
import type { ThreadContext } from "../threads/thread_context.ts";
import type { Metric } from "./metric.ts";
import type { Metrics } from "./metric_catalogue.ts";
import type { MetricWriters } from "./writer_types.ts";

/**
 * The writers of each tenure. A metric has one writer in a tenure, because the writer keeps the
 * values of its cells in private fields: with two, each would overwrite what the other has counted.
 */
const made = new WeakMap<ThreadContext, Map<Metric, unknown>>();

/**
 * The most metrics whose cells a thread gets with its writers. Their updates are faster on Bun, see
 * `CellWriter.isLocatedAtOnce`; each costs 16 to 24 bytes. Of a larger schema, a thread gets each
 * cell at its first update.
 */
const MOST_LOCATED_AT_ONCE = 64;

/**
 * A thread's writers of some metrics, by name. Owner thread only.
 *
 * @throws {RangeError} When the arena is full.
 */
export function writersOf<Definitions extends SchemaDefinition>(
  context: ThreadContext,
  metrics: Metrics,
): MetricWriters<Definitions> {
  const known = made.get(context) ?? new Map<Metric, unknown>();
  made.set(context, known);
  const isLocatedAtOnce = metrics.size <= MOST_LOCATED_AT_ONCE;
  const entries = [...metrics].map(([name, metric]) => {
    if (!known.has(metric)) known.set(metric, metric.writer(context, isLocatedAtOnce));
    return [name, known.get(metric)];
  });
  return Object.freeze(Object.fromEntries(entries)) as MetricWriters<Definitions>;
}
