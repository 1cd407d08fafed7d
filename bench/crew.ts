/**
 * Threads that all update the same thing, again and again, between rests.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { type ImplementationName, loadCase } from "./cases/all.ts";
import type { GroupName } from "./cases/case.ts";
import { type ContentionStart, CONTROL_WORDS, RUNNING } from "./contention_worker.ts";

/** How the main thread reads meanwhile. */
export type Polling = "no reader" | "every ms" | "without pause";

/** What came of one round. */
export interface Round {
  /** Updates per second of each thread. */
  readonly rates: readonly number[];
  readonly reads: number;
  readonly retries: number;
}

/** Threads at rest. */
export interface Crew {
  /** Lets all of them update for so long, and then rest again. */
  round(ms: number, polling?: Polling): Round;
  /** Ends them. */
  stop(): Promise<void>;
}

/** For the writers to be all awake, and for those of the round before to be at rest. */
const settlingMs = 20;

/** Sleeps for real: a timer would need the event loop, and not be on time. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Starts so many threads with a case of one group. */
export async function startCrew(
  { group, implementation, threads }: {
    readonly group: GroupName;
    readonly implementation: ImplementationName;
    readonly threads: number;
  },
): Promise<Crew> {
  const made = await loadCase(group, implementation);
  const shared = made.share({ threads });
  const reader = made.reader?.(shared);
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4));
  const counts = new Float64Array(new SharedArrayBuffer(threads * 128));
  const workers = await Promise.all(Array.from({ length: threads }, (_, thread) => {
    const workerData: ContentionStart = {
      control: control.buffer,
      counts: counts.buffer,
      implementation,
      group,
      shared,
      thread,
    };
    const worker = new Worker(new URL("./contention_worker.ts", import.meta.url), { workerData });
    return new Promise<Worker>((resolve, reject) => {
      worker.once("message", () => resolve(worker));
      worker.once("error", reject);
    });
  }));

  function tell(state: number): void {
    Atomics.store(control, RUNNING, state);
    Atomics.notify(control, RUNNING);
  }

  const countsNow = () => Array.from({ length: threads }, (_, thread) => counts[thread * 16]);

  return {
    round(ms, polling = "no reader") {
      // Asked while nobody writes: to ask is a read too, which could be among those that are begun again.
      const retriesBefore = reader?.retries() ?? 0;
      tell(1);
      sleep(settlingMs);
      const before = countsNow();
      const began = performance.now();
      let reads = 0;
      if (polling === "no reader" || reader === undefined) sleep(ms);
      else {
        while (performance.now() - began < ms) {
          reader.read();
          reads++;
          if (polling === "every ms") sleep(1);
        }
      }
      const after = countsNow();
      const seconds = (performance.now() - began) / 1000;
      tell(0);
      sleep(settlingMs);
      const rates = after.map((count, thread) => (count - before[thread]) / seconds);
      return { rates, reads, retries: (reader?.retries() ?? 0) - retriesBefore };
    },
    async stop() {
      tell(2);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
