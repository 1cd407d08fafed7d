/**
 * Schemas from outside this copy of the module: from their description in shared memory, or from
 * another copy's `defineSchema`.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { SchemaDefinition } from "./definitions.ts";
import { parseJson } from "./json.ts";
import { isMarked, isSealed } from "./marks.ts";
import { rebuildDefinition } from "./rebuild.ts";
import { defineOwnSchema, type Schema } from "./schema.ts";

/**
 * Rebuilds a schema from its description. Nothing is trusted: every name and option passes the
 * checks of the functions that define metrics.
 *
 * @throws {TypeError} When the text is no description of a schema.
 */
export function parseDescription(
  description: string,
  action = "inspect the handle",
): Schema {
  let schema: Schema;
  try {
    const metrics = Object.entries(parseJson(description) as object).map((
      [name, json],
    ) => [name, rebuildDefinition(json)]);
    schema = defineOwnSchema(Object.fromEntries(metrics));
  } catch (error) {
    // The error may contain a name that is as long as the whole description.
    const reason = String(error).slice(0, MAX_REASON);
    throw new TypeError(cannot(action, "its schema must be intact", got(reason)), { cause: error });
  }
  if (schema.description === description) return schema;
  throw new TypeError(
    cannot(action, "its schema must be one of this version", got("another form of it")),
  );
}

/** The most UTF-16 code units of another error's text that are quoted. */
const MAX_REASON = 300;

/** Rebuilt schemas, by the schema of another copy of this module. */
const rebuilt = new WeakMap<object, Schema>();

/**
 * A checked schema: the given one if this copy's `defineSchema` made it, or its equal, rebuilt, if
 * another copy's did.
 *
 * @throws {TypeError} When no `defineSchema` made it.
 */
export function schemaOf<Metrics extends SchemaDefinition>(
  action: string,
  schema: Schema<Metrics>,
): Schema<Metrics> {
  if (isSealed(schema, "schema")) return schema as Schema<Metrics>;
  if (!isMarked(schema, "schema")) {
    throw new TypeError(cannot(action, "the schema must come from defineSchema", schema));
  }
  let made = rebuilt.get(schema);
  if (made === undefined) {
    const { description } = schema as Schema;
    if (typeof description !== "string") {
      throw new TypeError(
        cannot(action, "the schema must be whole", got("one without description")),
      );
    }
    rebuilt.set(schema, made = parseDescription(description, action));
  }
  return made as Schema<Metrics>;
}
