/**
 * A main thread with workers, which all have the same metrics. Prints what it reads, as JSON.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { register } from "../../../src/prom_client/mod.ts";
import { makeMetrics } from "./metrics.ts";

interface Started {
  readonly worker: Worker;
  ask(command: string): Promise<string>;
}

let asked = 0;

async function start(name: string, then = "wait"): Promise<Started> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: { name, then },
  });
  // Deno reports the end of a busy worker as an error.
  worker.on("error", () => {});
  await new Promise<void>((resolve) => {
    worker.on("message", (message) => message === "ready" && resolve());
  });
  const ask = (command: string) =>
    new Promise<string>((resolve) => {
      const id = asked++;
      worker.on("message", (answer) => answer?.id === id && resolve(answer.value));
      worker.postMessage({ command, id });
    });
  return { worker, ask };
}

async function until(condition: (text: string) => boolean): Promise<string> {
  for (let n = 0; n < 600; n++) {
    const text = await register.metrics();
    if (condition(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return await register.metrics();
}

const seen: Record<string, string> = {};
const first = await start("first");
// This thread has made no metric yet, and shows all the same.
seen.foreign = await register.metrics();
const own = makeMetrics();
own.jobs.inc(1000);
own.requests.inc({ method: "GET", status: "200" }, 100);
own.depth.set(7);
own.took.observe({ route: "/" }, 0.05);
own.size.observe(100);
seen.two = await register.metrics();
seen.worker = await first.ask("scrape");
const busy = await start("busy one", "busy");
const killed = await start("killed");
seen.four = await register.metrics();
await killed.worker.terminate();
await busy.worker.terminate();
seen.afterKill = await until((text) => text.includes("\ndepth 11\n"));
await first.ask("clear");
seen.cleared = await register.metrics();
await first.ask("again");
seen.again = await register.metrics();
seen.other = await first.ask("scrape");
own.jobs.reset();
own.requests.remove("POST", "500");
own.took.zero({ route: "/" });
own.size.reset();
seen.reset = await register.metrics();
await start("last").then(async (last) => {
  await last.ask("reset");
  seen.resetByOther = await register.metrics();
  await last.ask("count");
  own.jobs.inc(10);
  own.took.observe({ route: "/" }, 1);
  seen.afterReset = await register.metrics();
  await last.worker.terminate();
});
console.log(JSON.stringify(seen));
await first.worker.terminate();
