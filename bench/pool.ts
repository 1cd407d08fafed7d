/**
 * Threads that stay alive between the iterations of a benchmark.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import type { ImplementationName } from "./cases/all.ts";
import type { Case, Circumstances, GroupName } from "./cases/case.ts";

/** Which round the threads shall run; advanced by the main thread, which then wakes them. */
export const GO = 0;
/** How many threads have yet to finish the round. */
export const UNFINISHED = 32;
/** How many updates the round is, or 0 to end the thread. */
export const UPDATES = 64;
/** 32 words apart, so that the words do not share a pair of cache lines. */
export const CONTROL_WORDS = 96;

/** What a thread of the pool is told at its start. */
export interface PoolStart {
  readonly control: SharedArrayBuffer;
  readonly implementation: ImplementationName;
  readonly group: GroupName;
  readonly shared: unknown;
  readonly thread: number;
}

/** Runs a case in all threads of the pool at once. */
export interface Pool {
  /** Lets every thread do so many operations; they are done when it returns, or when what it returns is settled. */
  run(operations: number): void | Promise<void>;
  /** What the case says that it has counted; unknown with several threads. */
  total(): number | undefined | Promise<number>;
  /** What that must be after so many operations, of which the last run did `last`. */
  expected(operations: number, last: number): number;
  /** Ends the threads. */
  stop(): void;
}

/** Which case a pool runs, and in how many threads. */
export interface PoolOptions {
  readonly implementation: ImplementationName;
  readonly group: GroupName;
  readonly at: Circumstances;
}

/** Prepares a case in one thread, which is the calling one, or in as many workers as asked for. */
export async function startPool(
  { share, prepare }: Case,
  { implementation, group, at }: PoolOptions,
): Promise<Pool> {
  const shared = share(at);
  const expected = (operations: number) => operations;
  const { threads = 1 } = at;
  if (threads === 1) return { expected, ...prepare(shared, 0), stop() {} };

  const control = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4));
  await Promise.all(Array.from({ length: threads }, (_, thread) => {
    const workerData: PoolStart = {
      control: control.buffer,
      implementation,
      group,
      shared,
      thread,
    };
    const worker = new Worker(new URL("./pool_worker.ts", import.meta.url), { workerData });
    return new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  }));

  function start(updates: number): void {
    Atomics.store(control, UPDATES, updates);
    Atomics.store(control, UNFINISHED, threads);
    Atomics.add(control, GO, 1);
    Atomics.notify(control, GO);
  }

  return {
    run(updates) {
      start(updates);
      for (;;) {
        const unfinished = Atomics.load(control, UNFINISHED);
        if (unfinished === 0) return;
        Atomics.wait(control, UNFINISHED, unfinished);
      }
    },
    total: () => undefined,
    expected,
    stop: () => start(0),
  };
}
