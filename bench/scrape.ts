/**
 * The cost of collecting what 8 workers counted in 10,000 counters each: while the workers are
 * idle, while one is busy for 2 s, and while all are.
 * `scrape.ts [IMPLEMENTATION...] [--json FILE] [--quick]`, under any runtime.
 *
 * The library reads shared memory and asks nobody. `@prometheus-io/client` asks all workers through
 * a `BroadcastChannel`, and returns the text of the exposition format. With bare messages each
 * worker answers with its labels and values, and the main thread adds them up by label: the least
 * that a program must do without shared memory.
 *
 * @module
 */

import process from "node:process";
import type { Worker } from "node:worker_threads";
import { ThreadStats } from "../mod.ts";
import { loadPackage } from "./packages.ts";
import { startWorkers } from "./pool.ts";
import { finish, readSettings, type Row } from "./results.ts";
import {
  BE_BUSY,
  BUSY,
  busyMs,
  type Client,
  type Pairs,
  schema,
  type ScrapeName,
  type ScrapeStart,
} from "./scrape_worker.ts";
import { type CallOptions, expectFigure, timeCalls } from "./timer.ts";

/** The collecting side. */
interface Scraper {
  /** What the workers get. */
  readonly shared: unknown;
  /** Settles when the workers, which are ready, can be asked. */
  begin(workers: readonly Worker[]): Promise<void> | void;
  /** Collects. The result adds up all counters when it is called, which is not timed. */
  scrape(): Promise<() => number>;
}

const scrapers: Readonly<Record<ScrapeName, () => Scraper | Promise<Scraper>>> = {
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
    const client = await loadPackage<Client>("@prometheus-io/client");
    const registry = new client.WorkerRegistry();
    return {
      shared: undefined,
      async begin(workers) {
        // They have announced themselves, but a broadcast may arrive later than a message.
        while (client.WorkerRegistry.workerCount() < workers.length) await pause(1);
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
};

const settings = readSettings();
const workers = 8;
const counters = settings.quick ? 1000 : 10_000;
const idle: CallOptions = settings.quick
  ? { budgetMs: 100, leastCalls: 3 }
  : { budgetMs: 1000, leastCalls: 5 };
const busy: CallOptions = { leastCalls: settings.quick ? 1 : 3 };

const rows: Row[] = [];

async function measure(name: ScrapeName): Promise<void> {
  const scraper = await scrapers[name]();
  const control = new Int32Array(new SharedArrayBuffer(128));
  const common = { control: control.buffer, name, counters, shared: scraper.shared };
  const threads = await startWorkers(
    new URL("./scrape_worker.ts", import.meta.url),
    Array.from({ length: workers }, (_, thread): ScrapeStart => ({ ...common, thread })),
  );
  await scraper.begin(threads);

  /** Nanoseconds of a scrape while so many workers are busy. */
  const timeScrapes = async (busyWorkers: number, options: CallOptions): Promise<number> => {
    let total: (() => number) | undefined;
    const check = async () => {
      while (Atomics.load(control, BUSY) > 0) await pause(busyMs / 20);
      if (total !== undefined) expectFigure(`a scrape of ${name}`, total(), workers * counters);
    };
    const before = async () => {
      await check();
      for (const thread of threads.slice(0, busyWorkers)) thread.postMessage(BE_BUSY);
      // With a timer of no time: one of some time would let the workers finish first.
      while (Atomics.load(control, BUSY) < busyWorkers) await pause(0);
    };
    const { p50 } = await timeCalls(
      async () => {
        total = await scraper.scrape();
      },
      { ...options, before },
    );
    await check();
    return p50;
  };

  await report(name, "idle workers", async () => {
    // The first time is to warm up.
    await timeScrapes(0, idle);
    return await timeScrapes(0, idle);
  });
  await report(name, "one busy for 2 s", () => timeScrapes(1, busy));
  await report(name, "all busy for 2 s", () => timeScrapes(workers, busy));
  await Promise.all(threads.map((thread) => thread.terminate()));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Adds a row: without a figure when `run` rejects, as some packages give up. */
async function report(name: ScrapeName, when: string, run: () => Promise<number>): Promise<void> {
  let value: number | null = null;
  try {
    value = await run();
  } catch (error) {
    console.error(`${name}, ${when}: ${(error as Error).message}`);
  }
  rows.push({ group: `scrape, ${when}`, name, at: { workers, counters }, value, unit: "ns" });
}

for (const name of Object.keys(scrapers) as ScrapeName[]) {
  if (settings.rest.length === 0 || settings.rest.includes(name)) await measure(name);
}
finish(rows, settings);
process.exit(0);
