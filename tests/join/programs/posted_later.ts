/** Joins, waits for something else, and then listens. */
import { onMessage, pause, send } from "./any_worker.ts";
import { metrics } from "./stats.ts";

await pause(50);
onMessage((message) => {
  metrics.jobs.add();
  send(message);
});
