/**
 * What every kernel of records has, whoever uses it: the loops over one list of fields.
 *
 * @module
 */
import type { RecordFields, RecordValue } from "../../schema/record.ts";

/** The values of a change, one for each field. */
export type Values = readonly unknown[];

/** A change whose fields are not known at compile time. */
export type AnyFields = Record<string, number | bigint | undefined>;

/** A value whose fields are not known at compile time. */
export type AnyValue = RecordValue<RecordFields>;

/** The loops. */
export interface RecordLoops {
  /** Copies the words of the fields one by one. A bulk copy may tear in shared memory. */
  copy(
    values: Float64Array,
    bits: Uint32Array,
    base: number,
    toValues: Float64Array,
    toBits: Uint32Array,
    to: number,
  ): void;
  /** Merges the values from word 0 on of `values` and `bits` into the totals. */
  combine(
    totals: Float64Array,
    totalBits: Uint32Array,
    values: Float64Array,
    bits: Uint32Array,
  ): void;
  /** The values as an object. */
  toObject(values: Float64Array, bits: Uint32Array, base: number): AnyValue;
}

/**
 * The number of a burst after its commit. No bucket carries it. An assignment to a field of such a
 * burst is ignored.
 */
export const COMMITTED = -1;
