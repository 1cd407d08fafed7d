/**
 * Clients that leave a response as it comes, or as it does not come.
 *
 * @module
 */
import { type IncomingHttpHeaders, request as send } from "node:http";
import { connect, type Socket } from "node:net";

/** A response whose body is as it was sent. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Sends a request, and decodes nothing of the response. */
export function requestRaw(
  url: string,
  { method = "GET", headers = {} }: {
    method?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers, agent: false }, (response) => {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      response.on(
        "data",
        (chunk: Uint8Array<ArrayBuffer>) => chunks.push(chunk),
      );
      response.on("error", reject);
      response.on("end", async () => {
        const body = new Uint8Array(await new Blob(chunks).arrayBuffer());
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body,
        });
      });
    });
    request.on("error", reject).end();
  });
}

/** The text of a response, decoded as its headers say. */
export async function textOf({ headers, body }: RawResponse): Promise<string> {
  const coding = headers["content-encoding"];
  if (coding === undefined) return new TextDecoder().decode(body);
  const decoder = new DecompressionStream(coding as CompressionFormat);
  return await new Response(new Blob([body]).stream().pipeThrough(decoder))
    .text();
}

/** Sends a request, and reads nothing of the response. */
export function stall(
  port: number,
  { path = "/", headers = "" }: { path?: string; headers?: string } = {},
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`,
        () => resolve(socket),
      );
    });
    socket.on("error", reject).pause();
  });
}
