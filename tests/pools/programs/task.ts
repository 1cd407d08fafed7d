/**
 * The task of every pool: it counts, and then returns or ends its thread as it is told to.
 *
 * @module
 */
import process from "node:process";
import { threadId } from "node:worker_threads";
import { note, noteEnds } from "./tally.ts";

noteEnds();
note("joining");
const { metrics } = await import("../../join/programs/stats.ts");
note("lives");

/** How a task ends. */
export type End = "return" | "busy" | "throw" | "exit";

/** What a task is told. */
export interface Task {
  readonly end: End;
  /** Where it says in which thread it has begun. */
  readonly begun: SharedArrayBuffer;
}

function count(): void {
  metrics.jobs.add();
  note("updates");
}

/** Does a task. */
export default function work({ end, begun }: Task): unknown {
  metrics.depth.set(1);
  for (let n = 0; n < 10; n++) count();
  Atomics.store(new Int32Array(begun), 0, threadId);
  switch (end) {
    case "return":
      return 10;
    case "busy":
      for (;;) count();
    case "exit":
      process.exit(0);
  }
  // Not a rejection, which the pool would catch.
  setTimeout(() => {
    throw new Error("this life ends by an exception");
  });
  return new Promise(() => {});
}
