import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { type Handler, isHost } from "./address.ts";

/** What listens. */
export interface Listener {
  readonly port: number;
  /** Accepts nothing more, and waits until what has come is answered: as long as clients take for it. */
  close(): Promise<void>;
  /** Ends the connections for which `close()` still waits; Deno cannot, there they end with the process. */
  cut(): void;
}

/** Serves with `node:http` what speaks in `Request` and `Response`. */
export async function listenWithNode(
  handler: Handler,
  port: number,
  hostname: string,
): Promise<Listener> {
  let isClosing = false;
  const server = createServer((message, response) => {
    respond(message, response, handler);
    // This connection was busy when close() looked.
    response.on("close", () => isClosing && server.closeIdleConnections());
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

/** Has one request answered by a handler. */
export async function respond(
  message: IncomingMessage,
  to: ServerResponse,
  handler: Handler,
): Promise<void> {
  let request: Request;
  try {
    request = toRequest(message);
  } catch {
    // An address or a method of which no Request can be made.
    to.writeHead(400).end();
    return;
  }
  try {
    await send(await handler(request), to);
  } catch (error) {
    // A client that has left hears nothing more, and that is no fault.
    if (to.destroyed) return;
    console.error(error);
    if (to.headersSent) to.destroy();
    else to.writeHead(500).end();
  }
}

/**
 * The request as the web's standards have it.
 *
 * @throws {TypeError} If its address is none, its Host is more than one, or its method may not be used
 */
export function toRequest(message: IncomingMessage): Request {
  const { method = "GET", url = "/", rawHeaders } = message;
  // An empty Host is allowed; of `http:///a/b` it would make the host a.
  const host = message.headers.host || "localhost";
  if (!isHost(host)) throw new TypeError(`Cannot make a request: Host must be a host, got ${host}`);
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  const hasBody = method !== "GET" && method !== "HEAD";
  // Not `new URL(url, base)`: a path that begins with two slashes would name another host.
  return new Request(url.startsWith("/") ? `http://${host}${url}` : url, {
    method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(message) as ReadableStream, duplex: "half" } : {}),
  } as RequestInit);
}

/** Sends a response at the pace at which the client takes it. */
export async function send(response: Response, to: ServerResponse): Promise<void> {
  to.statusCode = response.status;
  if (response.statusText) to.statusMessage = response.statusText;
  for (const [name, value] of response.headers) {
    // The one header that may come more than once, as it cannot be joined.
    if (name !== "set-cookie") to.setHeader(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) to.setHeader("set-cookie", cookies);
  for await (const chunk of response.body ?? []) {
    if (to.destroyed) return;
    if (!to.write(chunk)) await drained(to);
  }
  to.end();
}

/** Waits until there is room for more, or nobody who takes it. */
function drained(to: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      to.off("drain", done).off("close", done);
      resolve();
    };
    to.on("drain", done).on("close", done);
  });
}
