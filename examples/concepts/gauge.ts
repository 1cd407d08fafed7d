/** A gauge tells what is there now. What a thread has set goes when the thread ends. */
import { defineSchema, gauge, ThreadStats } from "@x/thread-stats";

const schema = defineSchema({
  waiting: gauge({ help: "Jobs waiting", aggregate: "sum" }),
  longest: gauge({ help: "Longest queue", aggregate: "max" }),
});
const stats = ThreadStats.create(schema);
const [one, two] = [stats.registerThread("one"), stats.registerThread("two")];

one.metrics.waiting.set(5);
one.metrics.longest.set(5);
two.metrics.waiting.add(3);
two.metrics.longest.set(3);
console.log(stats.metrics.waiting.read(), stats.metrics.longest.read()); // 8 5

one.unregister();
console.log(stats.metrics.waiting.read(), stats.metrics.longest.read()); // 3 3
