import { parentPort, workerData } from "node:worker_threads";
import { loadCase } from "./cases/all.ts";
import { GO, type PoolStart, UNFINISHED, UPDATES } from "./pool.ts";

const { control, implementation, group, shared, thread } = workerData as PoolStart;
const words = new Int32Array(control);
const { run } = (await loadCase(group, implementation)).prepare(shared, thread);

let round = 0;
parentPort!.postMessage("ready");
for (;;) {
  Atomics.wait(words, GO, round);
  const next = Atomics.load(words, GO);
  if (next === round) continue;
  round = next;
  const updates = Atomics.load(words, UPDATES);
  if (updates === 0) break;
  await run(updates);
  // The main thread sleeps until the last one is done: waking it earlier would take a core away.
  if (Atomics.sub(words, UNFINISHED, 1) === 1) Atomics.notify(words, UNFINISHED);
}
