/** Histograms: every quantile within an error that you choose, or counts up to your own bounds. */
import { defineSchema, histogram, ThreadStats } from "@x/thread-stats";

const schema = defineSchema({
  latency: histogram({ unit: "seconds", lowest: 1e-6, highest: 60, relativeError: 0.01 }),
  size: histogram({ unit: "bytes", boundaries: [100, 1_000, 10_000] }),
});
const stats = ThreadStats.create(schema);
const { latency, size } = stats.registerThread("main").metrics;

for (let ms = 1; ms <= 1000; ms++) latency.record(ms / 1000);
const value = stats.metrics.latency.read();
console.log(value.count, Math.abs(value.quantile(0.99) - 0.99) < 0.0099); // 1000 true

for (const bytes of [64, 100, 1_500, 1_000_000]) size.record(bytes);
const { bins } = stats.metrics.size.read();
console.log(bins.map(({ count }) => count).join(" ")); // 2 0 1 1

// Timers record in the histogram's unit.
const end = latency.startTimer();
end();
console.log(stats.metrics.latency.read().count); // 1001
