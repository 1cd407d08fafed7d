/**
 * A main thread with one worker that inherits nothing. Prints what it reads in the end.
 *
 * @module
 */
import process from "node:process";
import { Worker as NodeWorker } from "node:worker_threads";
import { Counter, register } from "../../../src/prom_client/mod.ts";

const url = new URL("./web_worker.ts", import.meta.url);
if ("Deno" in globalThis) new Worker(url, { type: "module" });
else new NodeWorker(url, { env: process.env });

const jobs = new Counter({ name: "jobs", help: "Jobs", labelNames: ["queue"] });
jobs.inc({ queue: "mail" }, 10);
let text = "";
for (let n = 0; n < 600; n++) {
  text = await register.metrics();
  if (
    text.includes('jobs{queue="mail"} 13\n') && text.includes("\nwaiting 4\n")
  ) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
console.log(JSON.stringify({ text }));
process.exit(0);
