/**
 * The cost of the answer to a Prometheus server when there are 100,000 series: the time until its
 * last byte, and by how much the memory of the process rises.
 * `exposition.ts [--json FILE] [--quick]`, under any runtime.
 *
 * Each case has a process of its own, since memory that one scrape has used is there for the next:
 * the program starts itself with the case as JSON. Its workers run this file too. The library is
 * measured with one thread, as are its rivals, which know of one thread only; and with 8 threads,
 * idle and busy. The rivals would have to ask these, see `scrape.ts`. A thread that is alone counts
 * in every series before each scrape, so that no line is the same as the time before.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { counter, defineSchema, ThreadStats, type ThreadStatsHandle } from "../mod.ts";
import { prometheusHandler } from "../src/prometheus/mod.ts";
import { loadPackage } from "./packages.ts";
import { startWorkers } from "./pool.ts";
import { finish, readSettings, type Row, type Settings } from "./results.ts";
import { expectFigure, timeCalls } from "./timer.ts";

type ExpositionCase = {
  readonly name: "library" | "prom-client" | "@prometheus-io/client";
  readonly series: number;
  /** The number of workers that count in each series. Without it, the main thread counts. */
  readonly threads?: number;
  /** What the workers do during a scrape. */
  readonly workers?: "idle" | "busy";
};

interface ExpositionResult {
  /** The median time from the request until the last byte. */
  readonly ns: number;
  /** By how much the resident memory rises at most; `null` where the system does not tell. */
  readonly mebibytes: number | null;
}

/** What is counted. */
const schema = defineSchema({
  requests: counter({
    help: "Requests",
    labels: ["method", "path", "status"],
    maxSeries: 1_000_000,
  }),
});

/** The labels of series `n`. */
function labelsOf(n: number): { method: string; path: string; status: string } {
  return { method: "GET", path: `/items/${n % 1000}`, status: String(Math.floor(n / 1000)) };
}

/** What a worker gets. */
interface ExpositionStart {
  readonly handle: ThreadStatsHandle;
  readonly series: number;
  /** Whether it goes on counting without a pause. */
  readonly isBusy: boolean;
}

interface Client {
  Registry: new () => { metrics(): Promise<string> };
  Counter: new (options: object) => { inc(labels: object, value: number): void };
}

/** One implementation that has counted. */
interface Exposition {
  /** Counts in every series. */
  count(): void;
  /** Returns the text in UTF-8, piece by piece. */
  scrape(): AsyncIterable<Uint8Array> | Promise<Iterable<Uint8Array>>;
}

const warmUp = 5;
const scrapes = 9;

async function library({ series, threads = 0, workers }: ExpositionCase): Promise<Exposition> {
  const stats = ThreadStats.create(schema);
  const { requests } = stats.registerThread("main").metrics;
  const count = () => {
    for (let n = 0; n < series; n++) requests.labels(labelsOf(n)).add(n + 1);
  };
  if (threads === 0) count();
  const start: ExpositionStart = { handle: stats.handle, series, isBusy: workers === "busy" };
  await startWorkers(
    new URL(import.meta.url),
    Array.from({ length: threads }, () => start),
  );
  const handler = prometheusHandler(stats, { selfMetrics: false });
  return {
    count: threads === 0 ? count : () => {},
    scrape: () => handler(new Request("http://localhost/metrics")).body!,
  };
}

async function client({ name, series }: ExpositionCase): Promise<Exposition> {
  const { Registry, Counter } = await loadPackage<Client>(name);
  const registry = new Registry();
  const labelNames = Object.keys(labelsOf(0));
  const requests = new Counter({
    ...{ name: "requests_total", help: "Requests", labelNames, registers: [registry] },
  });
  const count = () => {
    for (let n = 0; n < series; n++) requests.inc(labelsOf(n), n + 1);
  };
  count();
  // A server sends bytes, so they are made of the text here too.
  return { count, scrape: async () => [new TextEncoder().encode(await registry.metrics())] };
}

