/**
 * The threads that run cases. They stay alive between rounds, since to start one takes longer than
 * most of what is measured.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import type { Case } from "./cases/case.ts";
import type { CaseName, ImplementationName } from "./cases/catalogue.ts";
import type { GroupName } from "./cases/case.ts";

/** Index of the number of the round. The main thread advances it, and then wakes the workers. */
export const ROUND = 0;
/** Index of the number of workers that have yet to finish the round. */
export const UNFINISHED = 32;
/** Index of the number of operations of the round, or {@linkcode UNTIL_NEXT_ROUND}. */
export const OPERATIONS = 64;
/** The words are 128 bytes apart, so that no two share a pair of cache lines. */
const CONTROL_WORDS = 96;

/** In place of a number of operations: work until the next round begins. */
export const UNTIL_NEXT_ROUND = -1;

/** Distance of two workers' counts in 64-bit words: 128 bytes. */
export const COUNT_STRIDE = 16;

/** What a worker of a pool gets. */
export interface PoolStart {
  readonly control: SharedArrayBuffer;
  /** The operations that each worker did in rounds without an end. */
  readonly counts: SharedArrayBuffer;
  readonly implementation: ImplementationName;
  readonly group: GroupName;
  readonly shared: unknown;
  readonly thread: number;
}

/** Runs a case in all threads of the pool at once. */
export interface Pool {
  /** Lets every thread do so many operations, and waits for the last thread. */
  run(operations: number): void | Promise<void>;
  /** The figure that the case counted, or `undefined` when several threads counted. */
  total(): number | undefined | Promise<number>;
  /** What that figure must be after so many operations, of which the last run did `last`. */
  expected(operations: number, last: number): number;
  /** Ends the threads. */
  stop(): Promise<void>;
}

/** Workers that run one case. */
export interface Crew {
  /** Lets every worker do so many operations, and waits for the last worker. */
  run(operations: number): void;
  /**
   * Lets every worker run until `meanwhile` returns.
   *
   * @returns Operations per second of each worker
   */
  rates(meanwhile: () => void): number[];
  /** Ends the workers. */
  stop(): Promise<void>;
}

/** Milliseconds until all workers run, after they were woken. */
const wakingMs = 20;

/** Prepares a case in the calling thread, or in as many workers as the circumstances say. */
export async function startPool(made: Case, name: CaseName): Promise<Pool> {
  const shared = made.share(name.at);
  const expected = (operations: number) => operations;
  const { threads = 1 } = name.at;
  if (threads === 1) {
    return { expected, ...made.prepare(shared, 0), stop: () => Promise.resolve() };
  }
  return { ...await startCrew(shared, { ...name, threads }), total: () => undefined, expected };
}

/** Starts workers that run a case on what it shares. */
export async function startCrew(
  shared: unknown,
  { group, implementation, threads }: Omit<CaseName, "at"> & { readonly threads: number },
): Promise<Crew> {
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4));
  const counts = new Float64Array(new SharedArrayBuffer(threads * COUNT_STRIDE * 8));
  const common = { control: control.buffer, counts: counts.buffer, group, implementation, shared };
  const workers = await startWorkers(
    new URL("./pool_worker.ts", import.meta.url),
    Array.from({ length: threads }, (_, thread): PoolStart => ({ ...common, thread })),
  );

  function begin(operations: number): void {
    Atomics.store(control, OPERATIONS, operations);
    Atomics.store(control, UNFINISHED, threads);
    Atomics.add(control, ROUND, 1);
    Atomics.notify(control, ROUND);
  }

  function run(operations: number): void {
    begin(operations);
    for (;;) {
      const unfinished = Atomics.load(control, UNFINISHED);
      if (unfinished === 0) return;
      Atomics.wait(control, UNFINISHED, unfinished);
    }
  }

  const countsNow = () => Array.from({ length: threads }, (_, n) => counts[n * COUNT_STRIDE]);

  return {
    run,
    rates(meanwhile) {
      begin(UNTIL_NEXT_ROUND);
      sleep(wakingMs);
      const before = countsNow();
      const start = performance.now();
      meanwhile();
      const after = countsNow();
      const seconds = (performance.now() - start) / 1000;
      // An empty round ends the one without an end, and waits until all are at rest.
      run(0);
      return after.map((count, thread) => (count - before[thread]) / seconds);
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Blocks the thread: a timer would need the event loop, and would be late. */
export function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * Starts a worker for each element of `starts`, and waits until each has sent its first message.
 */
export async function startWorkers<Start>(
  module: URL,
  starts: readonly Start[],
): Promise<Worker[]> {
  return await Promise.all(starts.map((workerData) => {
    const worker = new Worker(module, { workerData });
    return new Promise<Worker>((resolve, reject) => {
      worker.once("message", () => resolve(worker));
      worker.once("error", reject);
    });
  }));
}
