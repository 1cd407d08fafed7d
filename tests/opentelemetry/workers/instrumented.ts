/**
 * A server that is instrumented by OpenTelemetry's packages as they are. Each request makes one of
 * its own, to another server.
 */
import { createRequire } from "node:module";
import type * as Http from "node:http";
import type { AddressInfo } from "node:net";
import { defineSchema, ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { ThreadStatsMeterProvider } from "../../../src/opentelemetry/mod.ts";
import { busyUntilStopped, emit, serve } from "../../support/worker_side.ts";
import { api } from "../packages.ts";

const require = createRequire(new URL("../package.json", import.meta.url));

serve(({ handle, backend }: { handle: ThreadStatsHandle; backend: string }) => {
  const stats = ThreadStats.attach(defineSchema({}), handle);
  api.metrics.setGlobalMeterProvider(new ThreadStatsMeterProvider(stats));
  const { registerInstrumentations } = require("@opentelemetry/instrumentation");
  const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
  const { UndiciInstrumentation } = require("@opentelemetry/instrumentation-undici");
  registerInstrumentations({
    instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()],
  });
  // After the instrumentations, which patch it when it is loaded.
  const http: typeof Http = require("node:http");
  const server = http.createServer(async (request, response) => {
    const answer = await fetch(backend + request.url);
    const text = await answer.text();
    response.writeHead(answer.status).end(text);
  });
  return {
    /** Listens, and returns the server's address. */
    listen: async () => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    /** Blocks the thread. */
    block: () => {
      emit("blocked");
      return busyUntilStopped(() => {});
    },
  };
});
