/**
 * A schema: the metrics of a program by name.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { isPlain } from "../base/shapes.ts";
import { assertExportedNames } from "./claimed_names.ts";
import type { MetricDefinition, SchemaDefinition } from "./definitions.ts";
import { isMarked, isSealed, seal } from "./marks.ts";
import { assertName } from "./names.ts";
import { rebuildDefinition } from "./rebuild.ts";

export type { MetricDefinition, SchemaDefinition } from "./definitions.ts";

/** The metrics of a program. Made by {@linkcode defineSchema}. */
export interface Schema<Metrics extends SchemaDefinition = SchemaDefinition> {
  /** The definitions by name, in the order in which they were given. */
  readonly metrics: Metrics;
  /**
   * The definitions as JSON. Two schemas are equal if this is. It is stored in the shared memory.
   */
  readonly description: string;
}

/**
 * Defines the metrics of a program. Every thread imports the same schema.
 *
 * @typeParam Metrics The definitions by name.
 * @param metrics The definitions by name. A name consists of letters, digits and `_`. Exporters
 * write it in snake case, and append the unit and `_total` where they belong, unless the definition
 * has the option `name`.
 * @returns The schema, for {@linkcode ThreadStats}.
 * @throws {TypeError} When a name is illegal, when two metrics would be exported under one name, or
 * when a definition did not come from `counter`, `gauge`, `histogram` or `record`.
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
  return makeSchema(metrics, assertExportedNames);
}

/**
 * Defines metrics of which some may have the names that are reserved for the library: its own ones,
 * and those that are read from a memory.
 *
 * @throws {TypeError} As {@linkcode defineSchema}.
 */
export function defineOwnSchema<const Metrics extends SchemaDefinition>(
  metrics: Metrics,
): Schema<Metrics> {
  return makeSchema(metrics, (copy) => assertExportedNames(copy, { mayBeOwn: true }));
}

function makeSchema<const Metrics extends SchemaDefinition>(
  metrics: Metrics,
  assertNames: (metrics: Metrics) => void,
): Schema<Metrics> {
  if (!isPlain(metrics)) {
    throw new TypeError(cannot("define a schema", "the metrics must be an object", metrics));
  }
  // The spread reads each property once: a getter may return something else the next time.
  const entries = Object.entries<MetricDefinition>({ ...metrics }).map(([name, definition]) => {
    assertName("define a metric", name);
    return [name, checkedDefinition(name, definition)] as const;
  });
  const copy = Object.freeze(Object.fromEntries(entries)) as Metrics;
  assertNames(copy);
  return seal({ metrics: copy, description: JSON.stringify(copy) }, "schema");
}

/** The given definition if this copy of the module made it; its equal if another copy did. */
function checkedDefinition(name: string, definition: MetricDefinition): MetricDefinition {
  if (isSealed(definition, "definition")) return definition;
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
