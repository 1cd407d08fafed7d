/**
 * What the types of readers and writers take from the type of a definition.
 *
 * @module
 */
import type { MetricKind, SchemaDefinition } from "../schema/definitions.ts";
import type { RecordFields } from "../schema/record.ts";

/** The names of the metrics that are, or may be, of these kinds. */
export type NamesOfKind<Metrics extends SchemaDefinition, Kind extends MetricKind> =
  & keyof {
    [
      Name in keyof Metrics as [Extract<Metrics[Name], { kind: Kind }>] extends [never] ? never
        : Name
    ]: true;
  }
  & string;

/** The names of a metric's labels. */
export type LabelsOf<Definition> = Definition extends
  { labels: readonly (infer Label extends string)[] } ? Label
  : never;

/** The fields of a record; any fields for another kind, which does not use them. */
export type FieldsOf<Definition> = Definition extends { fields: infer Fields extends RecordFields }
  ? Fields
  : RecordFields;
