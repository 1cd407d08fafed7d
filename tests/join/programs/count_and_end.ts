/**
 * A thread that joins, registers, counts and ends: the main thread, or with an argument (`node` or
 * `web`) a worker of it.
 *
 * @module
 */
import { args, isMain, send, startWorker } from "./any_worker.ts";
import { metrics, stats } from "./stats.ts";

metrics.jobs.add();
metrics.depth.set(3);
if (!isMain) {
  send("counted");
} else if (args[0] === undefined) {
  console.log(JSON.stringify(stats.metrics.jobs.read()));
} else {
  const { worker, next, ended } = startWorker("count_and_end", args[0]);
  await next();
  // A web worker on Deno never ends by itself.
  if (args[0] === "web" && "Deno" in globalThis) worker.terminate();
  else await ended;
  console.log(JSON.stringify(stats.metrics.jobs.read()));
}
