/**
 * One process of the cluster: workers that count, `/metrics` for Prometheus, and a live page for people. Its port is printed when it serves.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { dashboardNodeHandler } from "../../src/dashboard/mod.ts";
import { prometheusNodeHandler } from "../../src/prometheus/mod.ts";
import { parseNumbers, UsageError } from "./options.ts";
import { boundaries } from "./schema.ts";
import { stats } from "./stats.ts";
import { startWorkers } from "./workers.ts";

const USAGE = `Usage: member.ts [--port PORT] [--workers N] [--requests N]

  --port PORT      where /metrics and /live/ are served (default: 0, the system chooses)
  --workers N      threads that count (default: 2)
  --requests N     how many requests each of them handles; 0, the default, is for no end
`;

/** The gauge that says that a thread has something to do. */
const BUSY = "httpRequestsInFlight";

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
  startWorkers(workers, requests === 0 ? Infinity : requests);
  // Without the times at which series began: Prometheus would store each as one series more.
  const metrics = prometheusNodeHandler(stats, {
    boundaries,
    created: false,
    runtimeMetrics: true,
  });
  const title = `member ${process.pid}`;
  const live = dashboardNodeHandler(stats, { path: "/live", title, busyWhen: BUSY });
  const server = createServer((request, response) => {
    if (/^\/metrics(\?|$)/.test(request.url ?? "")) metrics(request, response);
    else if (/^\/live(\/|\?|$)/.test(request.url ?? "")) live(request, response);
    else response.writeHead(404).end("See /metrics and /live/\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  console.log(`serving on port ${(server.address() as AddressInfo).port}`);
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `member: ${error.message}\n\n${USAGE.trimEnd()}` : `member: ${error}`);
  process.exit(isUsage ? 2 : 1);
}
