import { setTimeout as pause } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { ThreadStats, type ThreadStatsHandle } from "../../mod.ts";
import { schema } from "./schema.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly handle: ThreadStatsHandle;
  /** How many requests it handles before it ends; `Infinity` for no end. */
  readonly requests: number;
}

/** How many requests a burst has at most, and how long the worker "works" on one burst. */
const BURST = 8;
const BURST_MS = 20;

const { handle, requests: limit } = workerData as WorkerStart;
using thread = ThreadStats.attach(schema, handle).registerThread();
const { requests, inFlight, latency } = thread.metrics;
const child = (method: string, status: string) => requests.labels({ method, status });
// Kept, so that no request looks its labels up.
const read = child("GET", "200");
const written = child("POST", "201");
const missing = child("GET", "404");
const failed = child("POST", "500");

for (let handled = 0; handled < limit;) {
  const burst = Math.min(1 + Math.floor(Math.random() * BURST), limit - handled);
  inFlight.set(burst);
  await pause(BURST_MS);
  for (let n = 0; n < burst; n++) {
    const chance = Math.random();
    (chance < 0.7 ? read : chance < 0.95 ? written : chance < 0.99 ? missing : failed).add();
    // Most are near 20 ms, and some are much slower, as they are in life.
    latency.record(0.02 * Math.exp(Math.abs(Math.random() + Math.random() + Math.random() - 1.5)));
  }
  handled += burst;
  inFlight.set(0);
}
