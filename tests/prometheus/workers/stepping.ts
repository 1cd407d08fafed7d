import { counter, defineSchema, ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { blockUntilStopped, busyUntilStopped, serve } from "../../support/worker_side.ts";

const schema = defineSchema({ steps: counter({ help: "Steps" }) });

serve((handle: ThreadStatsHandle) => {
  const { steps } = ThreadStats.attach(schema, handle).registerThread().metrics;
  return {
    step: (count: number) => steps.add(count),
    block: blockUntilStopped,
    spin: () => busyUntilStopped(() => steps.add()),
  };
});
