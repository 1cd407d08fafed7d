/**
 * The way back from a schema's description in shared memory to its definitions, for those who do not share the program's code.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { isMarked } from "./marks.ts";
import { rebuildDefinition } from "./rebuild.ts";
import { defineSchema, isSchema, type Schema, type SchemaDefinition } from "./schema.ts";

/**
 * Makes the schema anew. Every name and option passes the checks of the functions that define metrics, so that nothing in the memory
 * is trusted.
 *
 * @throws {TypeError} When the text is no description of a schema.
 */
export function parseDescription(
  description: string,
  action = "inspect the handle",
): Schema {
  let schema: Schema;
  try {
    const metrics = Object.entries(JSON.parse(description)).map((
      [name, json],
    ) => [name, rebuildDefinition(json)]);
    schema = defineSchema(Object.fromEntries(metrics));
  } catch (error) {
    throw new TypeError(cannot(action, "its schema must be intact", got(String(error))), {
      cause: error,
    });
  }
  if (schema.description === description) return schema;
  throw new TypeError(
    cannot(action, "its schema must be one of this version", got("another form of it")),
  );
}

/** The schemas of other copies of this module, made anew. */
const remade = new WeakMap<object, Schema>();

/**
 * A schema that was checked: the given one if it came from `defineSchema`; one like it if it came
 * from that of another copy of this module.
 *
 * @throws {TypeError} When it came from neither.
 */
export function schemaOf<Metrics extends SchemaDefinition>(
  action: string,
  schema: Schema<Metrics>,
): Schema<Metrics> {
  if (isSchema(schema)) return schema as Schema<Metrics>;
  if (!isMarked(schema, "schema")) {
    throw new TypeError(cannot(action, "the schema must come from defineSchema", schema));
  }
  let made = remade.get(schema);
  if (made === undefined) {
    const { description } = schema as Schema;
    if (typeof description !== "string") {
      throw new TypeError(
        cannot(action, "the schema must be whole", got("one without description")),
      );
    }
    remade.set(schema, made = parseDescription(description, action));
  }
  return made as Schema<Metrics>;
}
