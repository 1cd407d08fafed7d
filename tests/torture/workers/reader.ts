import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { serve, stopRequested } from "../../support/worker_side.ts";
import { schema } from "../schema.ts";
import { countSteps } from "../steps.ts";
import { Watch } from "../watch.ts";

/** What a reader is started with. */
export interface ReaderStart {
  readonly handle: ThreadStatsHandle;
  readonly moves: readonly number[];
}

serve(({ handle, moves }: ReaderStart) => ({
  /** Reads without pause until it is stopped. */
  watch: () => {
    countSteps();
    const watch = new Watch(ThreadStats.attach(schema, handle), moves);
    while (!stopRequested()) {
      watch.round();
      for (let n = 0; n < 100; n++) watch.stare(0);
    }
    return watch.findings;
  },
}));