/** Nanoseconds of one scrape. */
async function timeScrapes(
  { count, scrape }: Exposition,
  { name, series, leastCalls }: ExpositionCase & { readonly leastCalls: number },
): Promise<number> {
  let chunks: Uint8Array[] = [];
  const check = () => {
    const decoder = new TextDecoder();
    const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
    const lines = text.split("\n").filter((line) => line.startsWith("requests_total{"));
    expectFigure(`the series of ${name}`, lines.length, series);
    chunks = [];
  };
  const { p50 } = await timeCalls(
    async () => {
      for await (const chunk of await scrape()) chunks.push(chunk);
    },
    {
      leastCalls,
      before: () => {
        if (chunks.length > 0) check();
        count();
      },
    },
  );
  check();
  return p50;
}

/** A figure of this process in kibibytes, as Linux tells it. */
function memory(figure: "VmRSS" | "VmHWM"): number {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    return Number(new RegExp(`^${figure}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? NaN);
  } catch {
    return NaN;
  }
}

/** By how many kibibytes the memory rises during scrapes whose bytes are dropped as they come. */
async function memoryRise({ count, scrape }: Exposition): Promise<number> {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    return NaN;
  }
  const before = memory("VmRSS");
  for (let n = 0; n < scrapes; n++) {
    count();
    for await (const _ of await scrape());
  }
  return memory("VmHWM") - before;
}

/** Measures a case in this process. */
async function measure(action: ExpositionCase): Promise<ExpositionResult> {
  const exposition = await (action.name === "library" ? library : client)(action);
  const kibibytes = await memoryRise(exposition);
  await timeScrapes(exposition, { ...action, leastCalls: warmUp });
  const ns = await timeScrapes(exposition, { ...action, leastCalls: scrapes });
  return { ns, mebibytes: Number.isNaN(kibibytes) ? null : kibibytes / 1024 };
}

/** Measures a case in a process of its own. */
function measureApart(action: ExpositionCase): ExpositionResult | undefined {
  const options = "Deno" in globalThis ? ["run", "-A", "--no-check", "--no-lock"] : [];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...options, fileURLToPath(import.meta.url), JSON.stringify(action)],
    { encoding: "utf8", timeout: 120_000 },
  );
  if (status === 0) return JSON.parse(stdout);
  console.error(`${action.name}: ${stderr}`);
  return undefined;
}

/** Counts in each series, in a worker. */
function work({ handle, series, isBusy }: ExpositionStart): void {
  const { requests } = ThreadStats.attach(schema, handle).registerThread().metrics;
  for (let n = 0; n < series; n++) requests.labels(labelsOf(n)).add(n);
  const busy = requests.labels(labelsOf(0));
  parentPort!.postMessage("ready");
  while (isBusy) busy.add();
}

/** Measures all cases. */
function main(settings: Settings): void {
  const series = settings.quick ? 2_000 : 100_000;
  const cases: ExpositionCase[] = [
    { name: "library", series },
    { name: "prom-client", series },
    { name: "@prometheus-io/client", series },
    { name: "library", series, threads: 8, workers: "idle" },
    { name: "library", series, threads: 8, workers: "busy" },
  ];
  const rows = cases.flatMap((action): Row[] => {
    const { name, ...at } = action;
    const result = measureApart(action);
    return [
      { group: "exposition, time", name, at, value: result?.ns ?? null, unit: "ns" },
      { group: "exposition, memory", name, at, value: result?.mebibytes ?? null, unit: "MiB" },
    ];
  });
  finish(rows, settings);
}

if (isMainThread) {
  const settings = readSettings();
  const [action] = settings.rest;
  if (action === undefined) main(settings);
  else {
    console.log(JSON.stringify(await measure(JSON.parse(action))));
    process.exit(0);
  }
} else work(workerData);
