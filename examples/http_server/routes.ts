import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { HistogramWriter } from "../../mod.ts";
import type { ServerThread } from "./metrics.ts";

const MAX_ROUNDS = 1_000_000;
const MAX_DELAY_MS = 60_000;

type Route = (request: Request, url: URL) => Response | Promise<Response>;

/** What the server has to offer. In each worker, with the thread that the worker counts as. */
export class Routes {
  readonly #bodySize: HistogramWriter;
  readonly #routes: ReadonlyMap<string, { readonly method: "GET" | "POST"; readonly run: Route }>;

  constructor(thread: ServerThread, { crash }: { crash: boolean }) {
    this.#bodySize = thread.metrics.httpRequestBodySize;
    this.#routes = new Map([
      ["/", { method: "GET", run: () => text(200, `Hello from ${thread.name}\n`) }],
      ["/hash", { method: "GET", run: hash }],
      ["/sleep", { method: "GET", run: sleep }],
      ["/echo", { method: "POST", run: this.#echo }],
      ...(crash ? [["/crash", { method: "GET", run: die }] as const] : []),
    ]);
  }

  /** Answers a request. */
  async answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const route = this.#routes.get(url.pathname);
    if (!route) return text(404, "There is nothing here\n");
    const isHead = request.method === "HEAD" && route.method === "GET";
    if (request.method !== route.method && !isHead) {
      const allow = route.method === "GET" ? "GET, HEAD" : route.method;
      return text(405, `Only ${allow} is possible here\n`, { allow });
    }
    const response = await route.run(request, url);
    return isHead ? await headOf(response) : response;
  }

  readonly #echo: Route = async (request) => {
    const body = await request.arrayBuffer();
    this.#bodySize.record(body.byteLength);
    const type = request.headers.get("content-type") ?? "application/octet-stream";
    return new Response(body, { headers: { "content-type": type } });
  };
}

/** What HEAD is answered where GET has that answer: the same length, and no body. */
async function headOf(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  headers.set("content-length", String((await response.arrayBuffer()).byteLength));
  return new Response(null, { status: response.status, headers });
}

/** An answer in words. */
export function text(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/** Busy work: the hash of the hash of the hash, `?n=` times. */
function hash(_: Request, { searchParams }: URL): Response {
  const rounds = wholeNumber(searchParams.get("n") ?? "1000", MAX_ROUNDS);
  if (rounds === undefined) return text(400, `n must be a number up to ${MAX_ROUNDS}\n`);
  let digest: Uint8Array = new Uint8Array(32);
  for (let i = 0; i < rounds; i++) digest = createHash("sha256").update(digest).digest();
  return text(200, `${Buffer.from(digest).toString("hex")}\n`);
}

/** Waiting, as for a database: the worker has others in hand meanwhile. */
async function sleep(_: Request, { searchParams }: URL): Promise<Response> {
  const ms = wholeNumber(searchParams.get("ms") ?? "100", MAX_DELAY_MS);
  if (ms === undefined) return text(400, `ms must be a number up to ${MAX_DELAY_MS}\n`);
  await delay(ms);
  return text(200, "Awake\n");
}

/** An exception outside of any handler: nobody catches it, and the worker dies with all that it has in hand. */
function die(): Promise<Response> {
  setTimeout(() => {
    throw new Error("GET /crash");
  });
  return new Promise(() => {});
}

function wholeNumber(text: string, most: number): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return number <= most ? number : undefined;
}
