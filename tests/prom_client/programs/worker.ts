/**
 * A worker that makes its metrics as the main thread does, counts, and then does what its data say.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { makeMetrics } from "./metrics.ts";
import { register } from "../../../src/prom_client/mod.ts";

const { name, then } = workerData as {
  name: string;
  then: "wait" | "busy" | "end" | "clear";
};
const { requests, depth, up, least, took, size, jobs } = makeMetrics();

requests.inc({ method: "GET", status: 200 }, 10);
requests.inc({ status: "200", method: "GET" });
requests.labels("POST", 500).inc(2);
requests.inc({ method: "PUT" });
jobs.inc(100);
depth.set(5);
depth.dec();
up.set(1);
least.set({ thread: "any" }, name.length);
took.observe({ route: "/" }, 0.25);
took.labels("/").observe(30);
for (let n = 1; n <= 10; n++) size.observe(n);

parentPort!.on(
  "message",
  async ({ command, id }: { command: string; id: number }) => {
    if (command === "scrape") {
      parentPort!.postMessage({
        id,
        value: await register.metrics(),
      });
    }
    if (command === "clear") {
      register.clear();
      parentPort!.postMessage({ id, value: "cleared" });
    }
    if (command === "again") {
      const made = makeMetrics();
      made.jobs.inc(1);
      parentPort!.postMessage({ id, value: "made" });
    }
    if (command === "reset") {
      jobs.reset();
      requests.remove("POST", 500);
      took.zero({ route: "/" });
      size.reset();
      parentPort!.postMessage({ id, value: "reset" });
    }
    if (command === "count") {
      jobs.inc();
      requests.labels("POST", 500).inc();
      took.observe({ route: "/" }, 1);
      size.observe(5);
      parentPort!.postMessage({ id, value: "counted" });
    }
    if (command === "end") parentPort!.close();
  },
);
parentPort!.postMessage("ready");
if (then === "busy") { for (;;); }
