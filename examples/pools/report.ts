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
  // The pool's promise may settle before the event that tells of a worker's end.
  while (running.read() !== 0) await pause(1);
  const { count, max } = duration.read();
  console.log(`${tasks.read()} tasks done, ${running.read()} running`);
  console.log(`${count} were timed, the longest took ${max.toFixed(3)} s`);
  const active = stats.threads().filter(({ state }) => state === "active");
  console.log(`Threads: ${active.length} of ${stats.threads().length} slots`);
}
