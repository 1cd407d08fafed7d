/**
 * The handler for scrapes, for `node:http`.
 *
 * @module
 */
import { nodeHandler } from "../http/node_handler.ts";
import type { NodeHandler } from "../http/node_types.ts";
import type { SnapshotSource } from "../snapshots/snapshot_source.ts";
import { prometheusHandler } from "./handler.ts";
import type { PrometheusHandlerOptions } from "./handler_options.ts";

/**
 * The same as {@linkcode prometheusHandler} for `node:http` and `node:http2`, Express, Fastify's
 * raw requests and everything else that uses `IncomingMessage` and `ServerResponse`, in Node, Deno
 * and Bun.
 *
 * It responds on every path; routing is up to the server. An error while the snapshot is taken is
 * printed with `console.error` and gets status 500, so it neither reaches the server nor ends the
 * process. A response that something else has ended is left alone. Headers that were set before
 * stay, but for those that the response has itself; `Vary` and `Set-Cookie` are joined.
 *
 * Cost: as that of {@linkcode prometheusHandler}. The text is made as fast as the client takes it.
 *
 * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
 * @param options What to export, and the bounds of responses.
 * @returns The handler. For Express it is `app.get("/metrics", handler)`; for Fastify, a route that
 * calls `reply.hijack()` and then `handler(request.raw, reply.raw)`.
 * @throws {TypeError} If an argument has the wrong shape, or an option is unknown.
 * @throws {RangeError} If bounds in `boundaries` are not finite, negative, or not ascending, or if
 * `maxAnswers` or `maxAnswerSeconds` is out of range.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import type { AddressInfo } from "node:net";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { prometheusNodeHandler } from "@x/thread-stats/prometheus";
 *
 * const stats = ThreadStats.create(defineSchema({ jobs: counter({ help: "Jobs done" }) }));
 * stats.registerThread("main").metrics.jobs.add(2);
 *
 * const server = createServer(prometheusNodeHandler(stats));
 * server.listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const { port } = server.address() as AddressInfo;
 * const response = await fetch(`http://127.0.0.1:${port}/metrics`);
 * assertStringIncludes(await response.text(), "jobs_total 2\n");
 * server.close();
 * ```
 */
export function prometheusNodeHandler(
  stats: SnapshotSource,
  options: PrometheusHandlerOptions = {},
): NodeHandler {
  return nodeHandler(prometheusHandler(stats, options));
}
