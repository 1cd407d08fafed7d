import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { IncomingMessage } from "node:http";
import { readBody } from "../../../examples/http_server/body.ts";
import { headOfMessage, listenWithNode } from "../../../examples/http_server/node_http.ts";
import type { Site } from "../../../examples/http_server/site.ts";
import { loggedErrors } from "../../support/logged.ts";
import { send } from "./raw_request.ts";
import { plain, siteOf } from "./site.ts";

const isBun = "Bun" in globalThis;

async function serving(
  answer: Site["answer"],
  use: (port: number) => Promise<void>,
): Promise<void> {
  const listener = await listenWithNode(siteOf(answer), 0, "127.0.0.1");
  try {
    await use(listener.port);
  } finally {
    await listener.close();
  }
}

describe("listenWithNode()", () => {
  it("listenWithNode() passes on method, address, headers and body", async () => {
    const echo: Site["answer"] = async ({ method, url, headers }, body) => {
      const { pathname, search } = new URL(url);
      const [, one] = headers.find(([name]) => name.toLowerCase() === "x-one") ?? [];
      const text = new TextDecoder().decode(await readBody(body, 100));
      return plain(JSON.stringify([method, pathname + search, one ?? null, text]));
    };
    await serving(echo, async (port) => {
      const url = `http://127.0.0.1:${port}`;
      const headers = { "x-one": "1" };
      const put = await fetch(`${url}/a/b?c=d`, { method: "PUT", headers, body: "text" });
      assertEquals(await put.json(), ["PUT", "/a/b?c=d", "1", "text"]);
      const get = await fetch(url);
      assertEquals(await get.json(), ["GET", "/", null, ""]);
    });
  });

  it("listenWithNode() passes back status, headers, each cookie and the body", async () => {
    const answer: Site["answer"] = () =>
      Promise.resolve({
        status: 203,
        headers: [["x-one", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]],
        body: new TextEncoder().encode("text"),
      });
    await serving(answer, async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      assertEquals([response.status, response.headers.get("x-one")], [203, "1"]);
      assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
      assertEquals([response.headers.get("content-length"), await response.text()], ["4", "text"]);
    });
  });

  // Bun's own node:http lets this head through in another shape, and Bun does not need this file.
  it("listenWithNode() refuses what has no host", { ignore: isBun }, async () => {
    await serving(({ url }) => Promise.resolve(plain(url)), async (port) => {
      const head = "GET / HTTP/1.1\r\nhost: no host\r\nconnection: close\r\n\r\n";
      const answer = await send(port, head);
      assert(answer.startsWith("HTTP/1.1 400 "), answer);
    });
  });

  it("listenWithNode() answers 500 for an answer that fails", async () => {
    const fault = new Error("fault");
    const logged = await loggedErrors(() =>
      serving(() => Promise.reject(fault), async (port) => {
        const response = await fetch(`http://127.0.0.1:${port}/`);
        assertEquals([response.status, await response.text()], [500, ""]);
      })
    );
    assertEquals(logged, [fault]);
  });
});

describe("headOfMessage()", () => {
  it("headOfMessage() takes a path for a path, and an address for an address", () => {
    const urlOf = (url: string, host?: string) => {
      const rawHeaders = host === undefined ? [] : ["Host", host];
      return headOfMessage(
        { method: "GET", url, rawHeaders } as unknown as IncomingMessage,
      ).url;
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
