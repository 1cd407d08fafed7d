/**
 * Definitions of records.
 *
 * @module
 */
import { describe } from "../base/describe.ts";
import { cannot, got } from "../base/errors.ts";
import { takeOptions, takeOwn } from "../base/options.ts";
import { isPlain } from "../base/shapes.ts";
import { type FieldDefinition, isFieldDefinition } from "./fields.ts";
import { seal } from "./marks.ts";
import {
  type LabelOptions,
  METRIC_OPTIONS,
  type MetricOptions,
  validateMetricOptions,
} from "./metric_options.ts";
import { assertName } from "./names.ts";

/** The fields of a record by name. */
export type RecordFields = Readonly<
  Record<string, FieldDefinition<number> | FieldDefinition<bigint>>
>;

/** The definition of a record. Made by {@linkcode record}. */
export interface RecordDefinition<
  Fields extends RecordFields = RecordFields,
  Label extends string = never,
> {
  /** The kind of the metric. */
  readonly kind: "record";
  /** The exact name outside; absent if it is made from the name in the schema. */
  readonly name?: string;
  /** What it counts. */
  readonly help: string;
  /** Unit of the values, if all fields have the same. */
  readonly unit: string;
  /** Names of the labels. */
  readonly labels: readonly Label[];
  /** The most buckets with labels; updates of others go to the overflow series. */
  readonly maxSeries: number;
  /** The most UTF-16 code units of a label's value; longer values go to the overflow series. */
  readonly maxLabelLength: number;
  /** The fields by name. */
  readonly fields: Fields;
}

/** The values of a record's fields, as a read returns them. */
export type RecordValue<Fields extends RecordFields> = {
  [Name in keyof Fields]: Fields[Name] extends FieldDefinition<infer Value> ? Value : never;
};

/** A change to a record. Fields that are left out keep their values. */
export type RecordDelta<Fields extends RecordFields> = {
  readonly [Name in keyof Fields]?: Fields[Name] extends FieldDefinition<infer Value>
    ? [Value] extends [number] ? number : number | bigint
    : never;
};

/**
 * Defines a record: several fields that are updated and read together. A read never mixes two
 * commits of one thread.
 *
 * @typeParam Fields The fields by name.
 * @typeParam Label The names of the labels.
 * @param fields The fields, 1 to 64.
 * @param options Name, help, unit and labels.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When a field's name or definition, or an option, has the wrong shape, or an
 * option is unknown.
 * @throws {RangeError} When there are no fields, too many fields or too many labels, or when
 * `maxSeries` or `maxLabelLength` is out of range.
 *
 * @example Bytes and packets that always belong together
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, max, record, sum, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({
 *   flow: record({ bytes: sum("u64"), packets: sum(), longest: max() }),
 * });
 * const stats = ThreadStats.create(schema);
 * const thread = stats.registerThread("main");
 * const id = stats.metrics.flow.create();
 * thread.metrics.flow.update(id, { bytes: 1500, packets: 1, longest: 1500 });
 * assertEquals(stats.metrics.flow.read(id), { bytes: 1500n, packets: 1, longest: 1500 });
 * ```
 */
export function record<const Fields extends RecordFields, const Label extends string>(
  fields: Fields,
  options: MetricOptions & LabelOptions<Label> & { labels: readonly Label[] },
): RecordDefinition<Fields, Label>;
/**
 * Defines a record without labels. `create()` makes its buckets.
 *
 * @typeParam Fields The fields by name.
 * @param fields The fields, 1 to 64.
 * @param options Name, help and unit.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When a field's name or definition, or an option, has the wrong shape, or an
 * option is unknown.
 * @throws {RangeError} When there are no fields or too many.
 */
export function record<const Fields extends RecordFields>(
  fields: Fields,
  options?: MetricOptions & {
    labels?: undefined;
    maxSeries?: undefined;
    maxLabelLength?: undefined;
  },
): RecordDefinition<Fields>;
export function record(
  fields: RecordFields,
  options: MetricOptions & LabelOptions<string> = {},
): RecordDefinition<RecordFields, string> {
  if (!isPlain(fields)) {
    throw new TypeError(cannot("define a record", "the fields must be an object", fields));
  }
  const names = Object.keys(fields);
  if (names.length === 0 || names.length > MAX_FIELDS) {
    throw new RangeError(
      cannot("define a record", `1 to ${MAX_FIELDS} fields are needed`, names.length),
    );
  }
  const checked = names.map((name) => {
    assertName("define a field", name);
    if (RESERVED_FIELDS.has(name)) {
      const required = "methods of bursts and of all objects have reserved names";
      throw new TypeError(cannot("define a field", required, name));
    }
    return [name, copyField(name, fields[name])] as const;
  });
  const given = takeOptions("define a record", options, METRIC_OPTIONS);
  const common = validateMetricOptions("record", given);
  return seal({ ...common, fields: Object.freeze(Object.fromEntries(checked)) }, "definition");
}

/**
 * Checks and copies a field's definition. A copy, so that nobody can change it after the check:
 * the source text of the record's code is generated from it.
 */
function copyField(name: string, field: unknown): FieldDefinition {
  const parts = isPlain(field) ? takeOwn(field as Partial<FieldDefinition>, ["op", "type"]) : {};
  if (isFieldDefinition(parts)) return Object.freeze({ op: parts.op, type: parts.type });
  const { op, type } = parts;
  const given = op === undefined ? field : got(`the op ${describe(op)} of ${describe(type)}`);
  throw new TypeError(
    cannot(`define the field ${name}`, "it must come from sum, min, max or bitOr", given),
  );
}

/** Each commit copies all fields twice, so a record with more of them would be the wrong tool. */
const MAX_FIELDS = 64;

/**
 * The names of a burst's own methods, and of the properties that every object inherits: a delta
 * without such a field would appear to have it.
 */
const RESERVED_FIELDS = new Set([
  "id",
  "merge",
  "commit",
  "discard",
  ...Object.getOwnPropertyNames(Object.prototype),
]);
