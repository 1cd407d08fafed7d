/**
 * Express with express-prom-bundle.
 *
 * @module
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const express = require("express");
const promBundle = require("express-prom-bundle");

interface Request {
  readonly params: { readonly name: string };
}

interface Response {
  send(text: string): void;
}

/** Starts the server, and returns its port. */
export function listen(): Promise<number> {
  const app = express();
  app.use(promBundle({
    includeMethod: true,
    includePath: true,
    normalizePath: [["^/greet/.*", "/greet/#name"]],
    promClient: { collectDefaultMetrics: {} },
  }));
  app.get("/greet/:name", ({ params }: Request, response: Response) => {
    response.send(`Hello ${params.name}`);
  });
  return new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}
