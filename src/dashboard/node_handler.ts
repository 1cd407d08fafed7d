/**
 * The page, as a handler of `node:http`.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { dashboardHandler } from "./handler.ts";
import type { DashboardOptions, DashboardSource } from "./options.ts";

/**
 * The same as {@linkcode dashboardHandler} for `node:http`, Express, Fastify's raw requests and all
 * that speak in `IncomingMessage` and `ServerResponse`.
 *
 * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
 * @param options Where it is mounted, what it is called, who may read it.
 * @returns The handler, for `createServer(handler)` or `app.use("/live", handler)`.
 * @throws {TypeError} When an argument has the wrong shape.
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import type { AddressInfo } from "node:net";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { dashboardNodeHandler } from "@x/thread-stats/dashboard";
 *
 * const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
 * const server = createServer(dashboardNodeHandler(stats, { path: "/live" }));
 * server.listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const { port } = server.address() as AddressInfo;
 * const response = await fetch(`http://127.0.0.1:${port}/live/`);
 * assertEquals(response.status, 200);
 * await response.body?.cancel();
 * server.close();
 * ```
 */
export function dashboardNodeHandler(
  stats: DashboardSource,
  options: DashboardOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const handler = dashboardHandler(stats, options);
  return (message, to) => {
    const ending = new AbortController();
    to.on("close", () => ending.abort());
    answer(handler, message, to, ending.signal).catch((error) => {
      // A client that has left hears nothing more, and that is no fault.
      if (to.destroyed || ending.signal.aborted) return;
      console.error(error);
      if (to.headersSent) to.destroy();
      else to.writeHead(500).end();
    });
  };
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  message: IncomingMessage,
  to: ServerResponse,
  ended: AbortSignal,
): Promise<void> {
  let request: Request;
  try {
    request = toRequest(message);
  } catch {
    // An address, a header or a method of which no request can be made.
    to.writeHead(400).end();
    return;
  }
  const response = await handler(request);
  to.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    to.end();
    return;
  }
  const reader = response.body.getReader();
  // A page that is closed while nothing comes is noticed at once.
  const leave = () => void reader.cancel().catch(() => {});
  ended.addEventListener("abort", leave);
  if (ended.aborted) leave();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!to.write(value)) await drained(to);
  }
  to.end();
}

function toRequest(message: IncomingMessage): Request {
  const { method = "GET", headers } = message;
  // A router that strips the mount path keeps the whole one here: only that tells whether the
  // page's slash is there.
  const url = (message as { originalUrl?: string }).originalUrl ?? message.url ?? "/";
  const list = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":")) list.set(name, String(value));
  }
  // The host of the address means nothing: the header is what is checked.
  const path = url.startsWith("/") ? url : new URL(url).pathname;
  return new Request(`http://localhost${path}`, { method, headers: list });
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
