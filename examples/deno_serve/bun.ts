/**
 * The same with Bun: `bun examples/deno_serve/bun.ts [PORT] [THREADS]`. All workers listen on one port, and the kernel shares out the connections (on Linux).
 *
 * @module
 */
import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";
// First in the main thread, which so leaves the statistics to its workers.
import { handler } from "./handler.ts";

declare const Bun: {
  serve(options: { port: number; reusePort: boolean; fetch: typeof handler }): unknown;
};

const [port = 8000, threads = 4] = process.argv.slice(2).map(Number);
if (isMainThread) {
  for (let n = 0; n < threads; n++) new Worker(new URL(import.meta.url), { argv: [`${port}`] });
} else {
  Bun.serve({ port, reusePort: true, fetch: handler });
}
