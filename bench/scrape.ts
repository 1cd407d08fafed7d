/**
 * Collecting what 8 workers have counted in 10,000 counters each: when the workers are idle, when one of them is busy for 2 s, and
 * when all of them are.
 * `scrape.ts [IMPLEMENTATION...] [--json FILE] [--quick]`, under any runtime.
 *
 * The library reads shared memory and asks nobody. `@prometheus-io/client` asks all workers through a `BroadcastChannel` and
 * gives the text of the exposition format. With bare messages each worker answers with its labels and values, and the main
 * thread adds them up by label: the least that one must do without shared memory.
 *
 * @module
 */

import process from "node:process";
import { Worker } from "node:worker_threads";
import { expect } from "./many.ts";
import { finish, median, readSettings, type Row } from "./results.ts";
import { BUSY, busyMs, type ScrapeStart } from "./scrape_worker.ts";
import { type ScrapeName, type Scraper, scrapers } from "./scrapers.ts";

const settings = readSettings();
const workers = 8;
const counters = settings.quick ? 1000 : 10_000;
/** Milliseconds, and scrapes at least, to warm up and to measure when all are idle. */
const [idleMs, scrapes] = settings.quick ? [100, 3] : [1000, 5];
const busyScrapes = settings.quick ? 1 : 3;

const rows: Row[] = [];

async function measure(name: ScrapeName): Promise<void> {
  const scraper: Scraper = await scrapers[name]();
  const control = new Int32Array(new SharedArrayBuffer(128));
  const threads = await Promise.all(Array.from({ length: workers }, (_, thread) => {
    const workerData: ScrapeStart = {
      control: control.buffer,
      name,
      counters,
      thread,
      shared: scraper.shared,
    };
    const worker = new Worker(new URL("./scrape_worker.ts", import.meta.url), { workerData });
    return new Promise<Worker>((resolve, reject) => {
      worker.once("message", () => resolve(worker));
      worker.once("error", reject);
    });
  }));
  await scraper.begin(threads);

  const time = async () => {
    const before = performance.now();
    const total = await scraper.scrape();
    const lasted = performance.now() - before;
    // Checked outside of the time: that the total is right is the work, looking at it is not.
    expect(`a scrape of ${name}`, total(), workers * counters);
    return lasted;
  };
  const timeBusy = async (busy: readonly Worker[]) => {
    for (const thread of busy) thread.postMessage("be busy");
    // With a timer of no time: one of some time would let the workers finish first.
    while (Atomics.load(control, BUSY) < busy.length) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    const lasted = await time();
    while (Atomics.load(control, BUSY) > 0) {
      await new Promise((resolve) => setTimeout(resolve, busyMs / 20));
    }
    return lasted;
  };

  const timeMany = async () => {
    const lasted: number[] = [];
    const end = performance.now() + idleMs;
    while (lasted.length < scrapes || performance.now() < end) lasted.push(await time());
    return lasted;
  };

  await attempt(name, "idle workers", async () => {
    // The first is to warm up.
    await timeMany();
    return await timeMany();
  });
  for (const [when, busy] of [["one busy for 2 s", 1], ["all busy for 2 s", workers]] as const) {
    await attempt(name, when, async () => {
      const lasted: number[] = [];
      for (let i = 0; i < busyScrapes; i++) lasted.push(await timeBusy(threads.slice(0, busy)));
      return lasted;
    });
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
}

/** Adds the row of what `run` measures, or an empty one: not each package works under each runtime, and some give up. */
async function attempt(
  name: ScrapeName,
  when: string,
  run: () => Promise<number[]>,
): Promise<void> {
  let value: number | null = null;
  try {
    value = median(await run()) * 1e6;
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
