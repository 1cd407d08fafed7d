/**
 * The workers of one test.
 *
 * @module
 */
import type { ThreadStats, ThreadStatsHandle } from "../../mod.ts";
import { type StartedWorker, startWorker } from "../support/worker.ts";
import { breathe, Progress } from "./progress.ts";
import type { schema } from "./schema.ts";

export type Stats = ThreadStats<typeof schema.metrics>;

/** Some workers, their progress words, and which ids they hold. */
export interface Crew extends AsyncDisposable {
  readonly progress: Progress;
  readonly holders: SharedArrayBuffer;
  readonly workers: StartedWorker[];
  /** Starts one more, on a handle of its own if one is given. */
  add(handle?: ThreadStatsHandle, options?: { web?: boolean }): Promise<StartedWorker>;
}

/** Starts `count` workers of `workers/NAME.ts`. Those that are `idle` do not register. */
export async function startCrew(
  stats: Stats,
  name: "writer" | "buckets",
  { count, idle = false }: { count: number; idle?: boolean },
): Promise<Crew> {
  const url = new URL(`./workers/${name}.ts`, import.meta.url);
  const progress = new Progress();
  const holders = new SharedArrayBuffer(4 * 2 ** 17);
  let index = 0;
  const start = (handle: ThreadStatsHandle = stats.handle, options = {}) => {
    const data = { handle, progress: progress.buffer, index: index++, holders, idle };
    return startWorker(url, data, options);
  };
  const workers = await Promise.all(Array.from({ length: count }, () => start()));
  return {
    progress,
    holders,
    workers,
    add: async (handle, options) => {
      const worker = await start(handle, options);
      workers.push(worker);
      return worker;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    },
  };
}

/** Calls `read` without pause until all of `work` is done, which it returns. */
export async function meanwhile<Result>(
  work: Promise<Result>[],
  read: () => void,
  burst = 200,
): Promise<Result[]> {
  let done = false;
  const all = Promise.all(work).finally(() => done = true);
  all.catch(() => {});
  while (!done) {
    for (let n = 0; n < burst; n++) read();
    await breathe();
  }
  return await all;
}

/** A check that no value is smaller than the one before. */
export function rising(): (value: number | bigint) => void {
  let last: number | bigint = 0;
  return (value) => {
    if (value < last) throw new Error(`The total fell from ${last} to ${value}`);
    last = value;
  };
}
