/**
 * The statistics of the program: every thread that imports this module counts in them, and reads all of them.
 *
 * @module
 */
import { counter, defineSchema, gauge, histogram, ThreadStats } from "../../mod.ts";

const schema = defineSchema({
  tasks: counter({ help: "Tasks done" }),
  running: gauge({ help: "Tasks under way", aggregate: "sum" }),
  duration: histogram({
    help: "Time that a task takes",
    unit: "seconds",
    lowest: 1e-6,
    highest: 60,
    relativeError: 0.01,
  }),
});

export const stats = await ThreadStats.join("primes", schema);
export const { metrics } = stats.registerThread();
