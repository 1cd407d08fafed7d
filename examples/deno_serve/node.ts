/**
 * The same with Node: `node examples/deno_serve/node.ts [PORT] [THREADS]`. All workers listen on one port, and the kernel shares out the connections (on Linux).
 *
 * @module
 */
import { createServer } from "node:http";
import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";
import { prometheusNodeHandler } from "../../src/prometheus/mod.ts";
// First in the main thread, which so leaves the statistics to its workers.
import { answer, SCRAPE_OPTIONS } from "./handler.ts";
import { stats } from "./metrics.ts";

const [port = 8000, threads = 4] = process.argv.slice(2).map(Number);
if (isMainThread) {
  for (let n = 0; n < threads; n++) new Worker(new URL(import.meta.url), { argv: [`${port}`] });
} else {
  const scrape = prometheusNodeHandler(stats, SCRAPE_OPTIONS);
  createServer((request, response) => {
    const [path] = request.url!.split("?");
    if (path === "/metrics") return scrape(request, response);
    const { status, text } = answer(request.method!, path);
    response.writeHead(status).end(text);
  }).listen({ port, reusePort: true });
}
