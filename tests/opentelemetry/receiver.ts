/**
 * A stand-in for a collector: receives OTLP/HTTP requests on loopback, and keeps them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { decode, type Request } from "./otlp.ts";

/** A running receiver. */
export interface Receiver extends AsyncDisposable {
  /** Its address: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The requests to a path so far. */
  at(path: string): readonly Request[];
  /** Waits until the requests to a path meet a condition. */
  until(
    path: string,
    isEnough: (requests: readonly Request[]) => boolean,
  ): Promise<void>;
}

/** Starts a receiver on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const requests = new Map<string, Request[]>();
  const errors: unknown[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    try {
      const { method, url = "", headers } = request;
      if (
        method !== "POST" ||
        headers["content-type"] !== "application/x-protobuf"
      ) {
        throw new Error(
          `A ${method} of ${headers["content-type"]} is no OTLP/HTTP in protobuf`,
        );
      }
      const decoded = decode(await bodyOf(request));
      requests.set(url, [...requests.get(url) ?? [], decoded]);
      // The encoding of a response without fields is empty.
      response.writeHead(200, { "content-type": "application/x-protobuf" })
        .end();
    } catch (error) {
      errors.push(error);
      response.writeHead(400).end();
    }
    for (const look of [...waiting]) look();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const at = (path: string): readonly Request[] => {
    if (errors.length > 0) throw errors[0];
    return requests.get(path) ?? [];
  };
  return {
    url: `http://127.0.0.1:${port}`,
    at,
    until(path, isEnough) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        try {
          if (!isEnough(at(path))) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        waiting.delete(look);
      };
      waiting.add(look);
      look();
      return promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
}
