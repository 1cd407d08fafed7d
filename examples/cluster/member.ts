/**
 * One process of the cluster: workers that count, and `/metrics` for Prometheus. Its port is printed when it serves.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { prometheusHandler } from "../../src/prometheus/mod.ts";
import { parseNumbers, UsageError } from "./options.ts";
import { boundaries } from "./schema.ts";
import { startWorkers } from "./workers.ts";

const USAGE = `Usage: member.ts [--port PORT] [--workers N] [--requests N]

  --port PORT      where /metrics is served (default: 0, the system chooses)
  --workers N      threads that count (default: 2)
  --requests N     how many requests each of them handles; 0, the default, is for no end
`;

/** Serves the metrics on the loopback interface, under Deno, Bun and Node alike. */
function serve(handler: (request: Request) => Response, port: number): void {
  const server = createServer(async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (!/^\/metrics(\?|$)/.test(url ?? "")) return outgoing.writeHead(404).end("See /metrics\n");
    const { accept, "accept-encoding": encoding } = headers;
    const answer = handler(
      new Request(`http://localhost${url}`, {
        method,
        headers: { accept: accept ?? "", "accept-encoding": String(encoding ?? "") },
      }),
    );
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body === null) return outgoing.end();
    // A client that goes away before the end is no error.
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), outgoing).catch(() => {});
  });
  server.on("error", (error) => {
    console.error(`member: ${error}`);
    process.exit(1);
  });
  server.listen(port, "127.0.0.1", () => {
    console.log(`serving on port ${(server.address() as AddressInfo).port}`);
  });
}

/** Ends this process with the one that started it, however that one ends: then the pipe between them does. */
function endWithStarter(): void {
  const input = fstatSync(0);
  if (!input.isFIFO() && !input.isSocket()) return;
  process.stdin.resume().on("end", () => process.exit(0));
}

try {
  const { port, workers, requests } = parseNumbers(process.argv.slice(2), {
    port: { least: 0, most: 65_535, otherwise: 0 },
    workers: { least: 1, most: 200, otherwise: 2 },
    requests: { least: 0, most: 1e12, otherwise: 0 },
  });
  endWithStarter();
  const stats = startWorkers(workers, requests === 0 ? Infinity : requests);
  // Without the times at which series began: Prometheus would store each as one series more.
  serve(prometheusHandler(stats, { boundaries, created: false, runtimeMetrics: true }), port);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`member: ${error.message}\n\n${USAGE.trimEnd()}`);
  process.exitCode = 2;
}
