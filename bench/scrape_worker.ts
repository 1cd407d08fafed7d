/**
 * The counting side of `scrape.ts`: each worker counts 1 in each counter, then answers messages.
 *
 * @module
 */

import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { counter, defineSchema, ThreadStats, type ThreadStatsHandle } from "../mod.ts";
import { loadPackage } from "./packages.ts";

/** Index of the word with the number of busy workers. */
export const BUSY = 0;
/** How long a worker stays busy. */
export const busyMs = 2000;
/** The message that makes a worker busy. All others ask for its counts. */
export const BE_BUSY = "be busy";

/** The ways to collect, by the names that reports show. */
export type ScrapeName = "library" | "@prometheus-io/client" | "postMessage";

/** What a worker gets. */
export interface ScrapeStart {
  readonly control: SharedArrayBuffer;
  readonly name: ScrapeName;
  readonly counters: number;
  readonly thread: number;
  readonly shared: unknown;
}

/** What the library counts. */
export const schema = defineSchema({
  requests: counter({ labels: ["key"], maxSeries: 1_000_000 }),
});

/** The part of `@prometheus-io/client` that is measured. */
export interface Client {
  Counter: new (options: object) => { inc(labels: object, n: number): void };
  WorkerRegistry: { new (): { workerMetrics(): Promise<string> }; workerCount(): number };
}

/** The answer of a worker that is asked by a message. */
export type Pairs = [key: string, value: number][];

const keyOf = (n: number) => `key-${n}`;

/** Count 1 in each counter. Each returns what answers a message. */
const sides: Readonly<
  Record<ScrapeName, (start: ScrapeStart) => (() => unknown) | Promise<() => unknown>>
> = {
  "library": ({ counters, thread, shared }) => {
    const stats = ThreadStats.attach(schema, shared as ThreadStatsHandle);
    const { requests } = stats.registerThread(`worker-${thread}`).metrics;
    for (let n = 0; n < counters; n++) requests.labels({ key: keyOf(n) }).add();
    return () => undefined;
  },
  "@prometheus-io/client": async ({ counters }) => {
    const client = await loadPackage<Client>("@prometheus-io/client");
    const requests = new client.Counter({ name: "requests", help: "r", labelNames: ["key"] });
    for (let n = 0; n < counters; n++) requests.inc({ key: keyOf(n) }, 1);
    // Answers requests from now on.
    new client.WorkerRegistry();
    return () => undefined;
  },
  "postMessage": ({ counters }) => {
    const counts = new Map<string, number>();
    for (let n = 0; n < counters; n++) counts.set(keyOf(n), 1);
    return (): Pairs => [...counts];
  },
};

if (!isMainThread) {
  const start = workerData as ScrapeStart;
  const words = new Int32Array(start.control);
  const answer = await sides[start.name](start);
  parentPort!.on("message", (message) => {
    if (message !== BE_BUSY) {
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
