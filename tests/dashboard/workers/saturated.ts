import process from "node:process";
import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { serve } from "../../support/worker_side.ts";
import { sceneSchema } from "../scenes.ts";

/**
 * A worker that does nothing but count, and tells what one update takes of its own CPU time where
 * the runtime knows that.
 */
serve((handle: ThreadStatsHandle) => {
  const { packets } = ThreadStats.attach(sceneSchema, handle).registerThread().metrics;
  const { threadCpuUsage } = process as unknown as {
    threadCpuUsage?: () => { user: number; system: number };
  };
  const microseconds = () => {
    const usage = threadCpuUsage?.call(process);
    return usage === undefined ? performance.now() * 1000 : usage.user + usage.system;
  };
  return {
    /** Nanoseconds per update, over so many milliseconds. */
    measure(ms: number) {
      const until = performance.now() + ms;
      const started = microseconds();
      let count = 0;
      do {
        for (let n = 0; n < 100_000; n++) packets.add();
        count += 100_000;
      } while (performance.now() < until);
      return (microseconds() - started) * 1000 / count;
    },
  };
});
