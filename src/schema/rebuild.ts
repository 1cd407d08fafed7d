/**
 * Definitions made anew from what they say of themselves: from the text in the memory, or by
 * another copy of this module. Every name and option passes the checks of the functions that define
 * metrics, so nothing is trusted.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { counter } from "./counter.ts";
import { bitOr, type FieldDefinition, max, min, sum } from "./fields.ts";
import { gauge } from "./gauge.ts";
import { histogram } from "./histogram.ts";
import { own } from "./metric_options.ts";
import { record } from "./record.ts";
import type { MetricDefinition } from "./schema.ts";

// deno-lint-ignore no-explicit-any -- anything; every part of it is checked by the functions that define metrics
type Json = any;

/**
 * Makes a definition anew.
 *
 * @throws {TypeError} When it is none.
 * @throws {RangeError} When an option is out of range.
 */
export function rebuildDefinition(json: Json): MetricDefinition {
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
          Object.entries<Json>(fields).map(([name, field]) => [name, remakeField(field)]),
        ),
        options,
      );
    default:
      throw new TypeError(cannot("define a metric", "its kind must be known", kind));
  }
}

function remakeField(json: Json): FieldDefinition<number> | FieldDefinition<bigint> {
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
