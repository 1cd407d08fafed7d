/**
 * A schema: the metrics of a program by name, and their description in shared memory.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { CounterDefinition } from "./counter.ts";
import type { GaugeDefinition } from "./gauge.ts";
import type { HistogramDefinition } from "./histogram.ts";
import { assertExportedNames } from "./exported_names.ts";
import { isMarked, mark } from "./marks.ts";
import { assertName } from "./names.ts";
import { isDefinition } from "./metric_options.ts";
import type { RecordDefinition, RecordFields } from "./record.ts";
import { rebuildDefinition } from "./rebuild.ts";
import {} from "../base/options.ts";
import { isPlain } from "../base/shapes.ts";

/** Any definition. */
export type MetricDefinition =
  | CounterDefinition<string>
  | CounterDefinition
  | GaugeDefinition<string>
  | GaugeDefinition
  | HistogramDefinition<string>
  | HistogramDefinition
  | RecordDefinition<RecordFields, string>
  | RecordDefinition;

/** Definitions of metrics by name. */
export type SchemaDefinition = Readonly<Record<string, MetricDefinition>>;

/** A schema: what {@linkcode defineSchema} gives. */
export interface Schema<Metrics extends SchemaDefinition = SchemaDefinition> {
  /** The definitions by name, in the order in which they were given. */
  readonly metrics: Metrics;
  /** The same as JSON: equal text, equal schema. It stands in the shared memory. */
  readonly description: string;
}

/** Schemas are made by `defineSchema` alone: whoever holds one knows that it was checked. */
const made = new WeakSet<object>();

/**
 * Defines the metrics of a program. Every thread imports the same schema.
 *
 * @typeParam Metrics The definitions by name.
 * @param metrics The definitions by name; a name is letters, digits and `_`. Exporters write it in snake case, with unit and `_total`
 * where these belong.
 * @returns The schema, for {@linkcode ThreadStats}.
 * @throws {TypeError} When a name is no name, or would be exported like that of another metric, or a definition did not come from
 * `counter`, `gauge`, `histogram` or `record`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema } from "@x/thread-stats";
 *
 * const schema = defineSchema({ packets: counter({ help: "Packets parsed" }) });
 * assertEquals(schema.metrics.packets.help, "Packets parsed");
 * ```
 */
export function defineSchema<const Metrics extends SchemaDefinition>(
  metrics: Metrics,
): Schema<Metrics> {
  if (!isPlain(metrics)) {
    throw new TypeError(cannot("define a schema", "the metrics must be an object", metrics));
  }
  // One look at each: a getter may give something else the next time.
  const entries = Object.entries<MetricDefinition>({ ...metrics }).map(([name, definition]) => {
    assertName("define a metric", name);
    return [name, definitionOf(name, definition)] as const;
  });
  const copy = Object.freeze(Object.fromEntries(entries)) as Metrics;
  assertExportedNames(copy);
  const schema = { metrics: copy, description: JSON.stringify(copy) };
  mark(schema, "schema");
  made.add(Object.freeze(schema));
  return schema;
}

/**
 * A definition that was checked: the given one, or one like that of another copy of this module.
 */
function definitionOf(name: string, definition: MetricDefinition): MetricDefinition {
  if (isDefinition(definition)) return definition;
  const action = `define the metric ${name}`;
  const required = "it must come from counter, gauge, histogram or record";
  if (!isMarked(definition, "definition")) {
    throw new TypeError(cannot(action, required, definition));
  }
  try {
    return rebuildDefinition(definition);
  } catch (cause) {
    const text = cannot(action, `${required} of this version`, got(String(cause)));
    throw new TypeError(text, { cause });
  }
}

/** Whether something came from this module's `defineSchema`. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && made.has(value);
}

/** The first metric in which two descriptions differ, for an error text. */
export function firstDifference(ours: string, theirs: string): string {
  const left = parse(ours);
  const right = parse(theirs);
  if (left === undefined || right === undefined) return "memory with a damaged schema";
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    // Own ones only: `toString` is a name like any other.
    if (!Object.hasOwn(right, name)) return `memory without the metric ${name}`;
    if (!Object.hasOwn(left, name)) return `memory with another metric ${name}`;
    if (JSON.stringify(left[name]) !== JSON.stringify(right[name])) {
      return `another definition of ${name}`;
    }
  }
  return "the metrics in another order";
}

/** A description as JSON; `undefined` when it is none. */
function parse(description: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(description);
    return typeof value === "object" && value !== null
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}
