import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { defineSchema, ThreadStats, type ThreadStatsHandle } from "../../mod.ts";
import { ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { startWorker } from "../support/worker.ts";
import { breathe } from "../stress/progress.ts";
import { exporter, sdk } from "./packages.ts";
import { startReceiver } from "./receiver.ts";

/** On Deno and Bun these packages patch nothing, and record no durations. */
const ignore = "Deno" in globalThis || "Bun" in globalThis;

const HTTP = "@opentelemetry/instrumentation-http";
const UNDICI = "@opentelemetry/instrumentation-undici";

describe("OpenTelemetry's instrumentations of HTTP in worker threads", { ignore }, () => {
  it("report what the client has got, by OTLP, with one thread blocked and killed in between", async () => {
    await using receiver = await startReceiver();
    const backend = createServer((request, response) => {
      response.writeHead(request.url === "/missing" ? 404 : 200).end("ok");
    });
    await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
    await using _backend = {
      async [Symbol.asyncDispose]() {
        backend.closeAllConnections();
        await new Promise((resolve) => backend.close(resolve));
      },
    };
    const stats = ThreadStats.create(defineSchema({}), { maxThreads: 5 });
    const pipeline = new sdk.MeterProvider({
      readers: [
        new sdk.PeriodicExportingMetricReader({
          exporter: new exporter.OTLPMetricExporter({ url: receiver.url + "/v1/metrics" }),
          // The test triggers each collection.
          exportIntervalMillis: 3_600_000,
          metricProducers: [new ThreadStatsProducer(stats)],
        }),
      ],
    });
    const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const seats = Array.from({ length: 4 }, (_, n) => stats.reserveThread(`server-${n}`));
    const start = (handle: ThreadStatsHandle) =>
      startWorker(new URL("./workers/instrumented.ts", import.meta.url), { handle, backend: url });
    await using a = await start(seats[0].handle);
    await using b = await start(seats[1].handle);
    await using c = await start(seats[2].handle);
    await using d = await start(seats[3].handle);
    const workers = [a, b, c, d];
    const addresses = await Promise.all(workers.map((worker) => worker.call<string>("listen")));
    /** The client's own counts, by status. */
    const counts = new Map<number, number>();
    const request = async (address: string, path: string) => {
      const response = await fetch(address + path);
      await response.text();
      counts.set(response.status, (counts.get(response.status) ?? 0) + 1);
    };
    const load = (targets: readonly string[]) =>
      Promise.all(targets.map(async (address) => {
        for (let n = 0; n < 50; n++) await request(address, n % 5 === 0 ? "/missing" : "/");
      }));
    /** The counts of the last export, by status, of the scope's durations of requests. */
    const exported = async (scope: string) => {
      await pipeline.forceFlush();
      const [{ scopeMetrics }] = receiver.at("/v1/metrics").at(-1)!.resourceMetrics;
      const metrics = scopeMetrics.filter((one) => one.scope.name === scope)
        .flatMap(({ metrics }) => metrics ?? []);
      const durations = metrics.filter(({ name }) =>
        name === (scope === HTTP ? "http.server.request.duration" : "http.client.request.duration")
      );
      assertEquals(durations.map(({ unit }) => unit), ["s"]);
      const byStatus = new Map<number, number>();
      for (const { attributes = [], count } of durations[0].histogram!.dataPoints) {
        const { value } = attributes.find(({ key }) => key === "http.response.status_code")!;
        const status = Number(value.intValue);
        byStatus.set(status, (byStatus.get(status) ?? 0) + Number(count));
      }
      return [...byStatus].sort();
    };
    /** Compares the exports with the client's counts. */
    const assertExported = async () => {
      const expected = [...counts].sort();
      for (const scope of [HTTP, UNDICI]) {
        let found = await exported(scope);
        // A server counts a request shortly after the client has got the answer.
        for (let tries = 0; tries < 1000 && !isDeepStrictEqual(found, expected); tries++) {
          await breathe(10);
          found = await exported(scope);
        }
        assertEquals(found, expected, scope);
      }
    };

    await load(addresses);
    await assertExported();
    workers[3].call("block").catch(() => {});
    assertEquals(await workers[3].next(), "blocked");
    await load(addresses.slice(0, 3));
    await assertExported();
    await workers[3].terminate();
    await workers[3].stopped;
    assertEquals(seats[3].revoke({ stopped: true }), true);
    await load(addresses.slice(0, 3));
    await assertExported();

    await pipeline.shutdown();
  });
});
