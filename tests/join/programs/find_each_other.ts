/**
 * Threads that join one name: which of them share a memory. Prints the totals that are to be seen in the memory of each.
 *
 * @module
 */
import { ThreadStats } from "../../../mod.ts";
import { type AnyWorker, args, pause, startWorker } from "./any_worker.ts";
import { schema } from "./schema.ts";

const [what, kind, count] = args;

// deno-lint-ignore no-explicit-any
function totalOf({ handle, error }: any): number | string {
  return error ?? ThreadStats.attach(schema, handle).metrics.jobs.read();
}

async function startReady(): Promise<AnyWorker> {
  const worker = startWorker("joiner", kind);
  await worker.next();
  return worker;
}

/** `count` times 8 threads that join one name at once, in workers that are there already. */
async function race(): Promise<unknown> {
  const workers = await Promise.all(Array.from({ length: 8 }, startReady));
  const wrong: unknown[] = [];
  for (let n = 0; n < Number(count); n++) {
    for (const { post } of workers) post({ name: `race ${n}` });
    const totals = (await Promise.all(workers.map(({ next }) => next()))).map(totalOf);
    if (totals.some((total) => total !== 8)) wrong.push(totals);
  }
  return wrong;
}

/** The same in workers that have just been made. */
async function freshRace(): Promise<unknown> {
  const wrong: unknown[] = [];
  for (let n = 0; n < Number(count); n++) {
    const workers = Array.from({ length: 8 }, () => startWorker("joiner", kind));
    const answers = workers.map(async ({ next, post }) => {
      await next();
      post({ name: `fresh ${n}` });
      return await next();
    });
    const totals = (await Promise.all(answers)).map(totalOf);
    if (totals.some((total) => total !== 8)) wrong.push(totals);
    for (const { worker } of workers) worker.terminate();
  }
  return wrong;
}

/** The maker ends, another stays, a third comes. */
async function makerEnds(): Promise<unknown> {
  const [maker, other, late] = await Promise.all([startReady(), startReady(), startReady()]);
  const totals: unknown[] = [];
  for (const { post, next, worker } of [maker, other, late]) {
    post({ name: "maker" });
    totals.push(totalOf(await next()));
    if (worker === maker.worker) continue;
    await maker.worker.terminate();
  }
  return totals;
}

/** The only thread that has joined is busy when another one comes. */
async function busy(): Promise<unknown> {
  const [maker, late] = await Promise.all([startReady(), startReady()]);
  maker.post({ name: "busy", busy: 2000 });
  const first = totalOf(await maker.next());
  late.post({ name: "busy", options: { timeoutSeconds: 20 } });
  return [first, totalOf(await late.next())];
}

/** It is busy for longer than the other one waits. */
async function tooBusy(): Promise<unknown> {
  const [maker, late] = await Promise.all([startReady(), startReady()]);
  maker.post({ name: "too busy", busy: 3000 });
  await maker.next();
  late.post({ name: "too busy", options: { timeoutSeconds: 0.3 } });
  return totalOf(await late.next());
}

/** The main thread has joined, and is busy when a worker comes that was there before. */
async function busyMain(): Promise<unknown> {
  const late = await startReady();
  const stats = await ThreadStats.join("busy main", schema);
  stats.registerThread().metrics.jobs.add();
  late.post({ name: "busy main", options: { timeoutSeconds: 20 } });
  for (const end = performance.now() + 2000; performance.now() < end;);
  return totalOf(await late.next());
}

/** A worker's worker, two levels below the thread that has joined. */
async function nested(): Promise<unknown> {
  const stats = await ThreadStats.join("nested", schema);
  stats.registerThread().metrics.jobs.add();
  const worker = await startReady();
  worker.post({ name: "nested", child: kind });
  return totalOf(await worker.next());
}

async function otherSchema(): Promise<unknown> {
  const [maker, other] = await Promise.all([startReady(), startReady()]);
  maker.post({ name: "schema" });
  await maker.next();
  other.post({ name: "schema", schema: "other" });
  return totalOf(await other.next());
}

/** Without waiting: in a worker that nobody left anything to, and in one made by a thread that has joined. */
async function sync(): Promise<unknown> {
  const before = await startReady();
  before.post({ name: "sync", sync: true });
  const alone = totalOf(await before.next());
  const stats = ThreadStats.joinSync("sync", schema);
  stats.registerThread().metrics.jobs.add();
  const after = await startReady();
  after.post({ name: "sync", sync: true });
  return [alone, totalOf(await after.next())];
}

/** Two threads make a memory of one name without asking; a third finds one of them. */
async function twins(): Promise<unknown> {
  const worker = await startReady();
  worker.post({ name: "twins", busy: 1500 });
  await worker.next();
  const stats = ThreadStats.joinSync("twins", schema);
  const told = () => stats.snapshot().self.otherMemories;
  for (let n = 0; n < 300 && told() === 0; n++) await pause(10);
  return told();
}

const parts = {
  race,
  freshRace,
  makerEnds,
  busy,
  tooBusy,
  busyMain,
  nested,
  otherSchema,
  sync,
  twins,
};
console.log(JSON.stringify(await parts[what as "race"]()));
// Web workers would go on.
(globalThis as { Deno?: { exit(): void } }).Deno?.exit();
(await import("node:process")).exit();
