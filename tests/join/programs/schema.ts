/**
 * The metrics of the programs.
 *
 * @module
 */
import { counter, defineSchema, gauge } from "../../../mod.ts";

export const schema = defineSchema({
  jobs: counter({ help: "Jobs done" }),
  depth: gauge({ help: "Jobs waiting", aggregate: "sum" }),
});
