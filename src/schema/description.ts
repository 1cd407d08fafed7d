/**
 * The way back from a schema's description in shared memory to its definitions, for those who do not share the program's code.
 *
 * @module
 */
import { cannot, got } from "../errors.ts";
import { counter } from "./counter.ts";
import { bitOr, type FieldDefinition, max, min, sum } from "./fields.ts";
import { gauge } from "./gauge.ts";
import { histogram } from "./histogram.ts";
import { parseJson } from "./json.ts";
import { own } from "./options.ts";
import { record } from "./record.ts";
import { defineSchema, type MetricDefinition, type Schema } from "./schema.ts";

// deno-lint-ignore no-explicit-any -- what JSON gives; every part of it is checked by the functions that define metrics
type Json = any;

/**
 * Makes the schema anew. Every name and option passes the checks of the functions that define metrics, so that nothing in the memory
 * is trusted.
 *
 * @throws {TypeError} When the text is no description of a schema.
 */
export function parseDescription(description: string): Schema {
  const what = "inspect the handle";
  let schema: Schema;
  try {
    const metrics = Object.entries(parseJson(description) as Json).map((
      [name, json],
    ) => [name, define(json)]);
    schema = defineSchema(Object.fromEntries(metrics));
  } catch (error) {
    // A name in it may be as long as the text.
    const reason = String(error).slice(0, MOST_REASON);
    throw new TypeError(cannot(what, "its schema must be intact", got(reason)), { cause: error });
  }
  if (schema.description === description) return schema;
  throw new TypeError(
    cannot(what, "its schema must be one of this version", got("another form of it")),
  );
}

/** The most UTF-16 code units of an error that are told. */
const MOST_REASON = 300;

function define(json: Json): MetricDefinition {
  const { kind, bins, fields, ...options } = own<Json>(json);
  switch (kind) {
    case "counter":
      return counter(options);
    case "gauge":
      return gauge(options);
    case "histogram":
      return histogram({ ...options, ...bins });
    case "record":
      return record(
        Object.fromEntries(
          Object.entries<Json>(fields).map(([name, field]) => [name, defineField(field)]),
        ),
        options,
      );
    default:
      throw new TypeError(cannot("define a metric", "its kind must be known", kind));
  }
}

function defineField(json: Json): FieldDefinition<number> | FieldDefinition<bigint> {
  const { op, type } = own<Json>(json);
  switch (op) {
    case "sum":
      return sum(type);
    case "min":
      return min();
    case "max":
      return max();
    case "bitOr":
      return bitOr();
    default:
      throw new TypeError(cannot("define a field", "its op must be known", op));
  }
}
