/** A window keeps the snapshots of the last seconds: rates, and quantiles of what is recent. */
import { counter, defineSchema, histogram, ThreadStats, Window } from "@x/thread-stats";

const schema = defineSchema({
  requests: counter(),
  latency: histogram({ unit: "seconds", lowest: 1e-6, highest: 60, relativeError: 0.01 }),
});
const stats = ThreadStats.create(schema);
const { requests, latency } = stats.registerThread("main").metrics;

const window = new Window(stats, { seconds: 60 }); // window.start() takes snapshots by a timer
window.take();
for (let ms = 1; ms <= 100; ms++) {
  requests.add();
  latency.record(ms / 1000);
}
await new Promise((resolve) => setTimeout(resolve, 20));
window.take();

console.log(window.rate("requests") > 0); // true
console.log(window.quantile("latency", 0.5).toFixed(2)); // 0.05
