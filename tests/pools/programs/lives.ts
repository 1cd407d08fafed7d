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
/**
 * Some pools do not notice every worker that dies, and now and then an answer does not come. A task that takes longer, in milliseconds, is aborted and
 * left behind: the library is asked for its counts and slots, not the pool for its answers.
 */
const DEADLINE = 15_000;
let begun = 0;
/** Threads that had begun to join and were terminated before they had joined. */
let cutShort = 0;
/** Threads that had not joined long after they had begun to, which would be the library's fault. */
let mostStuck = 0;

/** One task, until it has returned, its thread has ended, or it is late. */
async function live(): Promise<void> {
  const end = ends[begun++ % ends.length];
  const where = new Int32Array(new SharedArrayBuffer(4));
  const abort = new AbortController();
  const late = Promise.withResolvers<void>();
  let isLate = false;
  const deadline = setTimeout(async () => {
    // No thread is killed while it joins, except after this and between two rounds.
    const stuck = () => readTally().joining - readTally().lives - cutShort;
    const allJoin = await comesTrue(() => stuck() === 0, DEADLINE / 1000);
    if (!allJoin) mostStuck = Math.max(mostStuck, stuck());
    isLate = true;
    abort.abort();
    late.resolve();
  }, DEADLINE);
  const answered = Promise.resolve(pool.run({ end, begun: where.buffer }, abort.signal));
  const settled = answered.then(() => "return", () => "failed");
  let isSettled = false;
  settled.then(() => isSettled = true);
  while (where[0] === 0 && !isSettled && !isLate) await pause(1);
  const thread = where[0];
  if (end === "busy") {
    if (pool.killsAborted) abort.abort();
    else await workers.get(thread)?.terminate();
  }
  if (end === "return") {
    await Promise.race([settled, late.promise]);
  } else {
    while (workers.has(thread) && !isLate) await pause(1);
    // tinypool does not notice that a worker has left in the middle of a task.
    if (end === "exit") abort.abort();
  }
  clearTimeout(deadline);
  const what = thread === 0 ? "unborn" : isLate ? "late" : end;
  done[what] = (done[what] ?? 0) + 1;
  // Is shown when the test fails.
  if (isLate) console.error(`A task to ${end} is ${what}:`, { thread, isSettled, ...readTally() });
}

/** Waits for the ends of all workers. */
async function allEnd(): Promise<void> {
  if (await comesTrue(() => workers.size === 0, 1)) return;
  await Promise.all(Array.from(workers.values(), (worker) => worker.terminate()));
}

/** Whether a way to end has not been seen yet. When late tasks are many it may never be. */
const isWanting = () => begun < 4 * lives && ends.some((end) => done[end] === undefined);

const began = performance.now();
while (readTally().lives < lives || isWanting()) {
  await Promise.all(Array.from({ length: atOnce }, live));
  await pool.recycle();
  await allEnd();
  cutShort = readTally().joining - readTally().lives;
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
  ...{ slots: stats.threads().length - 1, mostAlive, mostStuck, seconds: Math.round(took / 1000) },
}));
process.exit();
