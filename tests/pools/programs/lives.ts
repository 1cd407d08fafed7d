/**
 * Many short lives of a pool's workers, some at a time, a third of which end by being killed, by an exception or by `process.exit`. Prints what was counted.
 *
 * Arguments: the pool, how many lives, how many at once.
 *
 * @module
 */
import process from "node:process";
import type { Worker } from "node:worker_threads";
import { comesTrue, pause } from "../../join/programs/any_worker.ts";
import { openers } from "./pools.ts";
import { noteEnds, readTally } from "./tally.ts";
import type { End } from "./task.ts";

const [name, lives, atOnce] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

noteEnds();
const { stats } = await import("../../join/programs/stats.ts");
const workers = new Map<number, Worker>();
let mostAlive = 0;
process.on("worker", (worker: Worker) => {
  const { threadId } = worker;
  workers.set(threadId, worker);
  mostAlive = Math.max(mostAlive, workers.size);
  worker.once("exit", () => workers.delete(threadId));
});

const pool = await openers[name](atOnce);
const ends: readonly End[] = [
  "return",
  "busy",
  "return",
  "return",
  "throw",
  "return",
  "return",
  "exit",
  "return",
];
const done: Record<string, number> = {};
/** Some pools do not notice every worker that dies. A task that takes longer, in milliseconds, is aborted. */
const DEADLINE = 15_000;
let begun = 0;

/** One task, until it has returned or its thread has ended. */
async function live(): Promise<void> {
  const end = ends[begun++ % ends.length];
  const where = new Int32Array(new SharedArrayBuffer(4));
  const abort = new AbortController();
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    abort.abort();
  }, DEADLINE);
  const answered = Promise.resolve(pool.run({ end, begun: where.buffer }, abort.signal));
  const settled = answered.then(() => "return", () => "failed");
  let isSettled = false;
  settled.then(() => isSettled = true);
  while (where[0] === 0 && !isSettled) await pause(1);
  const thread = where[0];
  if (end === "busy") {
    if (pool.killsAborted) abort.abort();
    else await workers.get(thread)?.terminate();
  }
  if (end === "return") {
    await settled;
  } else {
    while (workers.has(thread) && !isLate) await pause(1);
    // tinypool does not notice that a worker has left in the middle of a task.
    if (end === "exit") abort.abort();
  }
  clearTimeout(deadline);
  const what = thread === 0 ? "unborn" : isLate ? "late" : end;
  done[what] = (done[what] ?? 0) + 1;
}

/** Waits for the ends of all workers. */
async function allEnd(): Promise<void> {
  if (await comesTrue(() => workers.size === 0, 1)) return;
  await Promise.all(Array.from(workers.values(), (worker) => worker.terminate()));
}

const began = performance.now();
while (readTally().lives < lives) {
  await Promise.all(Array.from({ length: atOnce }, live));
  await pool.recycle();
  await allEnd();
}
await pool.close();
await allEnd();
const took = performance.now() - began;
const isGone = await comesTrue(() => stats.metrics.depth.read() === 0, 20);
const gaugeAfter = Math.round(performance.now() - began - took);
const states: Record<string, number> = {};
for (const { state } of stats.threads()) states[state] = (states[state] ?? 0) + 1;
console.log(JSON.stringify({
  ...{ tally: readTally(), total: stats.metrics.jobs.read(), done, isGone, gaugeAfter, states },
  // The main thread has one.
  ...{ slots: stats.threads().length - 1, mostAlive, seconds: Math.round(took / 1000) },
}));
process.exit();
