/**
 * Worker pools behind one face. Each is used as its documentation shows it; of the library there is not a word.
 *
 * @module
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { pause } from "../../join/programs/any_worker.ts";
import { loadPiscina, loadPoolifier, loadTinypool, loadWorkerpool } from "./packages.ts";
import type { Task } from "./task.ts";

/** A pool. */
export interface Pool {
  /** Runs a task in one of its workers; rejects when the worker ends before the task. */
  run(task: Task, signal: AbortSignal): Promise<unknown>;
  /** Lets idle workers end, if they do not by themselves. */
  recycle(): unknown;
  /** Ends all workers, if the pool can. */
  close(): unknown;
  /** Whether an aborted task kills its worker. */
  readonly killsAborted: boolean;
}

const pathOf = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
const nothing = () => {};

async function openPiscina(size: number): Promise<Pool> {
  const { Piscina } = await loadPiscina();
  const options = { minThreads: 0, maxThreads: size, idleTimeout: 5 };
  const pool = new Piscina({ filename: pathOf("task"), ...options });
  // An exception that no task waits for any more.
  pool.on("error", nothing);
  return {
    run: (task, signal) => pool.run(task, { signal }),
    recycle: nothing,
    close: () => pool.destroy(),
    killsAborted: true,
  };
}

async function openTinypool(size: number): Promise<Pool> {
  const { Tinypool } = await loadTinypool();
  const pool = new Tinypool({ filename: pathOf("task"), minThreads: 0, maxThreads: size });
  pool.on("error", nothing);
  return {
    run: (task, signal) => pool.run(task, { signal }),
    recycle: () => pool.recycleWorkers(),
    close: () => pool.destroy(),
    killsAborted: true,
  };
}

function openWorkerpool(size: number): Pool {
  const open = () =>
    loadWorkerpool().pool(pathOf("workerpool_worker"), { maxWorkers: size, workerType: "thread" });
  let pool = open();
  return {
    run(task, signal) {
      const running = pool.exec("work", [task]);
      signal.addEventListener("abort", () => void running.cancel());
      return running as unknown as Promise<unknown>;
    },
    async recycle() {
      await pool.terminate();
      pool = open();
    },
    close: () => pool.terminate(true),
    killsAborted: true,
  };
}

function openPoolifier(size: number): Pool {
  const { DynamicThreadPool } = loadPoolifier();
  const open = () => {
    const options = { errorHandler: nothing, restartWorkerOnError: false };
    const pool = new DynamicThreadPool(0, size, pathOf("poolifier_worker"), options);
    pool.emitter?.on("error", nothing);
    return pool;
  };
  // It throws this in its own listener, when a worker has ended before its last message arrives.
  process.on("uncaughtException", (error) => {
    if (!/^Worker message .* received from unknown worker/.test(error.message)) throw error;
  });
  let pool = open();
  return {
    run: (task) => pool.execute(task),
    async recycle() {
      await this.close();
      pool = open();
    },
    // It waits for ever for workers that have died, and on Deno for all.
    close: () => Promise.race([pool.destroy(), pause(500)]),
    killsAborted: false,
  };
}

/** Opens a pool of so many workers. */
export const openers: Readonly<Record<string, (size: number) => Pool | Promise<Pool>>> = {
  piscina: openPiscina,
  tinypool: openTinypool,
  workerpool: openWorkerpool,
  poolifier: openPoolifier,
};
