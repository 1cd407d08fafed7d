// metrics.ts, imported by every thread
import { counter, defineSchema, gauge, histogram, ThreadStats } from "@x/thread-stats";

const schema = defineSchema({
  jobs: counter({ help: "Jobs done" }),
  working: gauge({ help: "Threads at work" }),
  duration: histogram({ unit: "seconds", lowest: 1e-6, highest: 60, relativeError: 0.01 }),
});

export const stats = await ThreadStats.join("first", schema);
export const { metrics } = stats.registerThread();
