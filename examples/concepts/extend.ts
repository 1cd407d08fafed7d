/** A library adds metrics of its own to the program's memory, at any time and in any thread. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
const thread = stats.registerThread("main");
thread.metrics.jobs.add();

// In the library, which is given both:
const libraryMetrics = defineSchema({ queries: counter({ labels: ["table"] }) });
const { queries } = thread.extend(stats.extend(libraryMetrics)).metrics;
queries.labels({ table: "users" }).add(2);

console.log(Object.keys(stats.snapshot().metrics).join(" ")); // jobs queries
