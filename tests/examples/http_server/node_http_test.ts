import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { listenWithNode, toRequest } from "../../../examples/http_server/node_http.ts";
import type { Handler } from "../../../examples/http_server/runtime.ts";
import { send } from "./raw_request.ts";

const isBun = "Bun" in globalThis;

async function serving(handler: Handler, use: (port: number) => Promise<void>): Promise<void> {
  const listener = await listenWithNode(handler, 0, "127.0.0.1");
  try {
    await use(listener.port);
  } finally {
    await listener.close();
  }
}

describe("listenWithNode()", () => {
  it("listenWithNode() passes on method, address, headers and body", async () => {
    const echo: Handler = async (request) =>
      Response.json({
        method: request.method,
        path: new URL(request.url).pathname + new URL(request.url).search,
        header: request.headers.get("x-one"),
        body: await request.text(),
      });
    await serving(echo, async (port) => {
      const url = `http://127.0.0.1:${port}`;
      const headers = { "x-one": "1" };
      const put = await fetch(`${url}/a/b?c=d`, { method: "PUT", headers, body: "text" });
      assertEquals(await put.json(), {
        method: "PUT",
        path: "/a/b?c=d",
        header: "1",
        body: "text",
      });
      const get = await fetch(url);
      assertEquals(await get.json(), { method: "GET", path: "/", header: null, body: "" });
    });
  });

  it("listenWithNode() passes back status, headers, each cookie, and a body in chunks", async () => {
    const chunks = Array.from({ length: 40 }, (_, i) => new Uint8Array(100_000).fill(i));
    const answer: Handler = () => {
      const body = new ReadableStream({
        pull(controller) {
          const chunk = chunks.shift();
          if (chunk) controller.enqueue(chunk);
          else controller.close();
        },
      });
      const response = new Response(body, { status: 203, headers: { "x-one": "1" } });
      response.headers.append("set-cookie", "a=1");
      response.headers.append("set-cookie", "b=2");
      return response;
    };
    await serving(answer, async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      assertEquals([response.status, response.headers.get("x-one")], [203, "1"]);
      assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
      const body = new Uint8Array(await response.arrayBuffer());
      assertEquals(body.length, 4_000_000);
      for (let i = 0; i < 40; i++) assertEquals([body[i * 1e5], body[i * 1e5 + 99_999]], [i, i]);
    });
  });

  // Bun's own node:http lets these heads through in another shape, and Bun does not need this file.
  it("listenWithNode() refuses what is no request", { ignore: isBun }, async () => {
    await serving(({ url }) => new Response(url), async (port) => {
      for (const head of ["TRACE / HTTP/1.1\r\nhost: a", "GET / HTTP/1.1\r\nhost: no host"]) {
        const answer = await send(port, `${head}\r\nconnection: close\r\n\r\n`);
        assert(answer.startsWith("HTTP/1.1 400 "), answer);
      }
    });
  });

  it("listenWithNode() answers 500 for a handler that throws", async () => {
    const error = console.error;
    const logged: unknown[] = [];
    console.error = (what: unknown) => logged.push(what);
    try {
      const fault = new Error("fault");
      await serving(() => Promise.reject(fault), async (port) => {
        const response = await fetch(`http://127.0.0.1:${port}/`);
        assertEquals([response.status, await response.text()], [500, ""]);
        assertEquals(logged, [fault]);
      });
    } finally {
      console.error = error;
    }
  });

  it("listenWithNode() ends a body that nobody takes any more", async () => {
    const cancelled = Promise.withResolvers<void>();
    const endless: Handler = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
          cancel: () => cancelled.resolve(),
        }),
      );
    await serving(endless, async (port) => {
      const socket = connect(
        port,
        "127.0.0.1",
        () => socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
      );
      await new Promise((resolve) => socket.once("data", resolve));
      socket.destroy();
      await cancelled.promise;
    });
  });
});

describe("toRequest()", () => {
  it("toRequest() takes a path for a path, and an address for an address", () => {
    const urlOf = (url: string, host?: string) => {
      const rawHeaders = host === undefined ? [] : ["Host", host];
      return toRequest({ method: "GET", url, headers: { host }, rawHeaders } as IncomingMessage)
        .url;
    };
    assertEquals(urlOf("/a?b=c", "here:80"), "http://here/a?b=c");
    assertEquals(urlOf("//other/a", "here"), "http://here//other/a");
    assertEquals(urlOf("http://there/a", "here"), "http://there/a");
    assertEquals(urlOf("/a"), "http://localhost/a");
    assertEquals(urlOf("/a/b", ""), "http://localhost/a/b");
    assertThrows(() => urlOf("*", "here"), TypeError);
    for (const host of ["x/metrics?", "x?", "x#", "x\\y", "name@x", "two words"]) {
      assertThrows(() => urlOf("/a", host), TypeError, undefined, host);
    }
  });
});
