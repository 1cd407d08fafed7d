/**
 * A small program under the live page: its schema, and its server in each runtime.
 *
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  sum,
  type ThreadStats,
} from "../../mod.ts";
import {
  dashboardHandler,
  dashboardNodeHandler,
  type DashboardOptions,
} from "../../src/dashboard/mod.ts";

/** The metrics. */
export const shopSchema = defineSchema({
  jobs: counter({ help: "Jobs done" }),
  requests: counter({
    help: "Requests served",
    labels: ["method", "status"],
    maxSeries: 10_000,
  }),
  inProgress: gauge({ help: "Requests in progress" }),
  latency: histogram({
    help: "Request latency",
    unit: "seconds",
    lowest: 1e-6,
    highest: 60,
  }),
  size: histogram({
    help: "Body size",
    unit: "bytes",
    boundaries: [100, 1000, 10_000],
  }),
  flow: record(
    { bytes: sum("u64"), packets: sum(), lastSeen: max() },
    { help: "Traffic", labels: ["source"] },
  ),
});

/** The shop's statistics. */
export type ShopStats = ThreadStats<(typeof shopSchema)["metrics"]>;

/** A server of this runtime. */
export interface LiveServer extends AsyncDisposable {
  readonly port: number;
  /** Where the page is. */
  readonly url: string;
}

/** What is used of Bun's global object. */
interface BunApi {
  serve(options: {
    port: number;
    hostname: string;
    fetch: (request: Request) => Response | Promise<Response>;
  }): {
    readonly port: number;
    stop(closeActiveConnections?: boolean): Promise<void>;
  };
}

/** Serves the page under `/live` with what the runtime has for it. Its end cuts all connections. */
export async function serveLive(
  stats: ShopStats | ThreadStats<never>,
  options: DashboardOptions = {},
  port = 0,
): Promise<LiveServer> {
  const { Deno: deno, Bun: bun } = globalThis as {
    Deno?: typeof Deno;
    Bun?: BunApi;
  };
  const all = { path: "/live", title: "shop", ...options };
  const hostname = "127.0.0.1";
  const source = stats as ShopStats;
  const made = (port: number, end: () => Promise<void>): LiveServer => ({
    port,
    url: `http://127.0.0.1:${port}/live/`,
    [Symbol.asyncDispose]: end,
  });
  if (deno !== undefined) {
    const stop = new AbortController();
    const server = deno.serve(
      { port, hostname, onListen: () => {}, signal: stop.signal },
      dashboardHandler(source, all),
    );
    return made(server.addr.port, () => {
      stop.abort();
      return server.finished;
    });
  }
  if (bun !== undefined) {
    const server = bun.serve({
      port,
      hostname,
      fetch: dashboardHandler(source, all),
    });
    return made(server.port, () => server.stop(true));
  }
  const server: Server = createServer(dashboardNodeHandler(source, all));
  await new Promise<void>((resolve) => server.listen(port, hostname, resolve));
  return made((server.address() as AddressInfo).port, async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
}
