// deno-lint-ignore-file no-import-prefix -- what stands in the root's deno.json is downloaded by every task
/**
 * The handlers for `node:http` take the objects of Node, Express and Fastify as they are. Never run.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { Express as Express4, Router as Router4 } from "npm:@types/express@4.17.25";
import type {
  Express as Express5,
  Request as Request5,
  Response as Response5,
  Router as Router5,
} from "npm:@types/express@5.0.6";
import type { FastifyInstance } from "npm:fastify@5.12.8";
import type { ThreadStats } from "@x/thread-stats";
import { dashboardNodeHandler } from "@x/thread-stats/dashboard";
import {
  type NodeHandler,
  type NodeRequest,
  type NodeResponse,
  type prometheusHandler,
  type PrometheusHandlerOptions,
  prometheusNodeHandler,
} from "@x/thread-stats/prometheus";
import { type Equal, same } from "./equal.ts";

// deno-lint-ignore ban-types -- a schema without metrics
declare const stats: ThreadStats<{}>;

same<Equal<ReturnType<typeof prometheusNodeHandler>, NodeHandler>>();
same<Equal<ReturnType<typeof dashboardNodeHandler>, NodeHandler>>();
same<Equal<Parameters<NodeHandler>, [request: NodeRequest, response: NodeResponse]>>();
same<
  Equal<Parameters<typeof prometheusNodeHandler>, Parameters<typeof prometheusHandler>>
>();

const options: PrometheusHandlerOptions = { runtimeMetrics: true, maxAnswers: 1 };

for (const handler of [prometheusNodeHandler(stats, options), dashboardNodeHandler(stats)]) {
  createServer(handler);
  createServer((request, response) => handler(request, response));
  createHttp2Server(handler);
}

export function calls(
  handler: NodeHandler,
  from: [IncomingMessage, Http2ServerRequest, Request5],
  to: [ServerResponse, Http2ServerResponse, Response5],
): void {
  handler(from[0], to[0]);
  handler(from[1], to[1]);
  handler(from[2], to[2]);
  // @ts-expect-error: a Request is no request of Node
  handler(new Request("http://localhost"), to[0]);
  // @ts-expect-error: a response is needed
  handler(from[0]);
  // @ts-expect-error: not the wrong way round
  handler(to[0], from[0]);
}

export function frameworks(
  handler: NodeHandler,
  express4: Express4,
  router4: Router4,
  express5: Express5,
  router5: Router5,
  fastify: FastifyInstance,
): void {
  express4.get("/metrics", handler);
  router4.use("/metrics", handler);
  express5.get("/metrics", handler);
  router5.use("/metrics", handler);
  fastify.get("/metrics", (request, reply) => {
    reply.hijack();
    handler(request.raw, reply.raw);
  });
}

// @ts-expect-error: the source is required
prometheusNodeHandler();
// @ts-expect-error: no such option
prometheusNodeHandler(stats, { path: "/metrics" });
