import { parentPort, workerData } from "node:worker_threads";
import { loadCase } from "./cases/catalogue.ts";
import {
  COUNT_STRIDE,
  OPERATIONS,
  type PoolStart,
  ROUND,
  UNFINISHED,
  UNTIL_NEXT_ROUND,
} from "./pool.ts";

/** Operations between two looks at the round: so many that the looks do not slow the loop. */
const chunk = 1024;

const { control, counts, implementation, group, shared, thread } = workerData as PoolStart;
const words = new Int32Array(control);
const cells = new Float64Array(counts);
const { run } = (await loadCase(group, implementation)).prepare(shared, thread);

let round = 0;
let done = 0;
parentPort!.postMessage("ready");
for (;;) {
  Atomics.wait(words, ROUND, round);
  const next = Atomics.load(words, ROUND);
  if (next === round) continue;
  round = next;
  const operations = Atomics.load(words, OPERATIONS);
  if (operations === UNTIL_NEXT_ROUND) {
    while (Atomics.load(words, ROUND) === round) {
      run(chunk);
      cells[thread * COUNT_STRIDE] = done += chunk;
    }
    continue;
  }
  await run(operations);
  // Only the last one wakes the main thread: to wake it earlier would take a core away.
  if (Atomics.sub(words, UNFINISHED, 1) === 1) Atomics.notify(words, UNFINISHED);
}
