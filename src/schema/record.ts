/**
 * The definition of records.
 *
 * @module
 */
import { describe } from "../base/describe.ts";
import { cannot, got } from "../base/errors.ts";
import { FIELD_TYPES, type FieldDefinition, type FieldOp } from "./fields.ts";
import { assertName } from "./names.ts";
import {
  define,
  labelling,
  type LabelOptions,
  METRIC_OPTIONS,
  type MetricOptions,
  words,
} from "./metric_options.ts";
import { takeOptions, takeOwn } from "../base/options.ts";
import { isPlain } from "../base/shapes.ts";

/** The fields of a record by name. */
export type RecordFields = Readonly<
  Record<string, FieldDefinition<number> | FieldDefinition<bigint>>
>;

/** The definition of a record. Made by {@linkcode record}. */
export interface RecordDefinition<
  Fields extends RecordFields = RecordFields,
  Label extends string = never,
> {
  /** The kind of metric. */
  readonly kind: "record";
  /** What is counted. */
  readonly help: string;
  /** Unit of the values, where all have the same. */
  readonly unit: string;
  /** Names of the labels. */
  readonly labels: readonly Label[];
  /** The most buckets with labels. */
  readonly maxSeries: number;
  /** The fields by name. */
  readonly fields: Fields;
}

/** The values of a record: what a read gives. */
export type RecordValue<Fields extends RecordFields> = {
  [Name in keyof Fields]: Fields[Name] extends FieldDefinition<infer Value> ? Value : never;
};

/** A change to a record: the fields left out stay as they are. */
export type RecordDelta<Fields extends RecordFields> = {
  readonly [Name in keyof Fields]?: Fields[Name] extends FieldDefinition<infer Value>
    ? [Value] extends [number] ? number : number | bigint
    : never;
};

/**
 * Defines a record: several fields that are updated and read as one. A read never mixes two commits of one thread.
 *
 * @typeParam Fields The fields by name.
 * @typeParam Label The names of the labels.
 * @param fields The fields; at least one, at most 64.
 * @param options Words and labels.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When a field's name or definition, or an option, has the wrong shape, or an
 * option is unknown.
 * @throws {RangeError} When there are too many fields, or `maxSeries` is out of range.
 *
 * @example Bytes and packets that always belong together
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineSchema, max, record, sum, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({ flow: record({ bytes: sum("u64"), packets: sum(), longest: max() }) });
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
 * Defines a record without labels: its buckets come from `create()` alone.
 *
 * @typeParam Fields The fields by name.
 * @param fields The fields; at least one, at most 64.
 * @param options Words.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When a field's name or definition, or an option, has the wrong shape, or an
 * option is unknown.
 * @throws {RangeError} When there are too many fields.
 */
export function record<const Fields extends RecordFields>(
  fields: Fields,
  options?: MetricOptions & { labels?: undefined; maxSeries?: undefined },
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
      throw new TypeError(
        cannot(
          "define a field",
          "another name is needed, as bursts and objects have this one",
          name,
        ),
      );
    }
    return [name, fieldOf(name, fields[name])] as const;
  });
  const given = takeOptions("define a record", options, METRIC_OPTIONS);
  return define({
    kind: "record",
    ...words("record", given),
    ...labelling("record", given),
    fields: Object.freeze(Object.fromEntries(checked)),
  });
}

/** A copy of a field's definition, so that nobody can change it after it was checked: records' code is made from it. */
function fieldOf(name: string, field: unknown): FieldDefinition {
  const { op, type } = isPlain(field)
    ? takeOwn(field as Partial<FieldDefinition>, ["op", "type"])
    : {};
  if (typeof op !== "string" || FIELD_TYPES[op]?.includes(type as string) !== true) {
    const given = op === undefined ? field : got(`the op ${describe(op)} of ${describe(type)}`);
    throw new TypeError(
      cannot(`define the field ${name}`, "it must come from sum, min, max or bitOr", given),
    );
  }
  return Object.freeze({ op: op as FieldOp, type: type as FieldDefinition["type"] });
}

/** Fields are copied twice per commit: beyond this a record is the wrong tool. */
const MAX_FIELDS = 64;

/** Names that a burst's own methods have, and those that a change inherits, so that leaving them out would not leave them out. */
const RESERVED_FIELDS = new Set([
  "id",
  "merge",
  "commit",
  "discard",
  ...Object.getOwnPropertyNames(Object.prototype),
]);
