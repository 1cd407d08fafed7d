import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { connect } from "node:net";
import { nodeHandler } from "../../src/http/node_handler.ts";
import { listenWithNode } from "../support/listen.ts";
import { loggedErrors } from "../support/logged.ts";
import { stall } from "../support/raw_client.ts";
import { until } from "../support/until.ts";
import { EndlessBody, failingBody } from "./bodies.ts";
import { fakeRequest, FakeResponse } from "./fake_response.ts";
import { keeping } from "../support/keeping.ts";

/** Long enough for all that is already under way. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

describe("nodeHandler()", () => {
  it("passes on method, target and headers", () =>
    keeping(async (keep) => {
      const server = keep(
        await listenWithNode(
          nodeHandler(({ method, url, headers }) =>
            Response.json({
              method,
              url,
              one: headers.get("x-one"),
              host: headers.get("host"),
            })
          ),
        ),
      );
      const headers = { "x-one": "1" };
      const put = await fetch(`${server.url}a/b?c=d`, {
        method: "PUT",
        headers,
        body: "text",
      });
      const expected = {
        url: "http://localhost/a/b?c=d",
        host: `127.0.0.1:${server.port}`,
      };
      assertEquals(await put.json(), { ...expected, method: "PUT", one: "1" });
      const get = await fetch(server.url);
      assertEquals((await get.json()).url, "http://localhost/");
    }));

  it("takes the path of originalUrl, the query of url, and the host of HTTP/2", async () => {
    const seen: unknown[] = [];
    const handler = nodeHandler(({ url, headers }) => {
      seen.push([url.replace("http://localhost", ""), headers.get("host")]);
      return new Response("");
    });
    for (
      const [given, expected] of [
        [{ url: "/a?b#c" }, ["/a?b", null]],
        [{ url: "/?b", originalUrl: "/live/?a", headers: { host: "h" } }, [
          "/live/?b",
          "h",
        ]],
        [{ url: "http://there:80/a?b" }, ["/a?b", null]],
        [{ url: "//other/a" }, ["//other/a", null]],
        [{ url: "*" }, ["/", null]],
        [{ url: undefined }, ["/", null]],
        [{ headers: { ":authority": "h2", ":path": "/" } }, ["/", "h2"]],
        [{ headers: { ":authority": "h2", host: "h" } }, ["/", "h"]],
      ] as const
    ) {
      const response = new FakeResponse();
      handler(fakeRequest(given), response);
      await response.over;
      assertEquals(seen.pop(), expected);
    }
  });

  it("refuses what no Request can be", async () => {
    const handler = nodeHandler(() => new Response("here"));
    const answer = async (given: Parameters<typeof fakeRequest>[0]) => {
      const response = new FakeResponse();
      handler(fakeRequest(given), response);
      await response.over;
      return [response.statusCode, response.headers.get("allow")];
    };
    for (const method of ["CONNECT", "TRACE", "TRACK"]) {
      assertEquals(await answer({ method }), [405, "GET, HEAD"]);
    }
    assertEquals(await answer({ headers: { "no name": "x" } }), [
      400,
      undefined,
    ]);
    assertEquals(await answer({ headers: { "x-one": "a\nb" } }), [
      400,
      undefined,
    ]);
    assertEquals(await answer({}), [200, undefined]);
  });

  it("passes back status, headers, each cookie, and a body in chunks", () =>
    keeping(async (keep) => {
      const chunks = Array.from(
        { length: 40 },
        (_, i) => new Uint8Array(100_000).fill(i),
      );
      const server = keep(
        await listenWithNode(nodeHandler(() => {
          const body = new ReadableStream({
            pull(controller) {
              const chunk = chunks.shift();
              if (chunk) controller.enqueue(chunk);
              else controller.close();
            },
          });
          const response = new Response(body, {
            status: 203,
            headers: { "x-one": "1" },
          });
          response.headers.append("set-cookie", "a=1");
          response.headers.append("set-cookie", "b=2");
          return response;
        })),
      );
      const response = await fetch(server.url);
      assertEquals([response.status, response.headers.get("x-one")], [203, "1"]);
      assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
      const body = new Uint8Array(await response.arrayBuffer());
      assertEquals(body.length, 4_000_000);
      for (let i = 0; i < 40; i++) {
        assertEquals([body[i * 1e5], body[i * 1e5 + 99_999]], [i, i]);
      }
    }));

  it("keeps the headers of others, but for those that describe another body", () =>
    keeping(async (keep) => {
      const handler = nodeHandler(() => {
        const headers = {
          vary: "accept, accept-encoding",
          "content-type": "text/plain",
        };
        const response = new Response("x", { headers });
        response.headers.append("set-cookie", "b=2");
        return response;
      });
      const server = keep(
        await listenWithNode((request, response) => {
          response.setHeader("X-Powered-By", "others");
          response.setHeader("Vary", "Origin, Accept");
          response.setHeader("Set-Cookie", "a=1");
          response.setHeader("Content-Type", "application/json");
          response.setHeader("Content-Length", 1000);
          response.setHeader("Content-Encoding", "br");
          response.statusCode = 404;
          handler(request, response);
        }),
      );
      const { status, headers, ...rest } = await fetch(server.url).then(async (
        response,
      ) => ({
        status: response.status,
        headers: response.headers,
        text: await response.text(),
      }));
      assertEquals([status, rest.text], [200, "x"]);
      assertEquals(headers.get("x-powered-by"), "others");
      assertEquals(headers.get("vary"), "Origin, Accept, accept-encoding");
      assertEquals(headers.getSetCookie(), ["a=1", "b=2"]);
      assertEquals(headers.get("content-type"), "text/plain");
      assertEquals(headers.get("content-encoding"), null);
      assert(headers.get("content-length") !== "1000");
    }));

  it("leaves Vary: * as it is", async () => {
    const response = new FakeResponse();
    response.setHeader("vary", "*");
    nodeHandler(() => new Response("", { headers: { vary: "accept" } }))(
      fakeRequest(),
      response,
    );
    await response.over;
    assertEquals(response.headers.get("vary"), "*");
  });

  it("makes no chunk before the client has taken the one before", () =>
    keeping(async (keep) => {
      const body = new EndlessBody();
      const server = keep(
        await listenWithNode(
          nodeHandler(() => new Response(body.stream)),
        ),
      );
      const socket = await stall(server.port);
      const last = await body.untilStill();
      // What kernels buffer for a connection is some MB.
      assertLess(last, 2000);
      assertEquals(body.isCancelled, false);
      // It goes on when the client does.
      socket.resume();
      await until(() => body.chunks > last);
      socket.destroy();
      await until(() => body.isCancelled);
    }));

  it("waits for the event drain once for each full buffer, with one listener", async () => {
    const response = new FakeResponse();
    response.hasRoom = false;
    const body = new EndlessBody(1);
    nodeHandler(() => new Response(body.stream))(fakeRequest(), response);
    for (let n = 1; n <= 30; n++) {
      await until(() => body.chunks === n);
      await pause();
      assertEquals(body.chunks, n);
      assertEquals(response.listenerCount("drain"), 1);
      response.emit("drain");
    }
    response.destroy();
    await until(() => body.isCancelled);
  });

  it("cancels the body of a client that leaves while nothing comes", () =>
    keeping(async (keep) => {
      let isCancelled = false;
      const started = Promise.withResolvers<void>();
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(1)),
        cancel: () => {
          isCancelled = true;
        },
      });
      const server = keep(
        await listenWithNode(nodeHandler(() => {
          started.resolve();
          return new Response(body);
        })),
      );
      const socket = await stall(server.port);
      await started.promise;
      await pause();
      assertEquals(isCancelled, false);
      socket.destroy();
      await until(() => isCancelled);
    }));

  it("cancels the body of a client that leaves before there is one", () =>
    keeping(async (keep) => {
      const body = new EndlessBody();
      const response = Promise.withResolvers<Response>();
      const asked = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<void>();
      const handler = nodeHandler(() => {
        asked.resolve();
        return response.promise;
      });
      const server = keep(
        await listenWithNode((message, to) => {
          to.on("close", () => closed.resolve());
          handler(message, to);
        }),
      );
      const socket = await stall(server.port);
      await asked.promise;
      socket.destroy();
      await closed.promise;
      response.resolve(new Response(body.stream));
      await until(() => body.isCancelled);
      assertEquals(body.chunks, 0);
    }));

  it("answers an error with 500 and a text, and goes on", () =>
    keeping(async (keep) => {
      const fault = new Error("fault");
      const handlers: (() => Response | Promise<Response>)[] = [
        () => {
          throw fault;
        },
        () => Promise.reject(fault),
        () =>
          new Response(failingBody(), {
            headers: { "content-encoding": "gzip" },
          }),
        () => undefined as never,
      ];
      const logged = await loggedErrors(async () => {
        for (const handler of handlers) {
          const server = keep(await listenWithNode(nodeHandler(handler)));
          for (let n = 0; n < 2; n++) {
            const response = await fetch(server.url);
            assertEquals(response.status, 500);
            assertEquals(
              response.headers.get("content-type"),
              "text/plain; charset=utf-8",
            );
            assertMatch(
              await response.text(),
              /^The server failed, and its log says why\n$/,
            );
          }
        }
      });
      assertEquals(logged.slice(0, 4), [fault, fault, fault, fault]);
      assertEquals(logged.length, 8);
    }));

  it("cuts the connection when a body fails in its middle", () =>
    keeping(async (keep) => {
      const logged = await loggedErrors(async () => {
        const server = keep(
          await listenWithNode(
            nodeHandler(() => new Response(failingBody("one", "two"))),
          ),
        );
        for (let n = 0; n < 2; n++) {
          await assertRejects(async () => (await fetch(server.url)).text());
        }
      });
      assertEquals(logged.map((error) => (error as Error).message), [
        "the body failed",
        "the body failed",
      ]);
    }));

  it("cuts the connection of a client that takes nothing when the body fails", () =>
    keeping(async (keep) => {
      const body = new EndlessBody();
      const closed = Promise.withResolvers<void>();
      const logged = await loggedErrors(async () => {
        const handler = nodeHandler(() => new Response(body.stream));
        const server = keep(
          await listenWithNode((request, response) => {
            response.on("close", () => closed.resolve());
            handler(request, response);
          }),
        );
        const socket = await stall(server.port);
        await body.untilStill();
        body.fail(new Error("too slow"));
        await closed.promise;
        socket.destroy();
      });
      assertEquals(logged.map(String), ["Error: too slow"]);
    }));

  it("leaves a response alone that has ended, and asks no handler", () =>
    keeping(async (keep) => {
      let asked = 0;
      const handler = nodeHandler(() => {
        asked++;
        return new Response("late");
      });
      const server = keep(
        await listenWithNode((request, response) => {
          response.writeHead(401).end("no\n");
          handler(request, response);
        }),
      );
      const response = await fetch(server.url);
      assertEquals([response.status, await response.text()], [401, "no\n"]);
      const gone = new FakeResponse();
      gone.destroy();
      handler(fakeRequest(), gone);
      await pause();
      assertEquals([asked, gone.text], [0, ""]);
    }));

  it("stops when something else ends the response", () =>
    keeping(async (keep) => {
      const body = new EndlessBody();
      const server = keep(
        await listenWithNode((request, response) => {
          nodeHandler(() => new Response(body.stream))(request, response);
          setTimeout(() => response.end(), 50);
        }),
      );
      const response = await fetch(server.url);
      assertEquals(response.status, 200);
      await response.arrayBuffer();
      await until(() => body.isCancelled);
    }));

  it("cuts the connection when something else has sent the headers", () =>
    keeping(async (keep) => {
      const body = new EndlessBody();
      const logged = await loggedErrors(async () => {
        const server = keep(
          await listenWithNode((request, response) => {
            response.writeHead(200, { "content-type": "text/html" });
            response.write("<p>");
            nodeHandler(() => new Response(body.stream))(request, response);
          }),
        );
        await assertRejects(async () => (await fetch(server.url)).text());
        await until(() => body.isCancelled);
      });
      assertEquals(logged.length, 1);
    }));

  it("answers many requests on one connection, also after a body that nobody read", () =>
    keeping(async (keep) => {
      let asked = 0;
      const server = keep(
        await listenWithNode(nodeHandler(({ method }) => {
          asked++;
          return new Response(method === "HEAD" ? null : `${method}\n`, {
            status: method === "POST" ? 405 : 200,
          });
        })),
      );
      const socket = connect(server.port, "127.0.0.1");
      let text = "";
      socket.setEncoding("utf8").on("data", (data: string) => text += data);
      const statuses = () => [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
      const head = (method: string, more = "") => `${method} / HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
      try {
        socket.write(head("GET"));
        await until(() => /GET\n/.test(text));
        socket.write(head("HEAD"));
        await until(() => asked === 2 && statuses().length === 2);
        socket.write(
          head("POST", "Content-Length: 100000\r\n") + "x".repeat(100_000),
        );
        await until(() => /POST\n/.test(text));
        text = "";
        socket.write(head("GET"));
        await until(() => /GET\n/.test(text));
        assertEquals([asked, statuses()], [4, ["200"]]);
      } finally {
        socket.destroy();
      }
    }));

  it("cuts the connection when not even an error can be answered", async () => {
    const response = new FakeResponse();
    response.setHeader = () => {
      throw new Error("no headers");
    };
    const logged = await loggedErrors(async () => {
      const headers = { "x-one": "1" };
      nodeHandler(() => new Response("x", { headers }))(fakeRequest(), response);
      await response.over;
    });
    assertEquals([response.destroyed, logged.map(String)], [true, ["Error: no headers"]]);
  });

  it("refuses what is no request or no response of node:http", () => {
    const handler = nodeHandler(() => new Response("x"));
    for (const bad of [undefined, null, 1, {}, { headers: null }]) {
      assertThrows(
        () => handler(bad as never, new FakeResponse()),
        TypeError,
        "Cannot answer a request: it needs a request of node:http, got ",
      );
    }
    for (const bad of [undefined, null, () => {}, new Response("")]) {
      assertThrows(
        () => handler(fakeRequest(), bad as never),
        TypeError,
        "Cannot answer a request: it needs a response of node:http, got ",
      );
    }
  });

  it("takes nothing from a polluted Object.prototype", async () => {
    const prototype = Object.prototype as Record<string, unknown>;
    const evil = { status: 503, statusText: "evil", start: 1, cache: "evil" };
    const response = new FakeResponse();
    try {
      Object.assign(prototype, evil);
      nodeHandler(() => new Response("fine"))(fakeRequest(), response);
      await response.over;
      nodeHandler(() => Promise.reject())(
        fakeRequest({ method: "TRACE" }),
        response,
      );
    } finally {
      for (const name of Object.keys(evil)) delete prototype[name];
    }
    assertEquals(response.text, "fine");
  });
});
