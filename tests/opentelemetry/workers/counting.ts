import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { busyUntilStopped, serve } from "../../support/worker_side.ts";
import { schema, update } from "../schema.ts";

serve((handle: ThreadStatsHandle) => {
  const thread = ThreadStats.attach(schema, handle).registerThread();
  return {
    /** Updates all metrics repeatedly until it is stopped or killed. */
    count: () => busyUntilStopped((round) => update(thread, round)),
  };
});
