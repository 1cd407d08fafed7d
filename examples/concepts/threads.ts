/** Several threads find one memory by its name: nothing is passed to the workers. */
import { isMainThread, Worker } from "node:worker_threads";
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const stats = await ThreadStats.join("threads", defineSchema({ jobs: counter() }));
stats.registerThread(isMainThread ? "main" : undefined).metrics.jobs.add(10);

if (isMainThread) {
  const workers = [1, 2, 3].map(() => new Worker(new URL(import.meta.url)));
  await Promise.all(workers.map((worker) => new Promise((end) => worker.on("exit", end))));
  console.log(stats.metrics.jobs.read()); // 40
}
