/**
 * One of the servers: `server.ts INSTRUMENTS`. The runtime's own server, with a route that answers
 * with a little JSON. Prints its port, and runs until it is ended.
 *
 * @module
 */

import { createServer } from "node:http";
import process from "node:process";
import { type Instruments, instruments } from "./instruments.ts";

const note = await instruments[process.argv[2] as Instruments]();
const items = Array.from({ length: 16 }, (_, n) => ({ id: n, name: `item ${n}`, price: n * 1.5 }));

/** The work of a request without its metrics. */
function answer(path: string): { readonly status: number; readonly body: string } {
  const item = items[Number(path.slice(path.lastIndexOf("/") + 1))];
  if (item === undefined) return { status: 404, body: "{}" };
  return { status: 200, body: JSON.stringify(item) };
}

function handle(method: string, path: string): { readonly status: number; readonly body: string } {
  if (note === undefined) return answer(path);
  const start = performance.now();
  const made = answer(path);
  const { status, body } = made;
  const text = status === 200 ? "200" : "404";
  note(
    { method, route: "/items/:id", status: text },
    (performance.now() - start) / 1000,
    body.length,
  );
  return made;
}

const headers = { "content-type": "application/json" };

interface Native {
  serve(options: object, handler?: (request: Request) => Response): { readonly port?: number };
}

function respond(request: Request): Response {
  const { url, method } = request;
  const { status, body } = handle(method, url.slice(url.indexOf("/", 8)));
  return new Response(body, { status, headers });
}

const { Bun: bun, Deno: deno } = globalThis as { Bun?: Native; Deno?: Native };
if (bun !== undefined) {
  console.log(bun.serve({ port: 0, hostname: "127.0.0.1", fetch: respond }).port);
} else if (deno !== undefined) {
  const onListen = ({ port }: { port: number }) => console.log(port);
  deno.serve({ port: 0, hostname: "127.0.0.1", onListen }, respond);
} else {
  const server = createServer(({ method = "GET", url = "/" }, response) => {
    const { status, body } = handle(method, url);
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
}
