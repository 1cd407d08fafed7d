import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dashboardNodeHandler } from "../../src/dashboard/mod.ts";
import { prometheusNodeHandler } from "../../src/prometheus/mod.ts";
import { isHost } from "./address.ts";
import type { RequestHead, ResponseParts } from "./messages.ts";
import { isLive, isScrape, type Listener, liveOptions, SCRAPE_OPTIONS, type Site } from "./site.ts";

/** Serves a site with `node:http`. */
export async function listenWithNode(
  site: Site,
  port: number,
  hostname: string,
): Promise<Listener> {
  const scrape = prometheusNodeHandler(site.stats, SCRAPE_OPTIONS);
  const live = dashboardNodeHandler(site.stats, liveOptions(site));
  let isClosing = false;
  const server = createServer((message, response) => {
    // This connection was busy when close() looked.
    response.on("close", () => isClosing && server.closeIdleConnections());
    let head: RequestHead;
    try {
      head = headOfMessage(message);
    } catch {
      response.writeHead(400).end("Host must be a host\n");
      return;
    }
    if (isScrape(head.url)) scrape(message, response);
    else if (isLive(head.url)) live(message, response);
    else void respond(site.answer(head, message), response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      isClosing = true;
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      return ended;
    },
    cut: () => server.closeAllConnections(),
  };
}

/**
 * What a request asks for.
 *
 * @throws {TypeError} If its address is none, or its Host is more than one
 */
export function headOfMessage(message: IncomingMessage): RequestHead {
  const { method = "GET", url = "/", rawHeaders } = message;
  const headers: [string, string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) headers.push([rawHeaders[i], rawHeaders[i + 1]]);
  const hosts = headers.flatMap(([name, value]) => name.toLowerCase() === "host" ? [value] : []);
  if (hosts.length > 1 || !hosts.every(isHost)) {
    throw new TypeError(`Cannot make a request: Host must be a host, got ${hosts}`);
  }
  // An empty Host is allowed; of `http:///a/b` it would make the host a.
  const host = hosts[0] || "localhost";
  // Not `new URL(url, base)`: a path that begins with two slashes would name another host.
  const { href } = new URL(url.startsWith("/") ? `http://${host}${url}` : url);
  return { method, url: href, headers };
}

/** Sends an answer when it has come. */
async function respond(answer: Promise<ResponseParts>, to: ServerResponse): Promise<void> {
  try {
    const { status, headers, body } = await answer;
    to.statusCode = status;
    for (const [name, value] of headers) to.appendHeader(name, value);
    to.end(body);
  } catch (error) {
    console.error(error);
    if (to.headersSent) to.destroy();
    else to.writeHead(500).end();
  }
}
