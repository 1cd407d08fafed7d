/** A program as a user writes it, for bundlers and compilers: it names the package alone. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
import { prometheusText } from "@x/thread-stats/prometheus";

const stats = ThreadStats.create(defineSchema({ jobs: counter({ help: "Jobs done" }) }));
stats.registerThread("main").metrics.jobs.add(3);
console.log(prometheusText(stats.snapshot()).includes("jobs_total 3") ? "counted 3" : "wrong");
