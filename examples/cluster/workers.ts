import { Worker } from "node:worker_threads";
// First here, so that the workers find the statistics without a question.
import "./stats.ts";
import type { WorkerStart } from "./worker.ts";

/** Starts workers that count, each up to a number of requests. Settles when all of them have ended. */
export function startWorkers(count: number, requests: number): Promise<unknown> {
  const ends = Array.from({ length: count }, (_, n) => {
    const name = `worker-${n + 1}`;
    const start: WorkerStart = { name, requests };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { name, workerData: start });
    worker.on("error", (error) => console.error(`${name}: ${error}`));
    return new Promise((resolve) => worker.on("exit", resolve));
  });
  return Promise.all(ends);
}
