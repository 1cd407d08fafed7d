import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { Counter, Pushgateway, Registry } from "../../src/prom_client/mod.ts";

interface Received {
  readonly method?: string;
  readonly url?: string;
  readonly authorization?: string;
  readonly body: Uint8Array;
}

/** Runs with a gateway that answers with this status, and returns what it has received. */
async function withGateway(
  status: number,
  run: (url: string) => Promise<void>,
): Promise<Received[]> {
  const received: Received[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers: { authorization } } = request;
    received.push({ method, url, authorization, body: Buffer.concat(chunks) });
    response.writeHead(status).end("said the gateway");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await run(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return received;
}

function makeRegistry(): Registry {
  const registry = new Registry();
  new Counter({ name: "jobs", help: "h", registers: [registry] }).inc(3);
  return registry;
}

const TEXT = "# HELP jobs h\n# TYPE jobs counter\njobs 3\n";

describe("Pushgateway", () => {
  it("pushAdd(), push() and delete() send method, path, text and credentials", async () => {
    const received = await withGateway(200, async (host) => {
      const gateway = new Pushgateway(
        `http://me:p%40ss@${host}/base`,
        {},
        makeRegistry(),
      );
      const params = { jobName: "a/b", groupings: { instance: "x y" } };
      assertEquals((await gateway.pushAdd(params)).body, "said the gateway");
      await gateway.push(params);
      await gateway.delete(params);
    });
    const url = "/base/metrics/job/a%2Fb/instance/x%20y";
    const authorization = `Basic ${btoa("me:p@ss")}`;
    assertEquals(
      received.map(({ body, ...rest }) => ({
        ...rest,
        text: new TextDecoder().decode(body),
      })),
      [
        { method: "POST", url, authorization, text: TEXT },
        { method: "PUT", url, authorization, text: TEXT },
        { method: "DELETE", url, authorization, text: "" },
      ],
    );
  });

  it("push() compresses when the options say so", async () => {
    const [{ body, url }] = await withGateway(200, async (host) => {
      const options = {
        requireJobName: false,
        headers: { "Content-Encoding": "gzip" },
      };
      await new Pushgateway(`http://${host}`, options, makeRegistry()).push();
    });
    assertEquals(gunzipSync(body).toString(), TEXT);
    assertEquals(url, "/metrics");
  });

  it("push() rejects when the gateway refuses, and when nobody answers", async () => {
    await withGateway(500, async (host) => {
      const gateway = new Pushgateway(`http://${host}`, null, makeRegistry());
      await assertRejects(
        () => gateway.push({ jobName: "j" }),
        Error,
        "push failed with status 500, said the gateway",
      );
    });
    const nobody = new Pushgateway("http://127.0.0.1:9", {}, makeRegistry());
    await assertRejects(() => nobody.push({ jobName: "j" }), Error);
  });

  it("push() throws without a job's name, and rejects an address that is none", async () => {
    assertThrows(
      () => new Pushgateway("http://127.0.0.1:9").push({}),
      Error,
      "Missing jobName",
    );
    await assertRejects(
      () => new Pushgateway("no address").push({ jobName: "j" }),
      TypeError,
    );
  });
});
