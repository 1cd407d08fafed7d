import { parentPort, workerData } from "node:worker_threads";
import { ThreadStats } from "../../../mod.ts";
import { kinds } from "../../support/kinds.ts";

const { metrics } = ThreadStats.attach(kinds, workerData).registerThread("registered");
metrics.hits.add(2);
metrics.jobs.set(5);
parentPort!.on("message", () => {});
parentPort!.postMessage("registered");
