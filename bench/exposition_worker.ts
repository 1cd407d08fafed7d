/**
 * The counting side of `exposition.ts`, and what it counts.
 *
 * @module
 */

import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { counter, defineSchema, ThreadStats, type ThreadStatsHandle } from "../mod.ts";

/** What is counted. */
export const schema = defineSchema({
  requests: counter({
    help: "Requests",
    labels: ["method", "path", "status"],
    maxSeries: 1_000_000,
  }),
});

/** The labels of series `n`. */
export function labelsOf(n: number): { method: string; path: string; status: string } {
  return { method: "GET", path: `/items/${n % 1000}`, status: String(Math.floor(n / 1000)) };
}

/** What a worker gets. */
export interface ExpositionStart {
  readonly handle: ThreadStatsHandle;
  readonly series: number;
  /** Whether it goes on counting without a pause. */
  readonly isBusy: boolean;
}

if (!isMainThread && parentPort !== null) {
  const { handle, series, isBusy } = workerData as ExpositionStart;
  const { requests } = ThreadStats.attach(schema, handle).registerThread().metrics;
  for (let n = 0; n < series; n++) requests.labels(labelsOf(n)).add(n);
  const busy = requests.labels(labelsOf(0));
  parentPort.postMessage("ready");
  while (isBusy) busy.add();
}
