/**
 * A thread that ends in some way: `exit_codes.ts WAY THREAD LIBRARY`. The main thread, or a worker whose exit code is printed; with the library, or
 * `without` it.
 *
 * @module
 */
import process from "node:process";
import { Worker } from "node:worker_threads";
import { args, isMain, pause } from "./any_worker.ts";

const [way, thread, library] = args;

if (library === "with") {
  const { metrics } = await import("./stats.ts");
  metrics.jobs.add();
  metrics.depth.set(3);
}
if (isMain && thread === "worker") {
  const worker = new Worker(new URL(import.meta.url), { argv: args });
  worker.on("error", () => {});
  console.log(await new Promise((resolve) => worker.on("exit", resolve)));
} else {
  // Another turn, so that nothing of the start is under way.
  await pause(1);
  if (way === "exit") process.exit(7);
  if (way === "exitCode") process.exitCode = 5;
  if (way === "handler") process.on("exit", () => process.exitCode = 6);
  if (way === "throw") throw new Error("uncaught");
  if (way === "later") setTimeout(() => void badly());
  if (way === "reject") Promise.reject(new Error("unhandled"));
}

function badly(): never {
  throw new Error("uncaught");
}
