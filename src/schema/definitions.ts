/**
 * What a metric is: its kind, labels and fields, as `counter()` and `record()` give it. The types carry the
 * names, so that every writer and reader is typed by the schema.
 *
 * @module
 */
import { cannot } from "../errors.ts";

/** Words that describe a metric to people and to exporters. */
export interface MetricOptions {
  /**
   * What is counted, in a few words.
   *
   * @default {""}
   */
  help?: string;
  /**
   * Unit of the value, a plural noun: `"bytes"`, `"seconds"`.
   *
   * @default {""}
   */
  unit?: string;
}

/** Options of a metric that has one bucket for each set of labels. */
export interface LabelOptions<Label extends string> {
  /**
   * Names of the labels. None: the metric has one bucket without labels.
   *
   * @default {[]}
   */
  labels?: readonly Label[];
  /**
   * The most buckets with labels. What goes beyond is counted in one overflow series with the label
   * `otel_metric_overflow="true"`, as OpenTelemetry does it.
   *
   * @default {2000}
   */
  maxSeries?: number;
}

/** The definition of a counter. Made by {@linkcode counter}. */
export interface CounterDefinition<Label extends string = never> {
  /** The kind of metric. */
  readonly kind: "counter";
  /** What is counted. */
  readonly help: string;
  /** Unit of the value. */
  readonly unit: string;
  /** Names of the labels. */
  readonly labels: readonly Label[];
  /** The most buckets with labels. */
  readonly maxSeries: number;
}

/** How a field of a record merges a change into its value, and threads' values into one. */
export type FieldOp = "sum" | "min" | "max" | "bitOr";

/** The definition of one field. Made by {@linkcode sum}, {@linkcode min}, {@linkcode max} and {@linkcode bitOr}. */
export interface FieldDefinition<Value extends number | bigint = number> {
  /** How values merge. */
  readonly op: FieldOp;
  /** `f64`: a double, integers exact to 2^53. `u64`: an integer modulo 2^64. `u32`: 32 bits. */
  readonly type: "f64" | "u64" | "u32";
  /** Never there; carries the type of the value that a read gives. */
  readonly value?: Value;
}

/** The fields of a record by name. */
export type RecordFields = Readonly<Record<string, FieldDefinition<number> | FieldDefinition<bigint>>>;

/** The definition of a record. Made by {@linkcode record}. */
export interface RecordDefinition<Fields extends RecordFields = RecordFields, Label extends string = never> {
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
  readonly [Name in keyof Fields]?: Fields[Name]["type"] extends "u64" ? number | bigint : number;
};

/** Values of a metric's labels. */
export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** Any definition. */
export type MetricDefinition =
  | CounterDefinition<string>
  | CounterDefinition
  | RecordDefinition<RecordFields, string>
  | RecordDefinition;

/** How many series a metric has at most when its definition does not say it: the default of OpenTelemetry's SDKs. */
const DEFAULT_MAX_SERIES = 2000;

/**
 * Defines a counter: a sum that only grows, of increments that are finite and not negative.
 *
 * @typeParam Label The names of the labels.
 * @param options Words and labels.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When an option has the wrong shape.
 * @throws {RangeError} When `maxSeries` is out of range.
 *
 * @example Count requests by method
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 *
 * const schema = defineSchema({ requests: counter({ help: "Requests served", labels: ["method"] }) });
 * const stats = ThreadStats.create(schema);
 * const thread = stats.registerThread("main");
 * thread.metrics.requests.labels({ method: "GET" }).add(2);
 * assertEquals(stats.metrics.requests.read({ method: "GET" }), 2);
 * ```
 */
export function counter<const Label extends string = never>(
  options: MetricOptions & LabelOptions<Label> = {},
): CounterDefinition<Label> {
  return { kind: "counter", ...words("counter", options), ...labelling("counter", options) };
}

/**
 * Defines a record: several fields that are updated and read as one. A read never mixes two commits of one thread.
 *
 * @typeParam Fields The fields by name.
 * @typeParam Label The names of the labels.
 * @param fields The fields; at least one, at most 64.
 * @param options Words and labels.
 * @returns The definition, for {@linkcode defineSchema}.
 * @throws {TypeError} When a field's name or definition, or an option, has the wrong shape.
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
export function record<const Fields extends RecordFields, const Label extends string = never>(
  fields: Fields,
  options: MetricOptions & LabelOptions<Label> = {},
): RecordDefinition<Fields, Label> {
  if (typeof fields !== "object" || fields === null) {
    throw new TypeError(cannot("define a record", "the fields must be an object", fields));
  }
  const names = Object.keys(fields);
  if (names.length === 0 || names.length > MAX_FIELDS) {
    throw new RangeError(cannot("define a record", `1 to ${MAX_FIELDS} fields are needed`, names.length));
  }
  for (const name of names) {
    assertName("define a field", name);
    if (RESERVED_FIELDS.has(name)) {
      throw new TypeError(cannot("define a field", `the names ${[...RESERVED_FIELDS].join(", ")} are taken`, name));
    }
    const field = fields[name];
    if (typeof field !== "object" || field === null || TYPES[field.op]?.includes(field.type) !== true) {
      throw new TypeError(cannot(`define the field ${name}`, "it must come from sum, min, max or bitOr", field));
    }
  }
  return {
    kind: "record",
    ...words("record", options),
    ...labelling("record", options),
    fields: Object.freeze({ ...fields }),
  };
}

/** Fields are copied twice per commit: beyond this a record is the wrong tool. */
const MAX_FIELDS = 64;

