/**
 * A program that a runtime loads again whenever it changes: it counts, and has a worker, in place of the one of the last time. Prints what is there.
 *
 * @module
 */
import { isMain, onMessage, send, startWorker } from "./any_worker.ts";
import { metrics, stats } from "./stats.ts";

metrics.jobs.add();
if (isMain) {
  const place = globalThis as unknown as { formerWorker?: ReturnType<typeof startWorker> };
  await place.formerWorker?.worker.terminate();
  await place.formerWorker?.ended;
  const worker = startWorker("reloaded", "node");
  place.formerWorker = worker;
  await worker.next();
  const states = stats.threads().map(({ state }) => state);
  const active = states.filter((state) => state === "active").length;
  console.log(JSON.stringify({ active, slots: states.length, total: stats.metrics.jobs.read() }));
  setInterval(() => {}, 1000);
} else {
  onMessage(() => {});
  send("counted");
}
