const { counter, defineSchema, ThreadStats } = require("@x/thread-stats");
for (const entry of ["prometheus", "opentelemetry", "prom-client", "dashboard", "cli", "file"]) {
  if (Object.keys(require(`@x/thread-stats/${entry}`)).length === 0) throw new Error(entry);
}
const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
stats.registerThread("main").metrics.jobs.add(7);
console.log(`counted ${stats.metrics.jobs.read()}`);
