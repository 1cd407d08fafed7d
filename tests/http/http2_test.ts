import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { dashboardNodeHandler } from "../../src/dashboard/mod.ts";
import { nodeHandler } from "../../src/http/node_handler.ts";
import type { NodeHandler } from "../../src/http/node_types.ts";
import { loggedErrors } from "../support/logged.ts";
import { until } from "../support/until.ts";
import { EndlessBody, failingBody } from "./bodies.ts";
import { keeping } from "../support/keeping.ts";

/** A server and a client of HTTP/2 without TLS. */
async function serve(handler: NodeHandler) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  const { port } = server.address() as AddressInfo;
  const session: ClientHttp2Session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  return {
    session,
    host: `127.0.0.1:${port}`,
    async ask(headers: Record<string, string>) {
      const stream = session.request(headers);
      let head: IncomingHttpHeaders = {};
      let text = "";
      stream.on("response", (given) => head = given);
      stream.setEncoding("utf8").on("data", (data: string) => text += data);
      const isWhole = await new Promise<boolean>((resolve) => {
        let isWhole = false;
        stream.on("end", () => isWhole = true);
        stream.on("error", () => isWhole = false);
        stream.on("close", () => resolve(isWhole && stream.rstCode === 0));
        stream.end();
      });
      return { head, text, isWhole };
    },
    /** Sends a request, and reads nothing of the response. */
    stall(): ClientHttp2Stream {
      const stream = session.request({ ":path": "/" });
      stream.on("error", () => {});
      stream.end();
      return stream;
    },
    async [Symbol.asyncDispose]() {
      session.destroy();
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

describe("nodeHandler() with HTTP/2", () => {
  it("passes on the request, with the host, and passes back the response", () =>
    keeping(async (keep) => {
      const server = keep(
        await serve(
          nodeHandler(({ method, url, headers }) =>
            new Response(
              method === "HEAD"
                ? null
                : `${method} ${url} ${headers.get("host")} ${headers.get("x-one")}`,
              { status: 203, headers: { "x-two": "2" } },
            )
          ),
        ),
      );
      const get = await server.ask({ ":path": "/a?b=c", "x-one": "1" });
      assertEquals([get.head[":status"], get.head["x-two"]], [203, "2"]);
      assertEquals([get.text, get.isWhole], [
        `GET http://localhost/a?b=c ${server.host} 1`,
        true,
      ]);
      const head = await server.ask({ ":path": "/", ":method": "HEAD" });
      assertEquals([head.head[":status"], head.text, head.isWhole], [
        203,
        "",
        true,
      ]);
    }));

  it("answers an error with 500, and resets the stream of a body that fails in its middle", () =>
    keeping(async (keep) => {
      const logged = await loggedErrors(async () => {
        const server = keep(
          await serve(
            nodeHandler(({ url }) =>
              new Response(url.endsWith("/") ? failingBody() : failingBody("x"))
            ),
          ),
        );
        const early = await server.ask({ ":path": "/" });
        assertEquals([early.head[":status"], early.isWhole], [500, true]);
        const late = await server.ask({ ":path": "/late" });
        assertEquals([late.head[":status"], late.isWhole], [200, false]);
      });
      assertEquals(logged.length, 2);
    }));

  // NO_ERROR, which a client may send too, and CANCEL.
  for (const code of [0, 8]) {
    it(`makes no chunk before the client has taken the one before, and stops at a reset with ${code}`, () =>
      keeping(async (keep) => {
        const body = new EndlessBody();
        let isClosed = false;
        const handler = nodeHandler(() => new Response(body.stream));
        const server = keep(
          await serve((request, response) => {
            (response as Http2ServerResponse).on("close", () => isClosed = true);
            handler(request, response);
          }),
        );
        const stream = server.stall();
        const last = await body.untilStill();
        assertLess(last, 1000);
        stream.close(code);
        await until(() => body.isCancelled);
        await until(() => isClosed);
        assert(!server.session.destroyed);
      }));
  }

  it("cancels the body when the whole connection ends", () =>
    keeping(async (keep) => {
      const body = new EndlessBody();
      const server = keep(
        await serve(
          nodeHandler(() => new Response(body.stream)),
        ),
      );
      server.stall();
      await until(() => body.chunks > 0);
      server.session.destroy();
      await until(() => body.isCancelled);
    }));

  it("leaves a response alone whose client has left", () =>
    keeping(async (keep) => {
      let asked = 0;
      let isClosed = false;
      const seen = Promise.withResolvers<() => void>();
      const server = keep(
        await serve((request, response) => {
          const handler = nodeHandler(() => {
            asked++;
            return new Response("late");
          });
          (response as Http2ServerResponse).on("close", () => isClosed = true);
          seen.resolve(() => handler(request, response));
        }),
      );
      const stream = server.stall();
      const late = await seen.promise;
      const closed = new Promise((resolve) => stream.on("close", resolve));
      stream.close(8);
      await closed;
      await until(() => isClosed);
      late();
      await new Promise((resolve) => setTimeout(resolve, 50));
      assertEquals(asked, 0);
    }));

  it("has dashboardNodeHandler() refuse the names of others", () =>
    keeping(async (keep) => {
      const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
      const server = keep(await serve(dashboardNodeHandler(stats)));
      const statusOf = async (headers: Record<string, string>) =>
        Number((await server.ask({ ":path": "/data", ...headers })).head[":status"]);
      assertEquals(await statusOf({}), 200);
      assertEquals(await statusOf({ ":authority": "evil.example" }), 403);
    }));
});
