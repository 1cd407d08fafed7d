/** Which threads are blocked: those that are observed and do not return to their event loops. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
const thread = stats.registerThread("main");
const observation = thread.observeRuntime({ periodSeconds: 0.05 }); // in each thread

// Any thread can ask. This one has just turned.
await new Promise((resolve) => setTimeout(resolve, 200));
const [{ name, blockedSeconds }] = stats.threads();
console.log(name, blockedSeconds !== undefined); // main true
observation.stop();
