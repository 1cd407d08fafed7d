import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { connect, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { ThreadStats } from "../../mod.ts";
import {
  prometheusHandler,
  type PrometheusHandlerOptions,
  prometheusNodeHandler,
  prometheusText,
} from "../../src/prometheus/mod.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { listenWithNode } from "../support/listen.ts";
import { loggedErrors } from "../support/logged.ts";
import { requestRaw, textOf } from "../support/raw_client.ts";
import { openShop } from "./shop.ts";
import { keeping } from "../support/keeping.ts";

const openMetrics = "application/openmetrics-text;version=1.0.0,*/*;q=0.1";

describe("prometheusNodeHandler()", () => {
  it("responds as prometheusHandler() does, whatever the client accepts", () =>
    keeping(async (keep) => {
      const stats = openShop();
      const fetchHandler = prometheusHandler(stats);
      const server = keep(await listenWithNode(prometheusNodeHandler(stats)));
      for (const accept of ["*/*", "text/plain", openMetrics]) {
        for (const coding of ["identity", "gzip", "br, gzip;q=0.5", "br", ""]) {
          for (const query of ["", "?name[]=visits&name[]=none", "?name[]="]) {
            for (const method of ["GET", "HEAD"]) {
              const headers = { accept, "accept-encoding": coding };
              const expected = fetchHandler(
                new Request(`http://localhost/metrics${query}`, { method, headers }),
              );
              const response = await requestRaw(`${server.url}metrics${query}`, {
                method,
                headers,
              });
              assertEquals(response.status, expected.status);
              for (const [name, value] of expected.headers) {
                assertEquals(response.headers[name], value);
              }
              // A server that is told of no content by HEAD would believe it of GET.
              assert(response.headers["content-length"] !== "0");
              const hasCoding = expected.headers.has("content-encoding") && method === "GET";
              const body = hasCoding
                ? expected.body!.pipeThrough(new DecompressionStream("gzip"))
                : expected.body;
              const text = method === "GET" ? await textOf(response) : "";
              assertEquals(text, await new Response(body).text());
            }
          }
        }
      }
    }));

  it("refuses other methods with 405 and Allow", () =>
    keeping(async (keep) => {
      const server = keep(await listenWithNode(prometheusNodeHandler(openShop())));
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
        const response = await requestRaw(server.url, { method });
        assertEquals([response.status, response.headers.allow], [405, "GET, HEAD"]);
        assertEquals(await textOf(response), "Only GET and HEAD are allowed\n");
      }
    }));

  it("takes the options of prometheusHandler()", () =>
    keeping(async (keep) => {
      const options = { perThread: true, boundaries: [1], created: false, selfMetrics: false };
      const stats = openShop();
      const all = { ...options, runtimeMetrics: true };
      const server = keep(await listenWithNode(prometheusNodeHandler(stats, all)));
      const headers = { accept: openMetrics };
      const text = await textOf(await requestRaw(server.url, { headers }));
      const expected = prometheusText(stats.snapshot({ perThread: true }), {
        ...options,
        format: "openmetrics",
      });
      assert(text.startsWith(expected.slice(0, -"# EOF\n".length)), text);
      assertStringIncludes(text, "\nprocess_resident_memory_bytes ");
      assertStringIncludes(text, "\nprocess_event_loop_lag_seconds ");
      assert(text.endsWith("# EOF\n"));
    }));

  it("answers 500 with a text when the source throws, and takes no place for that", () =>
    keeping(async (keep) => {
      const stats = openShop();
      let isBroken = false;
      const source = {
        snapshot() {
          if (isBroken) throw new Error("no snapshot");
          return stats.snapshot();
        },
      };
      const server = keep(await listenWithNode(prometheusNodeHandler(source, { maxAnswers: 1 })));
      isBroken = true;
      const logged = await loggedErrors(async () => {
        for (let n = 0; n < 3; n++) {
          const response = await requestRaw(server.url);
          assertEquals(response.status, 500);
          assertEquals(await textOf(response), "The server failed, and its log says why\n");
        }
      });
      assertEquals(logged.map(String), Array(3).fill("Error: no snapshot"));
      isBroken = false;
      const response = await requestRaw(server.url);
      assertStringIncludes(await textOf(response), "\nvisits_total 3\n");
    }));

  it("serves HTTP/2 without TLS", async () => {
    const server = createHttp2Server(prometheusNodeHandler(ThreadStats.inspect(openShop().handle)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const stream = session.request({ ":path": "/metrics?name[]=visits", accept: openMetrics });
      let text = "";
      let type: string | undefined;
      stream.on("response", (headers) => type = headers["content-type"]);
      stream.setEncoding("utf8").on("data", (data: string) => text += data);
      await new Promise((resolve) => stream.on("end", resolve).end());
      assertEquals(type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
      assertStringIncludes(text, "\nvisits_total 3\n");
      assert(text.endsWith("# EOF\n"));
    } finally {
      session.destroy();
      server.close();
    }
  });

  it("refuses bad input", () => {
    const what = "Cannot make a handler";
    for (const [bad, got] of [[undefined, "undefined"], [{}, "an object"]] as const) {
      assertRefuses(
        () => prometheusNodeHandler(bad as never),
        TypeError,
        `${what}: the source must be a ThreadStats or a view of one, got ${got}`,
      );
    }
    const stats = openShop();
    assertRefuses(
      () => prometheusNodeHandler(stats, null as never),
      TypeError,
      `${what}: the options must be an object, got null`,
    );
    assertRefuses(
      () => prometheusNodeHandler(stats, { created: 1 } as unknown as PrometheusHandlerOptions),
      TypeError,
      `${what}: created must be a boolean, got 1`,
    );
    assertRefuses(
      () => prometheusNodeHandler(stats, { maxAnswers: 0 }),
      RangeError,
      `${what}: maxAnswers must be an integer from 1, got 0`,
    );
  });
});
