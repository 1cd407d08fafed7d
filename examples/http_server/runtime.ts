import { dashboardHandler } from "../../src/dashboard/mod.ts";
import { prometheusHandler } from "../../src/prometheus/mod.ts";
import { type Handler, withAddress } from "./address.ts";
import { headOfRequest, toResponse } from "./messages.ts";
import { listenWithNode } from "./node_http.ts";
import { isLive, isScrape, type Listener, liveOptions, SCRAPE_OPTIONS, type Site } from "./site.ts";

/** What is used of Bun's global object. */
interface BunApi {
  serve(options: {
    port: number;
    hostname: string;
    fetch: Handler;
    error: (error: Error) => Response;
    /** Seconds. */
    idleTimeout: number;
    maxRequestBodySize: number;
  }): {
    readonly port: number;
    stop(closeActiveConnections?: boolean): Promise<void>;
  };
}

const { Deno: deno, Bun: bun } = globalThis as { Deno?: typeof Deno; Bun?: BunApi };
const hostname = "127.0.0.1";

/** Listens on this machine's own address with what the runtime has for it; port 0 lets the system choose. */
export async function listen(site: Site, port: number): Promise<Listener> {
  if (!deno && !bun) return await listenWithNode(site, port, hostname);
  const scrape = prometheusHandler(site.stats, SCRAPE_OPTIONS);
  const live = dashboardHandler(site.stats, liveOptions(site));
  const fetch = withAddress(async (request) => {
    if (isScrape(request.url)) return scrape(request);
    if (isLive(request.url)) return await live(request);
    return toResponse(await site.answer(headOfRequest(request), request.body));
  });
  if (deno) {
    const server = deno.serve({ port, hostname, onListen: () => {} }, fetch);
    return { port: server.addr.port, close: () => server.shutdown(), cut: () => {} };
  }
  const server = bun!.serve({
    ...{ port, hostname, fetch },
    // Else whoever finds a fault would be shown the source.
    error(error) {
      console.error(error);
      return new Response(null, { status: 500 });
    },
    // Else it would end, after 10 s, what takes longer to answer.
    idleTimeout: 120,
    // Else it would break the connection at 128 MB; what is too large, the handler says.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  });
  return {
    port: server.port,
    close: () => server.stop(),
    cut: () => void server.stop(true),
  };
}
