/** The same by hand: a message takes the handle of a reserved seat to each worker. */
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const schema = defineSchema({ jobs: counter() });

if (isMainThread) {
  const stats = ThreadStats.create(schema);
  const worker = new Worker(new URL(import.meta.url));
  const seat = stats.reserveThread("worker-1");
  worker.postMessage(seat.handle);
  await new Promise((ended) => worker.on("exit", ended));
  seat.revoke({ stopped: true }); // it has ended: another thread may have its slot at once
  console.log(stats.metrics.jobs.read(), stats.threads()[0].state); // 7 retired
} else {
  parentPort!.once("message", (handle) => {
    const thread = ThreadStats.attach(schema, handle).registerThread();
    thread.metrics.jobs.add(7);
    thread.unregister();
  });
}
