import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createRequire } from "node:module";
// deno-lint-ignore no-import-prefix -- what stands in the root's deno.json is downloaded by every task
import type { Express } from "npm:@types/express@5.0.6";
// deno-lint-ignore no-import-prefix -- the same
import type Fastify from "npm:fastify@5.12.8";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { prometheusNodeHandler } from "../../src/prometheus/mod.ts";
import { type Listener, listenWithNode } from "../support/listen.ts";
import { requestRaw, textOf } from "../support/raw_client.ts";
import { expressProgram } from "./express_program.ts";
import { frameworkCases } from "./framework_cases.ts";
import { keeping } from "../support/keeping.ts";

const require = createRequire(import.meta.url);
const express = require("express") as () => Express;
const compression = require("compression") as (
  options: { threshold: number },
) => () => void;
const fastify = require("fastify") as typeof Fastify;

describe("prometheusNodeHandler() and dashboardNodeHandler() in Express 5", () => {
  frameworkCases(expressProgram(require("express")));

  it("prometheusNodeHandler() is compressed once where the middleware compression is used", () =>
    keeping(async (keep) => {
      const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
      const app = express();
      app.use(compression({ threshold: 0 }));
      app.get("/metrics", prometheusNodeHandler(stats));
      const server = keep(await listenWithNode(app));
      for (const coding of ["gzip", "deflate"] as const) {
        const headers = { "accept-encoding": coding };
        const response = await requestRaw(`${server.url}metrics`, { headers });
        assertEquals([response.status, response.headers["content-encoding"]], [
          200,
          coding,
        ]);
        assertStringIncludes(await textOf(response), "jobs_total 0\n");
      }
    }));
});

describe("prometheusNodeHandler() and dashboardNodeHandler() with Fastify's raw requests", () => {
  frameworkCases(async ({ metrics, live, broken }): Promise<Listener> => {
    const app = fastify({ forceCloseConnections: true });
    app.addHook("onRequest", (_, reply, done) => {
      reply.raw.setHeader("Vary", "Origin");
      reply.raw.setHeader("X-One", "1");
      done();
    });
    for (
      const [path, handler] of [
        ["/metrics", metrics],
        ["/live", live],
        ["/live/*", live],
        ["/broken", broken],
      ] as const
    ) {
      app.all(path, (request, reply) => {
        reply.hijack();
        handler(request.raw, reply.raw);
      });
    }
    app.register((api, _, done) => {
      api.all("/metrics", (request, reply) => {
        reply.hijack();
        metrics(request.raw, reply.raw);
      });
      done();
    }, { prefix: "/api" });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    return {
      port: Number(new URL(url).port),
      url: `${url}/`,
      [Symbol.asyncDispose]: () => app.close(),
    };
  });
});
