import { Worker } from "node:worker_threads";
import { ThreadStats } from "../../mod.ts";
import { schema } from "./schema.ts";
import type { WorkerStart } from "./worker.ts";

/** The statistics of this process. */
export type MemberStats = ThreadStats<typeof schema.metrics>;

/** Starts workers that count; what those counted that have ended stays. */
export function startWorkers(count: number, requests: number): MemberStats {
  const stats = ThreadStats.create(schema, { maxThreads: 256 });
  for (let n = 1; n <= count; n++) {
    const name = `worker-${n}`;
    const seat = stats.reserveThread(name);
    const start: WorkerStart = { handle: seat.handle, requests };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { name, workerData: start });
    worker.on("error", (error) => console.error(`${name}: ${error}`));
    // Of one that has left by itself nothing is left to revoke.
    worker.on("exit", () => seat.revoke());
  }
  return stats;
}
