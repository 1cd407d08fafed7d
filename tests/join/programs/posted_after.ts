/** Joins, and then listens. */
import { onMessage, send } from "./any_worker.ts";
import { metrics } from "./stats.ts";

onMessage((message) => {
  metrics.jobs.add();
  send(message);
});
