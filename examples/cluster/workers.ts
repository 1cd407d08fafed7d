import { Worker } from "node:worker_threads";
import { ThreadStats } from "../../mod.ts";
import { schema } from "./schema.ts";
import type { WorkerStart } from "./worker.ts";

/** The statistics of this process. */
export type MemberStats = ThreadStats<typeof schema.metrics>;

/** Workers that were started, and what they count in. */
export interface Workers {
  /** What those counted that have ended stays. */
  readonly stats: MemberStats;
  /** Settles when all of them have ended. */
  readonly ended: Promise<unknown>;
}

/** Starts workers that count, each up to a number of requests. */
export function startWorkers(count: number, requests: number): Workers {
  const stats = ThreadStats.create(schema, { maxThreads: 256 });
  const ends = Array.from({ length: count }, (_, n) => {
    const name = `worker-${n + 1}`;
    const seat = stats.reserveThread(name);
    const start: WorkerStart = { handle: seat.handle, requests };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { name, workerData: start });
    worker.on("error", (error) => console.error(`${name}: ${error}`));
    return new Promise<void>((resolve) => {
      worker.on("exit", () => {
        // Of one that has left by itself nothing is left to revoke.
        seat.revoke();
        resolve();
      });
    });
  });
  return { stats, ended: Promise.all(ends) };
}
