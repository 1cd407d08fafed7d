import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dashboardNodeHandler } from "../../../src/dashboard/mod.ts";
import { prometheusNodeHandler } from "../../../src/prometheus/mod.ts";
import { compareByBytes, readFlows } from "./flow_row.ts";
import type { FlowRun } from "../flow_run.ts";
import { flowToJson } from "./format.ts";

const TOP_FLOWS = 20;
/** Reading a million flows takes a while: a page that asks again and again must not eat the reader. */
const MAX_AGE_MS = 1000;

/**
 * Serves the totals of a run and its top flows as JSON to this machine, all of its metrics to a Prometheus server, and the
 * live page.
 */
export class LiveServer {
  readonly #server: Server;
  readonly #run: FlowRun;
  #body = "";
  #madeAt = -Infinity;
  #madeAfterEnd = false;

  /** Starts to listen; port 0 lets the system choose one. */
  static async start(run: FlowRun, port: number): Promise<LiveServer> {
    const server = new LiveServer(run);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(port, "127.0.0.1", resolve);
    });
    return server;
  }

  private constructor(run: FlowRun) {
    this.#run = run;
    const scrape = prometheusNodeHandler(run.stats, { runtimeMetrics: true });
    const live = dashboardNodeHandler(run.stats, { path: "/live", title: "flows" });
    this.#server = createServer((request, response) => {
      if (/^\/metrics(\?|$)/.test(request.url ?? "")) {
        scrape(request, response);
        return;
      }
      if (/^\/live(\/|\?|$)/.test(request.url ?? "")) {
        live(request, response);
        return;
      }
      if (request.url !== "/") {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(this.#current());
    });
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Stops listening. */
  close(): void {
    this.#server.closeAllConnections?.();
    this.#server.close();
  }

  #current(): string {
    const now = performance.now();
    const ended = this.#run.ended;
    if (ended ? this.#madeAfterEnd : now - this.#madeAt < MAX_AGE_MS) return this.#body;
    this.#body = totalsToJson(this.#run);
    this.#madeAt = now;
    this.#madeAfterEnd = ended;
    return this.#body;
  }
}

function totalsToJson(run: FlowRun): string {
  const { packets, bytes, malformed } = run.stats.metrics;
  const count = packets.read();
  const { rows } = readFlows(run.stats);
  const totals = JSON.stringify({
    state: run.ended ? "ended" : "running",
    progress: run.progress,
    seconds: run.seconds,
    packets: count,
    bytes: bytes.read(),
    malformed: malformed.read(),
    flows: rows.length,
    packets_per_second: run.seconds > 0 ? Math.round(count / run.seconds) : 0,
    threads: packets.perThread().map(({ thread, value }) => ({ thread, packets: value })),
  });
  const top = rows.sort(compareByBytes).slice(0, TOP_FLOWS).map(flowToJson);
  return `${totals.slice(0, -1)},"top":[${top.join(",")}]}\n`;
}
