/**
 * What the live page costs, beside its budget: `deno task measure-page [PART...]`. Needs chromium; to
 * be run on an idle machine.
 *
 * @module
 */
import process from "node:process";
import { ThreadStats } from "../../mod.ts";
import { Channel } from "../../src/dashboard/channel.ts";
import {
  dashboardHandler,
  type DashboardSource,
} from "../../src/dashboard/mod.ts";
import { Sampler } from "../../src/dashboard/sampler.ts";
import { Streams } from "../../src/dashboard/streams.ts";
import { WINDOWS } from "../../src/dashboard/shared/ring.ts";
import { startWorker } from "../support/worker.ts";
import { Browser, type Playwright } from "./browser.ts";
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

/** Counts in 4,400 of 10,000 series each second, and costs next to nothing itself. */
function startLight(): {
  stats: ReturnType<typeof ThreadStats.create>;
  stop(): void;
} {
  const stats = ThreadStats.create(sceneSchema);
  const threads = Array.from(
    { length: 9 },
    (_, n) => stats.registerThread(`worker-${n}`).metrics,
  );
  const series = threads.map(({ requests }) =>
    Array.from({ length: 10_000 }, (_, n) =>
      requests.labels({
        method: ["GET", "POST", "DELETE"][n % 3],
        route: `/api/things/${n % 40}`,
        tenant: `t-${n % 2500}`,
        status: n % 10 ? "200" : "503",
      }))
  );
  let turn = 0;
  const timer = setInterval(() => {
    for (let n = 0; n < 440; n++) {
      series[turn % 9][(turn * 7919 + n * 23) % 10_000].add(1 + n % 5);
    }
    turn++;
  }, 100);
  return { stats: stats as never, stop: () => clearInterval(timer) };
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
  const query = { window: 60, metric: "requests", slot: -1, q: "", sort: "" };
  const channel = new Channel(sampler, query, {
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
  report(
    "server, one viewer of 10,000 series, ms per second",
    work.toFixed(1),
    "",
  );
  stop();
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
  const shift = await page.evaluate(() =>
    (globalThis as unknown as { shifts: number }).shifts
  );
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
  const options = { every: 1000, windows: WINDOWS, isBusy: () => false };
  // Without the time that it goes on when the last viewer has left.
  const sampler = new Sampler(stats as unknown as DashboardSource, options, 0);
  const streams = new Streams(sampler, { run: "", title: "", program: "" });
  const query = { window: 60, metric: "requests", slot: -1, q: "", sort: "" };
  await using worker = await startWorker(
    new URL("./workers/saturated.ts", import.meta.url),
    seat.handle,
  );
  const measure = () => worker.call<number>("measure", 2000);
  const watch = async () => {
    const reader = streams.open(query).getReader();
    const reading = (async () => {
      while (!(await reader.read()).done);
    })();
    const nanoseconds = await measure();
    await reader.cancel();
    await reading;
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
