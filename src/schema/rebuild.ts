/**
 * Rebuilds definitions from their properties: from the schema's text in the shared memory, or from
 * a definition of another copy of this module. Nothing is trusted: every name and option passes the
 * checks of the functions that define metrics.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { copyOwnProperties } from "../base/options.ts";
import { counter } from "./counter.ts";
import type { DefinitionsByKind, MetricDefinition, MetricKind } from "./definitions.ts";
import { bitOr, type FieldDefinition, type FieldOp, max, min, sum } from "./fields.ts";
import { gauge } from "./gauge.ts";
import { histogram } from "./histogram.ts";
import { withMeterOrigin } from "./meter_origin.ts";
import { record } from "./record.ts";

// deno-lint-ignore no-explicit-any -- unchecked; the functions that define metrics check every part
type Json = any;

const REBUILDERS: { readonly [Kind in MetricKind]: (parts: Json) => DefinitionsByKind[Kind] } = {
  counter: (options) => counter(options),
  gauge: (options) => gauge(options),
  histogram: ({ bins, ...options }) => histogram({ ...options, ...bins }),
  record: ({ fields, ...options }) => {
    const rebuilt = Object.entries(fields).map(([name, field]) => [name, rebuildField(field)]);
    return record(Object.fromEntries(rebuilt), options);
  },
};

const FIELD_REBUILDERS: {
  readonly [Op in FieldOp]: (type: Json) => FieldDefinition<number> | FieldDefinition<bigint>;
} = {
  sum: (type) => sum(type),
  min: () => min(),
  max: () => max(),
  bitOr: () => bitOr(),
};

/**
 * Rebuilds a definition.
 *
 * @throws {TypeError} When it is not the definition of a metric.
 * @throws {RangeError} When an option is out of range.
 */
export function rebuildDefinition(json: Json): MetricDefinition {
  const { kind, meter, ...parts } = copyOwnProperties<Json>(json);
  if (!isKeyOf(REBUILDERS, kind)) {
    throw new TypeError(cannot("define a metric", "its kind must be known", kind));
  }
  const definition = REBUILDERS[kind](parts);
  return meter === undefined ? definition : withMeterOrigin(definition, meter);
}

function rebuildField(json: Json): FieldDefinition<number> | FieldDefinition<bigint> {
  const { op, type } = copyOwnProperties<Json>(json);
  if (!isKeyOf(FIELD_REBUILDERS, op)) {
    throw new TypeError(cannot("define a field", "its op must be known", op));
  }
  return FIELD_REBUILDERS[op](type);
}

/**
 * Whether a value is a key of a table. Checks the type first: other keys may run code of theirs.
 */
function isKeyOf<Table extends object>(table: Table, key: unknown): key is keyof Table {
  return typeof key === "string" && Object.hasOwn(table, key);
}
