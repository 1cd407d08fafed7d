/**
 * Fastify with fastify-metrics, which is given the client.
 *
 * @module
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const fastify = require("fastify");
const metrics = require("fastify-metrics");
const promClient = require("prom-client");

interface Request {
  readonly params: { readonly name: string };
}

/** Starts the server, and returns its port. */
export async function listen(): Promise<number> {
  const app = fastify();
  await app.register(metrics.default, { endpoint: "/metrics", promClient });
  app.get("/greet/:name", ({ params }: Request) => `Hello ${params.name}`);
  await app.listen({ host: "127.0.0.1", port: 0 });
  return app.server.address().port;
}
