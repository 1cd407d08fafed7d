import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { connect, type Socket } from "node:net";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { prometheusHandler, type PrometheusHandlerOptions } from "../../src/prometheus/mod.ts";
import { listen } from "../../examples/http_server/runtime.ts";
import { Random } from "../metrics/random.ts";

/** The text must be larger than all that kernels buffer for a connection, compressed as well. */
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

/** A real server, and clients of it that take nothing. */
async function serve(options: PrometheusHandlerOptions) {
  fill();
  const handler = prometheusHandler(stats, options);
  const statuses: number[] = [];
  const listener = await listen((request) => {
    const response = handler(request);
    statuses.push(response.status);
    return response;
  }, 0);
  const clients: Socket[] = [];
  return {
    statuses,
    /** Asks, and takes nothing of the answer. */
    async stall(coding: string): Promise<Socket> {
      const before = statuses.length;
      const socket = connect(listener.port, "127.0.0.1");
      clients.push(socket);
      socket.on("error", () => {});
      socket.pause();
      socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${coding}\r\n\r\n`);
      await until(() => statuses.length > before);
      return socket;
    },
    /** Asks, and leaves again. */
    async ask(): Promise<{ status: number; retryAfter: string | null }> {
      const response = await fetch(`http://127.0.0.1:${listener.port}/metrics`);
      await response.body!.cancel();
      return { status: response.status, retryAfter: response.headers.get("retry-after") };
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await listener.close();
    },
  };
}

/** Waits, with an end, until something is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!await isSo()) {
    assertLess(performance.now(), end, "it must come true at some time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

for (const coding of ["identity", "gzip"]) {
  describe(`prometheusHandler() before clients that take nothing (${coding})`, () => {
    it("holds as many answers as it may, and refuses the next with Retry-After", async () => {
      await using server = await serve({ maxAnswers: 3, maxAnswerSeconds: 300 });
      for (let n = 0; n < 5; n++) await server.stall(coding);
      assertEquals(server.statuses, [200, 200, 200, 503, 503]);
      const { status, retryAfter } = await server.ask();
      assertEquals(status, 503);
      assertMatch(retryAfter!, /^(300|2\d\d)$/);
    });

    it("gives the place of a client that has left to another one", async () => {
      await using server = await serve({ maxAnswers: 2, maxAnswerSeconds: 300 });
      const first = await server.stall(coding);
      await server.stall(coding);
      assertEquals((await server.ask()).status, 503);
      first.destroy();
      await until(async () => (await server.ask()).status === 200);
    });

    it("gives the place of a client that stays and takes nothing to another one in the end", async () => {
      await using server = await serve({ maxAnswers: 2, maxAnswerSeconds: 0.2 });
      const first = await server.stall(coding);
      await server.stall(coding);
      await until(async () => (await server.ask()).status === 200);
      // Its answer is cut, and it can tell.
      let tail = "";
      const closed = Promise.withResolvers<void>();
      first.on("data", (data: Uint8Array) => {
        tail = new TextDecoder("latin1").decode(data.slice(-5));
      });
      first.on("close", () => closed.resolve());
      first.resume();
      await closed.promise;
      assert(tail !== "0\r\n\r\n");
    });
  });
}
