import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { type ScrapeName, workerSides } from "./scrapers.ts";

/** Index of the word that says how many workers are busy. */
export const BUSY = 0;
/** How long a worker stays busy. */
export const busyMs = 2000;

/** What a worker is told at its start. */
export interface ScrapeStart {
  readonly control: SharedArrayBuffer;
  readonly name: ScrapeName;
  readonly counters: number;
  readonly thread: number;
  readonly shared: unknown;
}

if (!isMainThread) {
  const { control, name, counters, thread, shared } = workerData as ScrapeStart;
  const words = new Int32Array(control);
  const answer = await workerSides[name]({ counters, thread, shared });
  parentPort!.on("message", (message) => {
    if (message !== "be busy") {
      parentPort!.postMessage(answer());
      return;
    }
    Atomics.add(words, BUSY, 1);
    const end = performance.now() + busyMs;
    while (performance.now() < end);
    Atomics.sub(words, BUSY, 1);
  });
  parentPort!.postMessage("ready");
}
