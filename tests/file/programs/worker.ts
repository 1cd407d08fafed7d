import { parentPort, workerData } from "node:worker_threads";
import { ThreadStats } from "../../../mod.ts";
import { openStats } from "../../../src/file/mod.ts";
import { schemas } from "./schemas.ts";

const { how, path, count, handle } = workerData;
const stats = how === "handle"
  ? ThreadStats.attach(schemas.shop, handle)
  : await openStats(path, schemas.shop);
const { metrics } = stats.registerThread(how === "handle" ? undefined : "opener");
if (how === "stay") {
  metrics.working.set(1);
  parentPort!.on("message", () => {});
}
for (let n = 0; n < count; n++) {
  metrics.first.add();
  // New series: the memory grows in this thread.
  if (n % 16 === 0) metrics.jobs.labels({ kind: `${how} ${n} ${"x".repeat(900)}` }).add();
}
parentPort!.postMessage(stats.metrics.first.read());
