/**
 * Servers on this machine's own address, for tests of handlers.
 *
 * @module
 */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeHandler } from "../../src/http/node_handler.ts";
import { runtime } from "../stress/scale.ts";

/** What answers requests. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A server. Its end cuts all connections. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Where it listens; ends with a slash. */
  readonly url: string;
}

/** What is used of Bun's global object. */
interface BunApi {
  serve(
    options: {
      port: number;
      hostname: string;
      fetch: Handler;
      idleTimeout: number;
    },
  ): {
    readonly port: number;
    stop(closeActiveConnections?: boolean): Promise<void>;
  };
}

/** The servers that handlers of `Request` and `Response` can have in this runtime. */
export const servers: readonly ("native" | "node:http")[] = runtime === "node"
  ? ["node:http"]
  : ["native", "node:http"];

const hostname = "127.0.0.1";

/** Serves with what the runtime has for it, or with `node:http`; port 0 lets the system choose. */
export async function listen(
  handler: Handler,
  { port = 0, server = servers[0] }: {
    port?: number;
    server?: "native" | "node:http";
  } = {},
): Promise<Listener> {
  if (server === "node:http") {
    return await listenWithNode(nodeHandler(handler), port);
  }
  const { Bun: bun } = globalThis as { Bun?: BunApi };
  if (bun !== undefined) {
    const served = bun.serve({
      port,
      hostname,
      fetch: handler,
      idleTimeout: 120,
    });
    return listenerOf(served.port, () => served.stop(true));
  }
  const stop = new AbortController();
  const served = Deno.serve(
    { port, hostname, onListen: () => {}, signal: stop.signal },
    handler,
  );
  return listenerOf(served.addr.port, () => {
    stop.abort();
    return served.finished;
  });
}

/** Serves with `node:http`. */
export async function listenWithNode(
  handler: RequestListener,
  port = 0,
): Promise<Listener> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  return listenerOf((server.address() as AddressInfo).port, async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
}

function listenerOf(port: number, end: () => Promise<void>): Listener {
  return {
    port,
    url: `http://${hostname}:${port}/`,
    [Symbol.asyncDispose]: end,
  };
}
