/** A thread that is taken for dead is fenced: what it committed stays, its next update throws. */
import { counter, defineSchema, gauge, StaleThreadError, ThreadStats } from "@x/thread-stats";

const schema = defineSchema({ jobs: counter(), working: gauge() });
const stats = ThreadStats.create(schema);
const seat = stats.reserveThread("worker-1"); // worker.postMessage(seat.handle)

// In the worker:
const { metrics } = ThreadStats.attach(schema, seat.handle).registerThread();
metrics.jobs.add(7);
metrics.working.set(1);

seat.revoke(); // worker.terminate() was called, but it may still run
console.log(stats.metrics.jobs.read(), stats.metrics.working.read()); // 7 0
try {
  metrics.jobs.add();
} catch (error) {
  console.log(error instanceof StaleThreadError); // true
}
