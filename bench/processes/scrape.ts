/**
 * What a scrape of eight processes with 10,000 series each costs, under `node:cluster`, while they
 * are idle and while all are busy for 2 s: this library with one file, the aggregation of
 * prom-client, and that of `@prometheus-io/client`. On Node: `node bench/processes/scrape.ts`.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import cluster, { type Worker } from "node:cluster";
import { mkdtempSync, rmSync } from "node:fs";
import process from "node:process";
import { counter, defineSchema } from "../../mod.ts";
import { openStats } from "../../src/file/mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { loadPackage } from "../packages.ts";

const PROCESSES = 8;
const SERIES = 10_000;
const BUSY_MS = 2000;
const names = ["library", "prom-client", "@prometheus-io/client"] as const;

interface Counter {
  labels(labels: Record<string, string>): { inc(n?: number): void };
}
interface Client {
  Counter: new (options: object) => Counter;
  AggregatorRegistry?: new () => { clusterMetrics(): Promise<string> };
  ClusterRegistry?: new () => { clusterMetrics(): Promise<string> };
}

const schema = defineSchema({ requests: counter({ labels: ["id"], maxSeries: SERIES }) });
const client = async (name: string) =>
  name === "library" ? undefined : await loadPackage<Client>(name);
const openFile = () => openStats(process.env.FILE!, schema);

async function work(): Promise<void> {
  const name = process.env.NAME!;
  const other = await client(name);
  const requests: Counter | undefined = other &&
    new other.Counter({ name: "requests", help: "Requests", labelNames: ["id"] });
  const own = other === undefined ? (await openFile()).registerThread() : undefined;
  if (other?.AggregatorRegistry !== undefined) new other.AggregatorRegistry();
  else if (other?.ClusterRegistry !== undefined) new other.ClusterRegistry();
  for (let n = 0; n < SERIES; n++) {
    const id = `id ${n}`;
    if (own === undefined) requests!.labels({ id }).inc(1);
    else own.metrics.requests.labels({ id }).add(1);
  }
  process.on("message", (message) => {
    if (message !== "be busy") return;
    process.send!("busy");
    const end = Date.now() + BUSY_MS;
    while (Date.now() < end);
    process.send!("done");
  });
  process.send!("ready");
}

function answers(workers: readonly Worker[], what: string): Promise<unknown> {
  return Promise.all(
    workers.map((worker) =>
      new Promise<void>((resolve) => {
        const listen = (message: unknown) => {
          if (message !== what) return;
          worker.off("message", listen);
          resolve();
        };
        worker.on("message", listen);
      })
    ),
  );
}

async function measure(name: string): Promise<void> {
  const folder = mkdtempSync("/dev/shm/thread-stats-bench-");
  process.env.FILE = `${folder}/a.stats`;
  process.env.NAME = name;
  const other = await client(name);
  const Registry = other?.AggregatorRegistry ?? other?.ClusterRegistry;
  // Before the processes, which announce themselves to it.
  const registry = Registry === undefined ? undefined : new Registry();
  const workers: Worker[] = [];
  for (let n = 0; n < PROCESSES; n++) {
    const worker = cluster.fork();
    workers.push(worker);
    await answers([worker], "ready");
  }
  const stats = registry === undefined ? await openFile() : undefined;
  const scrape = async () => {
    const start = performance.now();
    let text: string;
    try {
      text = stats === undefined
        ? await registry!.clusterMetrics()
        : prometheusText(stats.snapshot());
    } catch (error) {
      return `failed after ${(performance.now() - start).toFixed(0)} ms: ${
        (error as Error).message
      }`;
    }
    const took = performance.now() - start;
    const total = text.split("\n").filter((line) => /^requests(_total)?\{/.test(line))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    if (total !== PROCESSES * SERIES) throw new Error(`${name}: ${total}`);
    return took;
  };
  const idle: number[] = [];
  for (let n = 0; n < 11; n++) idle.push(await scrape() as number);
  const busy = answers(workers, "busy");
  const done = answers(workers, "done");
  for (const worker of workers) worker.send("be busy");
  await busy;
  const whileBusy = await scrape();
  await done;
  const middle = idle.toSorted((a, b) => a - b)[5].toFixed(1);
  const shown = typeof whileBusy === "number" ? `${whileBusy.toFixed(1)} ms` : whileBusy;
  console.log(`${name.padEnd(22)} idle ${middle} ms, all busy ${shown}`);
  for (const worker of workers) worker.process.kill("SIGKILL");
  rmSync(folder, { recursive: true });
}

const [, program, name] = process.argv;
if (!cluster.isPrimary) {
  await work();
} else if (name === undefined) {
  // Each in a primary process of its own: those of others listen to all workers.
  for (const name of names) {
    spawnSync(process.execPath, [program, name], { stdio: "inherit" });
  }
} else {
  await measure(name);
  process.exit();
}
