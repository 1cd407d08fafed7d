/**
 * How a gauge whose latest value counts stands in memory: a record of value, stamp and tenure.
 *
 * @module
 */
import { sum } from "../../schema/fields.ts";
import { makeKernel } from "../record/record_kernel.ts";
import { layoutOf } from "../record/record_layout.ts";

// Words of the record.
export const LATEST_VALUE = 0;
export const LATEST_STAMP = 1;
export const LATEST_TENURE = 2;

/** The layout of the record. */
export const LATEST_LAYOUT = layoutOf({ value: sum(), stamp: sum(), tenure: sum() });

/** The inner loops for the record. */
export const LATEST_KERNEL = makeKernel(LATEST_LAYOUT);
