import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { kinds } from "../../support/kinds.ts";
import { serve, stopRequested } from "../../support/worker_side.ts";
import { Progress } from "../progress.ts";

interface Start {
  readonly handle: ThreadStatsHandle;
  readonly progress: SharedArrayBuffer;
  /** This worker's word in `progress`. */
  readonly index: number;
}

serve(({ handle, progress, index }: Start) => {
  const { metrics } = ThreadStats.attach(kinds, handle).registerThread();
  const { latency, size, jobs, latest, lowest, highest } = metrics;
  const words = new Progress(progress);
  return {
    /** Records `count` values in all histograms, and sets the gauges to how far it is. */
    record: (count: number) => {
      const took = metrics.took.labels({ route: "r" });
      for (let n = 1; n <= count; n++) {
        latency.record(n % 100);
        size.record(n % 20_000, 2);
        took.record(n % 3);
        jobs.set(n);
        lowest.set(-n);
        highest.set(n + index);
        if (n % 8 === 0) latest.set(n);
      }
    },
    /**
     * Records 1 until it is stopped or killed; tells before each time how often it will have done
     * so.
     */
    ones: () => {
      let n = 1;
      for (; n % 64 !== 0 || !stopRequested(); n++) {
        words.set(index, n);
        size.record(1);
        jobs.set(5);
        latest.set(6);
      }
      return n - 1;
    },
    /** Opens and closes scopes of gauges. */
    scopes: (count: number) => {
      for (let n = 1; n <= count; n++) {
        using _ = jobs.scope();
        using __ = latest.scope();
      }
    },
    setLatest: (value: number) => latest.set(value),
  };
});
