/** A snapshot is a plain value of all metrics. The difference of two is what happened between. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
const { jobs } = stats.registerThread("main").metrics;

jobs.add(5);
const before = stats.snapshot();
jobs.add(2);
const now = stats.snapshot({ perThread: true });

console.log(now.metrics.jobs.series[0].value); // 7
console.log(now.since(before).metrics.jobs.series[0].value); // 2
console.log(now.metrics.jobs.series[0].perThread!.map(({ thread }) => thread).join()); // main
console.log(structuredClone(JSON.parse(JSON.stringify(now))).metrics.jobs.series[0].value); // 7
