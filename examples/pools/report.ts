/**
 * What the main thread reads when all workers have ended.
 *
 * @module
 */
import { setTimeout as pause } from "node:timers/promises";
import { stats } from "./stats.ts";

/** Prints the totals. */
export async function report(): Promise<void> {
  const { tasks, running, duration } = stats.metrics;
  const active = () => stats.threads().filter(({ state }) => state === "active").length;
  // The pool's promise may settle before the events that tell of the workers' ends.
  while (active() > 1) await pause(1);
  const { count, max } = duration.read();
  console.log(`${tasks.read()} tasks done, ${running.read()} running`);
  console.log(`${count} were timed, the longest took ${max.toFixed(3)} s`);
  console.log(`Threads: ${active()} of ${stats.threads().length} slots`);
}
