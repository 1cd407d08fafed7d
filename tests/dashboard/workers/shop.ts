import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { blockUntilStopped, serve, stopRequested } from "../../support/worker_side.ts";
import { shopSchema } from "../shop.ts";

/** A worker that counts a little and often, and hangs when it is told to. */
serve((handle: ThreadStatsHandle) => {
  const { metrics } = ThreadStats.attach(shopSchema, handle).registerThread();
  const ok = metrics.requests.labels({ method: "GET", status: "200" });
  const step = () => {
    metrics.jobs.add(3);
    ok.add();
    metrics.latency.record(0.002);
    metrics.flow.labels({ source: "a" }).update({
      bytes: 100n,
      packets: 1,
      lastSeen: Date.now(),
    });
  };
  return {
    /** Counts until it is stopped. */
    async count() {
      while (!stopRequested()) {
        step();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    /** Takes up a job that never ends: its event loop stands still. */
    hang() {
      step();
      metrics.inProgress.set(1);
      blockUntilStopped();
      metrics.inProgress.set(0);
      step();
    },
    step,
  };
});
