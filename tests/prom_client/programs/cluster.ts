/**
 * Two processes with two threads each, and a primary that reads all of them.
 *
 * @module
 */
import cluster from "node:cluster";
import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";
import { AggregatorRegistry, Counter } from "../../../src/prom_client/mod.ts";

function count(jobs: number): void {
  new Counter({ name: "jobs", help: "Jobs", labelNames: ["queue"] }).inc({
    queue: "mail",
  }, jobs);
}

if (!isMainThread) {
  count(3);
  setTimeout(() => {}, 600_000);
} else if (cluster.isPrimary) {
  const registry = new AggregatorRegistry();
  const workers = [cluster.fork(), cluster.fork()];
  let text = "";
  for (let n = 0; n < 600; n++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    try {
      text = await registry.clusterMetrics();
    } catch {
      continue; // Bun loses messages to a process that does not listen yet.
    }
    if (text.includes('jobs{queue="mail"} 26\n')) break;
  }
  for (const worker of workers) worker.process.kill("SIGKILL");
  console.log(JSON.stringify({ text }));
  process.exit(0);
} else {
  new AggregatorRegistry();
  count(10);
  new Worker(new URL(import.meta.url));
}
