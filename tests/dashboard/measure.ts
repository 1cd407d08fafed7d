/**
 * What the live page costs, beside its budget: `deno task measure-page [PART...]`. Needs chromium; to
 * be run on an idle machine.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { ThreadStats } from "../../mod.ts";
import { Channel } from "../../src/dashboard/channel.ts";
import { dashboardHandler, type DashboardSource } from "../../src/dashboard/mod.ts";
import { Sampler } from "../../src/dashboard/sampler.ts";
import { WINDOWS } from "../../src/dashboard/shared/ring.ts";
import { startWorker } from "../support/worker.ts";
import { Browser, type Playwright } from "./browser.ts";
import { openStreams, readAll, SERIES, startLight } from "./light_program.ts";
import { sceneSchema } from "./scenes.ts";
import { serveLive } from "./shop.ts";
import { ask, Stream } from "./stream.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function report(what: string, value: string, budget = ""): void {
  console.log(`${what.padEnd(64)} ${value.padStart(14)}  ${budget}`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

async function weight(): Promise<void> {
  const handler = dashboardHandler(ThreadStats.create(sceneSchema), {
    path: "/live",
  });
  const html = await (await ask(handler)).text();
  const sizes = [new TextEncoder().encode(html).length];
  for (const [address] of html.matchAll(/assets\/[^"]+/g)) {
    sizes.push(
      (await (await ask(handler, `/${address}`)).arrayBuffer()).byteLength,
    );
  }
  const all = sizes.reduce((a, b) => a + b);
  report("page weight, bytes", String(all), "below 122880");
}

async function stream(): Promise<void> {
  const { stats, stop } = startLight();
  const handler = dashboardHandler(stats as never, { path: "/live" });
  await using viewer = await Stream.open(handler, "m=requests");
  report(
    "full message, 10,000 series, bytes",
    String(JSON.stringify(viewer.model.full).length),
  );
  const sizes: number[] = [];
  for (let n = 0; n < 8; n++) sizes.push((await viewer.next()).size);
  report(
    "delta, 4,400 of 10,000 series changed, bytes/s",
    String(median(sizes)),
    "below 150000",
  );
  stop();
}

/** What one interval takes of the program's own thread: snapshot, histories and message. */
async function server(): Promise<void> {
  const { stats, stop } = startLight();
  const works: number[] = [];
  const snapshots: number[] = [];
  let started = 0;
  const source: DashboardSource = {
    snapshot(options) {
      started = performance.now();
      const snapshot = (stats as unknown as DashboardSource).snapshot(options);
      snapshots.push(performance.now() - started);
      return snapshot;
    },
  };
  const sampler = new Sampler(source, {
    every: 1000,
    windows: WINDOWS,
    isBusy: (name: string) => name === "inProgress",
  });
  const holder = {};
  sampler.hold(holder);
  const channel = new Channel(sampler, SERIES, {
    run: "",
    title: "",
    program: "",
  });
  channel.full(sampler.sample);
  sampler.listen((sample) => {
    JSON.stringify(channel.delta(sample));
    works.push(performance.now() - started);
  });
  await pause(12_500);
  sampler.release(holder);
  report(
    "snapshot of 12,405 series with threads' totals, ms",
    median(snapshots).toFixed(1),
  );
  const work = median(works);
  report("server, one viewer of 10,000 series, ms per second", work.toFixed(1));
  // The same as processor time of this thread, without what counts: what others take from it is none
  // of the page's cost.
  const alone = await processorTime();
  const reading = readAll(openStreams(stats).open(SERIES));
  const watched = await processorTime();
  await reading.cancel();
  const milliseconds = (watched - alone) / SERVER_SECONDS;
  report(
    "the same, of the thread's processor time, ms per second",
    milliseconds.toFixed(1),
  );
  stop();
}

const SERVER_SECONDS = 20;

/** What this thread takes of a processor in that time, in milliseconds; as Linux knows it, in ns. */
async function processorTime(): Promise<number> {
  const now = () =>
    Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) /
    1e6;
  const before = now();
  await pause(SERVER_SECONDS * 1000);
  return now() - before;
}

type Metrics = Record<string, number>;

