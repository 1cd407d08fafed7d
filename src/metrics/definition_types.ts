/**
 * What the types of readers and writers take from the type of a definition.
 *
 * @module
 */
import type { RecordFields } from "../schema/record.ts";

/** The names of a metric's labels. */
export type LabelsOf<Definition> = Definition extends
  { labels: readonly (infer Label extends string)[] } ? Label
  : never;

/** The fields of a record; any fields for another kind, which does not use them. */
export type FieldsOf<Definition> = Definition extends { fields: infer Fields extends RecordFields }
  ? Fields
  : RecordFields;
