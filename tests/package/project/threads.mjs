// A program of two threads, in JavaScript, for each runtime.
import { isMainThread, Worker } from "node:worker_threads";
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const stats = await ThreadStats.join("consumer", defineSchema({ jobs: counter() }));
stats.registerThread().metrics.jobs.add(21);
if (isMainThread) {
  new Worker(new URL(import.meta.url)).on("exit", () => {
    console.log(`counted ${stats.metrics.jobs.read()}`);
  });
}
