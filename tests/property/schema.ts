/**
 * The schema of the tests of damaged memory and of changed properties: every kind of metric, with
 * labels and without, records with every op, and metrics that overflow soon.
 *
 * @module
 */
import { defineSchema, type ThreadStats } from "../../mod.ts";
import { kinds } from "../support/kinds.ts";
import { traffic } from "../support/traffic.ts";

/** The schema. */
export const schema = defineSchema({ ...kinds.metrics, ...traffic.metrics });

/** Statistics of this schema. */
export type Stats = ThreadStats<typeof schema.metrics>;
