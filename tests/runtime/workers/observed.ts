import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import type { RuntimeObservation } from "../../../src/runtime/options.ts";
import { busyUntilStopped, serve, stopRequested } from "../../support/worker_side.ts";
import { observedSchema } from "../schema.ts";

// A worker that is observed, and that blocks itself on demand.
await serve(({ handle, name }: { handle: ThreadStatsHandle; name: string }) => {
  const thread = ThreadStats.attach(observedSchema, handle).registerThread(name);
  const observation: RuntimeObservation = thread.observeRuntime({ periodSeconds: 0.05 });
  return {
    /** Spins for so long, and until the parent asks for a stop. */
    spin(ms: number): number {
      const end = performance.now() + ms;
      const rounds = busyUntilStopped(() => {});
      while (performance.now() < end);
      return rounds;
    },
    /** Spins for so long, or until the parent asks for a stop. */
    spinFor(ms: number): void {
      const end = performance.now() + ms;
      while (performance.now() < end && !stopRequested());
    },
    /** Allocates, and keeps it. */
    fill(count: number): void {
      (globalThis as { kept?: unknown }).kept = Array.from({ length: count }, (n) => ({ n }));
    },
    stop: () => observation.stop(),
    unregister: () => thread.unregister(),
  };
});
