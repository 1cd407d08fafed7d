/**
 * A short-lived worker: it joins, registers, counts, and ends in the way that it is told. It notes
 * in `counted` what it has counted for certain.
 *
 * @module
 */
import process from "node:process";
import { parentPort } from "node:worker_threads";
import { onMessage, send } from "./any_worker.ts";
import { metrics } from "./stats.ts";

const isEndless = parentPort !== null;

onMessage(({ counted, end }: { counted: SharedArrayBuffer; end: string }) => {
  const noted = new BigInt64Array(counted);
  const count = () => {
    metrics.jobs.add();
    Atomics.add(noted, 0, 1n);
  };
  metrics.depth.set(1);
  for (let n = 0; n < 10; n++) count();
  if (end === "busy") {
    send("counted");
    // On Deno a web worker that never yields cannot be stopped, so it is busy for a while only.
    for (const until = Date.now() + 300; isEndless || Date.now() < until;) count();
    return setInterval(count, 1);
  }
  send("counted");
  // Sent first, because the code below may end the thread at once.
  setTimeout(() => {
    if (end === "throw") throw new Error("this life ends by an exception");
    if (end === "exit") process.exit(0);
    if (end === "close") (globalThis as unknown as { close(): void }).close();
    if (end === "natural") parentPort!.unref();
  }, 1);
  if (end === "idle") setInterval(() => {}, 1000);
});
send("ready");
