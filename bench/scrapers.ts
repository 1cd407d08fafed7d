/**
 * The ways to collect what workers have counted.
 *
 * @module
 */

import type { Worker } from "node:worker_threads";
import { counter, defineSchema, ThreadStats, type ThreadStatsHandle } from "../mod.ts";
import { loadPackage } from "./packages.ts";

/** The collecting side. */
export interface Scraper {
  /** What the workers get. */
  readonly shared: unknown;
  /** Called when the workers are ready; returns when they can be asked. */
  begin(workers: readonly Worker[]): Promise<void> | void;
  /** Collects; what it gives is called for the sum of all counters, after the clock was stopped. */
  scrape(): Promise<() => number>;
}

/** The counting side: counts 1 in each counter. Returns what answers a message. */
export type WorkerSide = (
  options: { counters: number; thread: number; shared: unknown },
) => (() => unknown) | Promise<() => unknown>;

/** Names of the ways. */
export type ScrapeName = keyof typeof scrapers;

interface PrometheusClient {
  Counter: new (options: object) => { inc(labels: object, n: number): void };
  WorkerRegistry: { new (): { workerMetrics(): Promise<string> }; workerCount(): number };
}

type Pairs = [key: string, value: number][];

const keyOf = (n: number) => `key-${n}`;
const schema = defineSchema({ requests: counter({ labels: ["key"], maxSeries: 1_000_000 }) });

/** The collecting sides, by the names that reports show. */
export const scrapers = {
  "library": () => {
    const stats = ThreadStats.create(schema);
    return {
      shared: stats.handle,
      begin() {},
      scrape() {
        const { metrics } = stats.snapshot();
        return Promise.resolve(() =>
          metrics.requests.series.reduce((total, { value }) => total + value, 0)
        );
      },
    };
  },
  "@prometheus-io/client": async () => {
    const client = await loadPackage<PrometheusClient>("@prometheus-io/client");
    const registry = new client.WorkerRegistry();
    return {
      shared: undefined,
      async begin(workers) {
        // They have announced themselves, but a broadcast may arrive later than a message.
        while (client.WorkerRegistry.workerCount() < workers.length) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      },
      async scrape() {
        const text = await registry.workerMetrics();
        return () => {
          const values = text.split("\n").filter((line) => line.startsWith("requests{"));
          return values.reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
        };
      },
    };
  },
  "postMessage": () => {
    let all: readonly Worker[] = [];
    return {
      shared: undefined,
      begin: (workers) => void (all = workers),
      async scrape() {
        const answers = await Promise.all(all.map((worker) =>
          new Promise<Pairs>((resolve) => {
            worker.once("message", resolve);
            worker.postMessage("scrape");
          })
        ));
        const totals = new Map<string, number>();
        for (const pairs of answers) {
          for (const [key, value] of pairs) totals.set(key, (totals.get(key) ?? 0) + value);
        }
        return () => [...totals.values()].reduce((total, value) => total + value, 0);
      },
    };
  },
} satisfies Record<string, () => Scraper | Promise<Scraper>>;

/** The counting sides. */
export const workerSides: Readonly<Record<ScrapeName, WorkerSide>> = {
  "library": ({ counters, thread, shared }) => {
    const stats = ThreadStats.attach(schema, shared as ThreadStatsHandle);
    const { requests } = stats.registerThread(`worker-${thread}`).metrics;
    for (let n = 0; n < counters; n++) requests.labels({ key: keyOf(n) }).add();
    return () => undefined;
  },
  "@prometheus-io/client": async ({ counters }) => {
    const client = await loadPackage<PrometheusClient>("@prometheus-io/client");
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
