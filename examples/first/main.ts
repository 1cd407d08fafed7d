// main.ts
import { Worker } from "node:worker_threads";
import { stats } from "./metrics.ts";

const { jobs, working, duration } = stats.metrics;
let running = 4;
for (let n = 0; n < 4; n++) {
  new Worker(new URL("./worker.ts", import.meta.url)).on("exit", () => running--);
}
while (running > 0) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  // The workers never stop to answer, and need not.
  console.log(`${jobs.read()} jobs done, ${working.read()} threads at work`);
}
const median = duration.read().quantile(0.5) * 1e6;
console.log(`${jobs.read()} jobs, half of them in under ${median.toFixed(1)} µs`);
