import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { type ImplementationName, loadCase } from "./cases/all.ts";
import type { GroupName } from "./cases/case.ts";

/** Index of the word that tells the writers to be at rest (0), to write (1), or to end (2). */
export const RUNNING = 0;
/** The word has a pair of cache lines to itself. */
export const CONTROL_WORDS = 64;

/** Updates between two looks at the word, and two stores of the count: too many to slow the loop. */
const chunk = 1024;

/** What a writer is told at its start. */
export interface ContentionStart {
  readonly control: SharedArrayBuffer;
  /** How many updates each thread has done, 128 bytes apart. */
  readonly counts: SharedArrayBuffer;
  readonly implementation: ImplementationName;
  readonly group: GroupName;
  readonly shared: unknown;
  readonly thread: number;
}

if (!isMainThread) {
  const { control, counts, implementation, group, shared, thread } = workerData as ContentionStart;
  const words = new Int32Array(control);
  const cells = new Float64Array(counts);
  const { run } = (await loadCase(group, implementation)).prepare(shared, thread);
  parentPort!.postMessage("ready");
  for (let state = 0, done = 0; state !== 2; state = Atomics.load(words, RUNNING)) {
    if (state === 0) Atomics.wait(words, RUNNING, 0);
    else {
      run(chunk);
      cells[thread * 16] = done += chunk;
    }
  }
}
