/**
 * One way to answer a Prometheus server, in a process of its own: `exposition_case.ts CASE`, the case as JSON.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { ThreadStats } from "../mod.ts";
import { prometheusHandler } from "../src/prometheus/mod.ts";
import { type ExpositionStart, labelsOf, schema } from "./exposition_worker.ts";
import { expect } from "./many.ts";
import { loadPackage } from "./packages.ts";
import { median } from "./results.ts";

/** What is measured. */
export type ExpositionCase = {
  readonly name: "library" | "prom-client" | "@prometheus-io/client";
  readonly series: number;
  /** How many workers count in each series, and what they do during a scrape; without, this thread counts. */
  readonly threads?: number;
  readonly workers?: "idle" | "busy";
};

/** What was measured. */
export interface ExpositionResult {
  /** The median time from the request until the last byte. */
  readonly ns: number;
  /** By how much the resident memory rose at most; `null` where the system does not tell. */
  readonly mebibytes: number | null;
}

interface Client {
  Registry: new () => { metrics(): Promise<string> };
  Counter: new (options: object) => { inc(labels: object, value: number): void };
}

const warmUp = 5;
const scrapes = 9;

const action: ExpositionCase = JSON.parse(process.argv[2]);

/** The text in UTF-8, piece by piece. */
type Scrape = () => AsyncIterable<Uint8Array> | Promise<Iterable<Uint8Array>>;

async function library({ series, threads = 0, workers }: ExpositionCase): Promise<Scrape> {
  const stats = ThreadStats.create(schema);
  if (threads === 0) {
    const { requests } = stats.registerThread("main").metrics;
    for (let n = 0; n < series; n++) requests.labels(labelsOf(n)).add(n);
  }
  const isBusy = workers === "busy";
  const workerData: ExpositionStart = { handle: stats.handle, series, threads, isBusy };
  await Promise.all(Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./exposition_worker.ts", import.meta.url), { workerData });
    return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  }));
  const handler = prometheusHandler(stats, { selfMetrics: false });
  return () => handler(new Request("http://localhost/metrics")).body!;
}

async function client({ name, series }: ExpositionCase): Promise<Scrape> {
  const { Registry, Counter } = await loadPackage<Client>(name);
  const registry = new Registry();
  const labelNames = Object.keys(labelsOf(0));
  const requests = new Counter({
    ...{ name: "requests_total", help: "Requests", labelNames, registers: [registry] },
  });
  for (let n = 0; n < series; n++) requests.inc(labelsOf(n), n);
  // A server sends bytes, so they are made of the text here too.
  return async () => [new TextEncoder().encode(await registry.metrics())];
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

const scrape = action.name === "library" ? await library(action) : await client(action);

async function time(): Promise<number> {
  const before = performance.now();
  const chunks: Uint8Array[] = [];
  for await (const chunk of await scrape()) chunks.push(chunk);
  const lasted = performance.now() - before;
  // Checked outside of the time.
  const decoder = new TextDecoder();
  const text = chunks.map((chunk) => decoder.decode(chunk)).join("");
  const lines = text.split("\n").filter((line) => line.startsWith("requests_total{"));
  expect(`the series of ${action.name}`, lines.length, action.series);
  return lasted;
}

/** By how much the memory rises during scrapes whose bytes are dropped as they come, as by a server. */
async function rise(): Promise<number> {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    return NaN;
  }
  const before = memory("VmRSS");
  for (let n = 0; n < scrapes; n++) for await (const _ of await scrape());
  return memory("VmHWM") - before;
}

const kibibytes = await rise();
for (let n = 0; n < warmUp; n++) await time();
const lasted: number[] = [];
for (let n = 0; n < scrapes; n++) lasted.push(await time());
const result: ExpositionResult = {
  ns: median(lasted) * 1e6,
  mebibytes: Number.isNaN(kibibytes) ? null : kibibytes / 1024,
};
console.log(JSON.stringify(result));
process.exit(0);
