import { ThreadStats } from "../../../mod.ts";
import { busyUntilStopped, serve } from "../../support/worker_side.ts";
import { kinds } from "../../metrics/kinds.ts";

serve(({ handle, name }: { handle: ThreadStats<typeof kinds.metrics>["handle"]; name: string }) => {
  const stats = ThreadStats.attach(kinds, handle);
  const { metrics } = stats.registerThread(name);
  const hits = metrics.requests.labels({ method: "GET" });
  const queue = metrics.queue.labels({ name: "a" });
  const took = metrics.took.labels({ route: "/" });
  const flow = metrics.flow.labels({ source: "s" });
  return {
    /** Changes metrics of every kind without pause. */
    change: () =>
      busyUntilStopped((round) => {
        metrics.hits.add();
        hits.add(2);
        metrics.jobs.set(round % 100);
        metrics.lowest.set(round % 70 - 20);
        metrics.highest.set(round % 90);
        metrics.latest.set(round);
        queue.add(round % 3 - 1);
        metrics.size.record(round % 2000);
        metrics.latency.record((round % 1000 + 1) / 1000);
        took.record(round % 3);
        flow.update({ bytes: 3n, way: 1, low: round % 50, high: round, flags: 1 << (round % 31) });
      }),
  };
});
