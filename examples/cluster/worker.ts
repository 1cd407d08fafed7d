import { setTimeout as pause } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { stats } from "./stats.ts";

/** What a worker is started with. */
export interface WorkerStart {
  /** What it counts as. */
  readonly name: string;
  /** How many requests it handles before it ends; `Infinity` for no end. */
  readonly requests: number;
}

/** How many requests a burst has at most, and how long the worker "works" on one burst. */
const BURST = 8;
const BURST_MS = 20;

const { name, requests: limit } = workerData as WorkerStart;
const { metrics } = stats.registerThread(name);
const { httpRequests, httpRequestsInFlight, httpRequestDuration } = metrics;
const child = (method: string, status: string) => httpRequests.labels({ method, status });
// Kept, so that no request looks its labels up.
const read = child("GET", "200");
const written = child("POST", "201");
const missing = child("GET", "404");
const failed = child("POST", "500");

/** What becomes of a request: the same of each hundred, so that everybody can tell what the totals must be. */
function outcomeOf(request: number): typeof read {
  const n = request % 100;
  return n < 70 ? read : n < 95 ? written : n < 99 ? missing : failed;
}

for (let handled = 0; handled < limit;) {
  const burst = Math.min(1 + Math.floor(Math.random() * BURST), limit - handled);
  httpRequestsInFlight.set(burst);
  await pause(BURST_MS);
  for (const end = handled + burst; handled < end; handled++) {
    outcomeOf(handled).add();
    // Most are near 20 ms, and some are much slower, as they are in life.
    const spread = Math.random() + Math.random() + Math.random() - 1.5;
    httpRequestDuration.record(0.02 * Math.exp(Math.abs(spread)));
  }
  httpRequestsInFlight.set(0);
}
