import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Socket } from "node:net";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { prometheusHandler, type PrometheusHandlerOptions } from "../../src/prometheus/mod.ts";
import { listen, servers } from "../support/listen.ts";
import { Random } from "../support/random.ts";
import { stall } from "../support/raw_client.ts";
import { until } from "../support/until.ts";
import { keeping } from "../support/keeping.ts";

/** The text must exceed what kernels buffer for a connection, also when compressed. */
const SERIES = 20_000;
const LABEL_LENGTH = 900;

const schema = defineSchema({ jobs: counter({ labels: ["queue"], maxSeries: SERIES }) });
const stats = ThreadStats.create(schema);

function fill(): void {
  if (stats.metrics.jobs.ids().length > 1) return;
  const random = new Random(1);
  for (let n = 0; n < SERIES; n++) {
    let queue = "";
    while (queue.length < LABEL_LENGTH) queue += random.below(2 ** 30).toString(36);
    stats.metrics.jobs.id({ queue });
  }
}

/** A real server, with clients that read nothing. */
async function serve(server: typeof servers[number], options: PrometheusHandlerOptions) {
  fill();
  const handler = prometheusHandler(stats, options);
  const statuses: number[] = [];
  const listener = await listen((request) => {
    const response = handler(request);
    statuses.push(response.status);
    return response;
  }, { server });
  const clients: Socket[] = [];
  return {
    statuses,
    /** Sends a request, and reads nothing of the response. */
    async stall(coding: string): Promise<Socket> {
      const before = statuses.length;
      const socket = await stall(listener.port, { headers: `Accept-Encoding: ${coding}\r\n` });
      clients.push(socket);
      socket.on("error", () => {});
      await until(() => statuses.length > before);
      return socket;
    },
    /** Sends a request, and disconnects. */
    async ask(): Promise<{ status: number; retryAfter: string | null }> {
      const response = await fetch(`http://127.0.0.1:${listener.port}/metrics`);
      await response.body!.cancel();
      return { status: response.status, retryAfter: response.headers.get("retry-after") };
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await listener[Symbol.asyncDispose]();
    },
  };
}

const cases = servers.flatMap((server) =>
  ["identity", "gzip"].map((coding) => ({ server, coding }))
);
for (const { server: kind, coding } of cases) {
  const name = kind === "native" ? "prometheusHandler" : "prometheusNodeHandler";
  describe(`${name}() before clients that take nothing (${coding})`, () => {
    it("holds maxAnswers responses, and refuses the next request with Retry-After", () =>
      keeping(async (keep) => {
        const server = keep(await serve(kind, { maxAnswers: 3, maxAnswerSeconds: 300 }));
        for (let n = 0; n < 5; n++) await server.stall(coding);
        assertEquals(server.statuses, [200, 200, 200, 503, 503]);
        const { status, retryAfter } = await server.ask();
        assertEquals(status, 503);
        assertMatch(retryAfter!, /^(300|2\d\d)$/);
      }));

    it("gives the place of a disconnected client to another one", () =>
      keeping(async (keep) => {
        const server = keep(await serve(kind, { maxAnswers: 2, maxAnswerSeconds: 300 }));
        const first = await server.stall(coding);
        await server.stall(coding);
        assertEquals((await server.ask()).status, 503);
        first.destroy();
        await until(async () => (await server.ask()).status === 200);
      }));

    it("gives the place of a client that stays but reads nothing to another one eventually", () =>
      keeping(async (keep) => {
        const server = keep(await serve(kind, { maxAnswers: 2, maxAnswerSeconds: 0.2 }));
        const first = await server.stall(coding);
        await server.stall(coding);
        await until(async () => (await server.ask()).status === 200);
        // Its response is incomplete, and the client can see that.
        let tail = "";
        const closed = Promise.withResolvers<void>();
        first.on("data", (data: Uint8Array) => {
          tail = new TextDecoder("latin1").decode(data.slice(-5));
        });
        first.on("close", () => closed.resolve());
        first.resume();
        await closed.promise;
        assert(tail !== "0\r\n\r\n");
      }));
  });
}
