import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type AddressInfo, createServer } from "node:net";
import { begin } from "./raw_request.ts";
import { difference, type Samples, samplesIn, sumBy } from "./samples.ts";
import { Server } from "../../../examples/http_server/server.ts";

/** All servers of a process count in one memory. */
async function scrape(server: Server): Promise<Samples> {
  return samplesIn(await (await fetch(`${server.url}metrics`)).text());
}

describe("Server", () => {
  it("start() tells why a worker could not start", async () => {
    const error = console.error;
    const logged: string[] = [];
    console.error = (line: string) => logged.push(line);
    try {
      const script = new URL("./dying_worker.ts", import.meta.url);
      const start = () => Server.start({ port: 0, workers: 2, crash: false, script });
      await assertRejects(start, Error, "Cannot serve: all workers must start, got ");
    } finally {
      console.error = error;
    }
    assertEquals(logged.every((line) => /^serve: worker-[12] died: .*no start/.test(line)), true);
  });

  it("start() tells that a port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    await assertRejects(() => Server.start({ port, workers: 1, crash: false }), Error, "in use");
    await new Promise((resolve) => other.close(resolve));
  });

  it("the main thread counts what it refuses, HEAD has the length of GET, and close() ends all", async () => {
    const server = await Server.start({ port: 0, workers: 1, crash: false });
    const before = await scrape(server);
    const status = async (path: string, init?: RequestInit) => {
      const response = await fetch(server.url + path, init);
      await response.arrayBuffer();
      return response.status;
    };
    assertEquals(await status("", { method: "PURGE" }), 501);
    const body = new Uint8Array(1_000_001);
    assertEquals(await status("echo", { method: "POST", body }), 413);
    assertEquals(await status("echo", { method: "POST", body: body.subarray(1) }), 200);
    assertEquals(await status("crash"), 404);
    const get = await fetch(server.url);
    const length = String((await get.arrayBuffer()).byteLength);
    const head = await fetch(server.url, { method: "HEAD" });
    assertEquals([head.status, head.headers.get("content-length")], [200, length]);
    const samples = difference(await scrape(server), before);
    const answers = sumBy(samples, "http_requests_total", (labels) => Object.values(labels).join());
    assertEquals(answers, {
      ...{ "other,501": 1, "POST,413": 1, "POST,200": 1, "GET,404": 1 },
      ...{ "GET,200": 1, "HEAD,200": 1 },
    });
    await server.close();
    await assertRejects(() => fetch(server.url));
  });

  it("close() does not wait for ever for clients that are not done", async () => {
    const server = await Server.start({ port: 0, workers: 1, crash: false, closeMs: 50 });
    const port = Number(new URL(server.url).port);
    const clients = await Promise.all([
      begin(port, "GET / HT"),
      begin(port, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"),
    ]);
    // So that the server knows of the connections.
    await (await fetch(server.url)).arrayBuffer();
    const cut = new Promise<boolean>((resolve) => {
      // Without the limit the second one would be waited for.
      const giveUp = setTimeout(() => resolve(false), 20_000);
      server.close().then(() => resolve(true)).finally(() => clearTimeout(giveUp));
    });
    try {
      assertEquals(await cut, true);
    } finally {
      for (const client of clients) client.destroy();
    }
  });
});
