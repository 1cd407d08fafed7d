import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { serve, stopRequested } from "../../support/worker_side.ts";
import { Ledger } from "../ledger.ts";
import { live, type Plan } from "../life.ts";
import { forbidModules, forceModules } from "../modules.ts";
import { schema } from "../schema.ts";
import { noSums } from "../script.ts";

/** What a writer is started with. */
export interface WriterStart {
  readonly handle: ThreadStatsHandle;
  readonly ledger: SharedArrayBuffer;
  readonly row: number;
  readonly moves: readonly number[];
}

serve(({ handle, ledger, row, moves }: WriterStart) => {
  // Both ways to publish in one memory, and in the tenures of one slot.
  if (row % 2 === 1) forbidModules();
  else forceModules();
  const stats = ThreadStats.attach(schema, handle);
  const place = { ledger: new Ledger(ledger), row, moves };
  return {
    live: (plan: Plan) => live(stats, plan, place),
    // Outside of every handler, so that nobody catches what it throws.
    liveUncaught: (plan: Plan) => void setTimeout(() => live(stats, plan, place)),
    /** Registers and unregisters `rounds` times, at most; the sums of all. */
    tour: (plan: Plan, rounds: number) => {
      const sums = noSums();
      let operations = 0;
      for (let round = 0; round < rounds && !stopRequested(); round++) {
        const life = live(stats, { ...plan, seed: plan.seed + round }, place);
        operations += life.operations;
        for (const [n, sum] of life.sums.entries()) sums[n] += sum;
      }
      return { sums, operations };
    },
  };
});