/** Names that a burst's own methods have. */
const RESERVED_FIELDS = new Set(["id", "merge", "commit", "discard"]);

/** The types that each op works on. */
const TYPES: Record<string, readonly string[] | undefined> = Object.assign(Object.create(null), {
  sum: ["f64", "u64"],
  min: ["f64"],
  max: ["f64"],
  bitOr: ["u32"],
});

/**
 * A field that adds up: a double, or with `"u64"` an integer exact modulo 2^64, which reads as a `bigint`.
 *
 * @param type `"f64"` or `"u64"`.
 * @returns The field's definition.
 *
 * @example Bytes beyond 2^53
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sum } from "@x/thread-stats";
 *
 * assertEquals(sum("u64").type, "u64");
 * ```
 */
export function sum(type?: "f64"): FieldDefinition<number>;
/**
 * A field that adds up an integer exact modulo 2^64, which reads as a `bigint`.
 *
 * @param type `"u64"`.
 * @returns The field's definition.
 */
export function sum(type: "u64"): FieldDefinition<bigint>;
export function sum(type: "f64" | "u64" = "f64"): FieldDefinition<number> | FieldDefinition<bigint> {
  if (type !== "f64" && type !== "u64") {
    throw new TypeError(cannot("define a sum", 'the type must be "f64" or "u64"', type));
  }
  return Object.freeze({ op: "sum" as const, type });
}

/**
 * A field that keeps the least value; `Infinity` before any.
 *
 * @returns The field's definition.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { min } from "@x/thread-stats";
 *
 * assertEquals(min().op, "min");
 * ```
 */
export function min(): FieldDefinition<number> {
  return Object.freeze({ op: "min" as const, type: "f64" as const });
}

/**
 * A field that keeps the greatest value; `-Infinity` before any.
 *
 * @returns The field's definition.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { max } from "@x/thread-stats";
 *
 * assertEquals(max().op, "max");
 * ```
 */
export function max(): FieldDefinition<number> {
  return Object.freeze({ op: "max" as const, type: "f64" as const });
}

/**
 * A field of 32 bits that keeps every bit that was ever set; 0 before any. Reads as an unsigned number.
 *
 * @returns The field's definition.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bitOr } from "@x/thread-stats";
 *
 * assertEquals(bitOr().type, "u32");
 * ```
 */
export function bitOr(): FieldDefinition<number> {
  return Object.freeze({ op: "bitOr" as const, type: "u32" as const });
}

/** The rule that all names follow: they become properties, and Prometheus allows no others without quotes. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Throws unless `name` can name a metric, a field or a label. */
export function assertName(verb: string, name: unknown): asserts name is string {
  if (typeof name !== "string" || !NAME.test(name) || name === "__proto__") {
    throw new TypeError(cannot(verb, "a name is letters, digits and _, and no digit first", name));
  }
}

function words(kind: string, options: MetricOptions): { help: string; unit: string } {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(cannot(`define a ${kind}`, "the options must be an object", options));
  }
  const { help = "", unit = "" } = options;
  if (typeof help !== "string") throw new TypeError(cannot(`define a ${kind}`, "help must be a string", help));
  if (typeof unit !== "string") throw new TypeError(cannot(`define a ${kind}`, "unit must be a string", unit));
  return { help, unit };
}

function labelling<Label extends string>(
  kind: string,
  options: LabelOptions<Label>,
): { labels: readonly Label[]; maxSeries: number } {
  const { labels = [], maxSeries = DEFAULT_MAX_SERIES } = options;
  if (!Array.isArray(labels)) throw new TypeError(cannot(`define a ${kind}`, "labels must be an array", labels));
  for (const label of labels) assertName("define a label", label);
  if (new Set(labels).size !== labels.length) {
    throw new TypeError(cannot(`define a ${kind}`, "each label may stand once", labels));
  }
  if (!Number.isInteger(maxSeries) || maxSeries < 1 || maxSeries > 2 ** 29) {
    throw new RangeError(cannot(`define a ${kind}`, "maxSeries must be an integer from 1 to 2^29", maxSeries));
  }
  return { labels: Object.freeze([...labels]), maxSeries };
}