async function metricsOf(cdp: Playwright.CDPSession): Promise<Metrics> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/** What a browser did between, in milliseconds. */
function busyOf(before: Metrics, after: Metrics): number {
  const names = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"];
  return names.reduce(
    (sum, name) => sum + (after[name] - before[name]) * 1000,
    0,
  );
}

async function page(browser: Browser): Promise<void> {
  const { stats, stop } = startLight();
  await using server = await serveLive(stats as never);
  const paints: number[] = [];
  for (let n = 0; n < 5; n++) {
    await using opened = await browser.open(server.url);
    await opened.page.getByTestId("tiles").waitFor();
    paints.push(
      await opened.page.evaluate(() =>
        performance.getEntriesByName("first-contentful-paint")[0].startTime
      ),
    );
  }
  report(
    "first paint, ms, median of 5",
    median(paints).toFixed(0),
    "below 200",
  );
  await using opened = await browser.open(`${server.url}#/m/requests`);
  const { page } = opened;
  await page.getByTestId("count").filter({ hasText: "10" }).waitFor();
  await pause(3000);
  const cdp = await page.context().newCDPSession(page);
  // The browser's own processor time: what others take from it is none of the page's cost.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.evaluate(() => {
    const shifts = globalThis as unknown as { shifts: number };
    shifts.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        shifts.shifts += (entry as unknown as { value: number }).value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  const idle = await metricsOf(cdp);
  await pause(10_000);
  const updated = await metricsOf(cdp);
  report(
    "update of 10,000 rows, sorted, ms",
    (busyOf(idle, updated) / 10).toFixed(1),
    "below 25",
  );
  const frames = await page.evaluate(async () => {
    const box = document.querySelector("[data-testid=series-scroller]")!;
    let frames = 0;
    for (; frames < 240; frames++) {
      box.scrollTop += 100;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return frames;
  });
  const scrolled = await metricsOf(cdp);
  report(
    "frame while scrolling, ms",
    (busyOf(updated, scrolled) / frames).toFixed(1),
    "below 8",
  );
  const shift = await page.evaluate(() => (globalThis as unknown as { shifts: number }).shifts);
  report("layout shift", shift.toFixed(4), "below 0.01");
  report("elements", String(await page.locator("*").count()), "at most 1200");
  stop();
}

/**
 * What a saturated writer loses while somebody looks: phases with and without a viewer in turn, within
 * one process. Not in a browser, which would take the processor from it.
 */
async function writers(): Promise<void> {
  const { stats, stop } = startLight();
  const seat = stats.reserveThread("saturated");
  const streams = openStreams(stats);
  await using worker = await startWorker(
    new URL("./workers/saturated.ts", import.meta.url),
    seat.handle,
  );
  const measure = () => worker.call<number>("measure", 2000);
  const watch = async () => {
    const reading = readAll(streams.open(SERIES));
    const nanoseconds = await measure();
    await reading.cancel();
    return nanoseconds;
  };
  await measure();
  const alone: number[] = [];
  const watched: number[] = [];
  for (let n = 0; n < 20; n++) {
    // In turn also which one is first: what drifts is in both alike.
    if (n % 2 === 0) alone.push(await measure());
    watched.push(await watch());
    // The sampler notices at its next turn that nobody looks.
    await pause(1100);
    if (n % 2 === 1) alone.push(await measure());
  }
  const [a, b] = [median(alone), median(watched)];
  report(
    "saturated writer, ns per add: alone, watched",
    `${a.toFixed(2)}, ${b.toFixed(2)}`,
  );
  report(
    "saturated writer, slower by %",
    ((b / a - 1) * 100).toFixed(1),
    "at most 2",
  );
  stop();
}

/** The parts, and which of them were asked for. */
const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  weight,
  stream,
  server,
  writers,
  async page() {
    await using browser = await Browser.start();
    await page(browser);
  },
};
const asked = process.argv.slice(2);
for (const name of asked) {
  if (!Object.hasOwn(PARTS, name)) {
    console.error(
      `Cannot measure: parts are ${Object.keys(PARTS).join(", ")}, got ${name}`,
    );
    process.exit(2);
  }
}
for (const [name, part] of Object.entries(PARTS)) {
  if (asked.length === 0 || asked.includes(name)) await part();
}
process.exit(0);
