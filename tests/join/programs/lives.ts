/**
 * Many short-lived workers, several at a time, which end in every way. Prints the totals, the used
 * slots and the gauge.
 *
 * @module
 */
import { args, comesTrue, pause, startWorker } from "./any_worker.ts";
import { stats } from "./stats.ts";

const [kind, lives, atOnce] = [args[0], Number(args[1]), Number(args[2])];
const isDenoWeb = kind === "web" && "Deno" in globalThis;
const ends = ["busy", "natural", "throw", "exit", "idle", "natural"];

const counted = new SharedArrayBuffer(8);
let kills = 0, begun = 0, mostActive = 0;

/** Runs workers one after the other. */
async function live(): Promise<void> {
  while (begun < lives) {
    let end = ends[begun++ % ends.length];
    // A web worker never ends by itself.
    if (isDenoWeb && end === "natural") end = "close";
    const { worker, next, post, ended } = startWorker("life", kind);
    await next();
    post({ counted, end: kind === "web" && end === "natural" ? "exit" : end });
    await next();
    mostActive = Math.max(
      mostActive,
      stats.threads().filter(({ state }) => state === "active").length,
    );
    if (end === "busy" || end === "idle") {
      kills++;
      await pause(2);
      await worker.terminate();
    }
    // On Deno no event shows the end of a web worker, but soon after it its lock is free.
    await (isDenoWeb ? pause(30) : ended);
  }
}

const began = performance.now();
await Promise.all(Array.from({ length: atOnce }, live));
const took = performance.now() - began;
const gone = await comesTrue(() => stats.metrics.depth.read() === 0, 12);
const afterwards = performance.now() - began - took;
const noted = Number(Atomics.load(new BigInt64Array(counted), 0));
const total = stats.metrics.jobs.read();
const states: Record<string, number> = {};
for (const { state } of stats.threads()) states[state] = (states[state] ?? 0) + 1;
console.log(JSON.stringify({
  ...{ lives, kills, noted, total, gone, states, mostActive },
  ...{
    slots: stats.threads().length - 1,
    afterwards: Math.round(afterwards),
    perLife: Math.round(took / lives),
  },
}));
(globalThis as { Deno?: { exit(): void } }).Deno?.exit();
(await import("node:process")).exit();
