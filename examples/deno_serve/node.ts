/**
 * The same with Node: `node examples/deno_serve/node.ts [PORT] [THREADS]`. All workers listen on one port, and the kernel shares out the connections (on Linux).
 *
 * @module
 */
import { createServer } from "node:http";
import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";
import { respond } from "../http_server/node_http.ts";
// First in the main thread, which so leaves the statistics to its workers.
import { handler } from "./handler.ts";

const [port = 8000, threads = 4] = process.argv.slice(2).map(Number);
if (isMainThread) {
  for (let n = 0; n < threads; n++) new Worker(new URL(import.meta.url), { argv: [`${port}`] });
} else {
  createServer((message, response) => respond(message, response, handler))
    .listen({ port, reusePort: true });
}
