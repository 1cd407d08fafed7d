/**
 * The page, as a handler of `node:http`.
 *
 * @module
 */
import { nodeHandler } from "../http/node_handler.ts";
import type { NodeHandler } from "../http/node_types.ts";
import { dashboardHandler } from "./handler.ts";
import type { DashboardOptions, DashboardSource } from "./options.ts";

/**
 * The same as {@linkcode dashboardHandler} for `node:http` and `node:http2`, Express, Fastify's raw
 * requests and everything else that uses `IncomingMessage` and `ServerResponse`.
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
): NodeHandler {
  return nodeHandler(dashboardHandler(stats, options));
}
