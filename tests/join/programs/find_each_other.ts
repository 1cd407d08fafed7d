/**
 * Shows which threads that join one name share a memory: prints the total in the memory of each.
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

/** 8 running workers join one name at once; `count` times. */
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

/** The same with workers that have just been created. */
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

/** The creator of the memory ends, another member stays, a third thread joins. */
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

/** The only member is busy when another thread joins. */
async function busy(): Promise<unknown> {
  const [maker, late] = await Promise.all([startReady(), startReady()]);
  maker.post({ name: "busy", busy: 2000 });
  const first = totalOf(await maker.next());
  late.post({ name: "busy", options: { timeoutSeconds: 20 } });
  return [first, totalOf(await late.next())];
}

/** The only member is busy for longer than the other thread waits. */
async function tooBusy(): Promise<unknown> {
  const [maker, late] = await Promise.all([startReady(), startReady()]);
  maker.post({ name: "too busy", busy: 3000 });
  await maker.next();
  late.post({ name: "too busy", options: { timeoutSeconds: 0.3 } });
  return totalOf(await late.next());
}

/** The main thread has joined and is busy when a worker joins that it created before. */
async function busyMain(): Promise<unknown> {
  const late = await startReady();
  const stats = await ThreadStats.join("busy main", schema);
  stats.registerThread().metrics.jobs.add();
  late.post({ name: "busy main", options: { timeoutSeconds: 20 } });
  for (const end = performance.now() + 2000; performance.now() < end;);
  return totalOf(await late.next());
}

/** A worker of a worker joins, two levels below the member. */
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

/** `joinSync` in a worker that inherits nothing, and in a worker of a member. */
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

/** Two threads create memories of one name without asking; a third thread finds one of them. */
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
// Web workers would keep running.
(globalThis as { Deno?: { exit(): void } }).Deno?.exit();
(await import("node:process")).exit();
