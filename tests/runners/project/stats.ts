/**
 * The module that every thread of a program imports.
 *
 * @module
 */
import { counter, defineSchema, gauge, ThreadStats } from "../../../mod.ts";

const schema = defineSchema({
  jobs: counter({ help: "Jobs done" }),
  depth: gauge({ help: "Jobs waiting", aggregate: "sum" }),
});

export const stats = await ThreadStats.join("shop", schema);
export const { metrics } = stats.registerThread();
