/**
 * From handlers of `Request` and `Response` to handlers of `node:http`.
 *
 * Guarantees, whatever clients and other handlers do:
 *
 * - Nothing is thrown and no promise rejects, unless the arguments are none of `node:http`. An
 *   error of the handler gives status 500, or cuts the
 *   connection if a part of the body was sent already.
 * - No chunk of the body is made before the connection has taken the one before it.
 * - The body is cancelled when the client leaves or when something else ends the response.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { copyOwnProperties } from "../base/options.ts";
import { hasMethod, isPlain, lookAt } from "../base/shapes.ts";
import type { NodeHandler, NodeRequest, NodeResponse } from "./node_types.ts";
import { targetOf } from "./request_target.ts";
import { textResponse } from "./text_response.ts";

const ACTION = "answer a request";

/** Methods that no `Request` can have. */
const FORBIDDEN_METHODS: readonly string[] = ["CONNECT", "TRACE", "TRACK"];

/**
 * Makes a handler of `node:http` from one that reads only: bodies of requests are left out.
 *
 * Headers that other handlers have set stay, unless the response has its own of that name. `Vary`
 * and `Set-Cookie` are added to those that are there.
 */
export function nodeHandler(
  handler: (request: Request) => Response | Promise<Response>,
): NodeHandler {
  return (message, to) => {
    if (!isPlain(lookAt(() => message.headers))) {
      throw new TypeError(cannot(ACTION, "it needs a request of node:http", message));
    }
    if (!hasMethod(to, "setHeader") || !hasMethod(to, "on")) {
      throw new TypeError(cannot(ACTION, "it needs a response of node:http", to));
    }
    // Something else has answered. Without room for an answer, nothing should be made.
    if (isOver(to)) return;
    const sending = new Sending(to);
    sending.run(message, handler).catch((error) => sending.fail(error));
  };
}

/** The text of a response to an error. The error itself may be none of the client's business. */
const FAILURE = "The server failed, and its log says why";

/** One response on its way to the client. */
class Sending {
  readonly #to: NodeResponse;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Whether the client has left. */
  #isClosed = false;
  #hasFailed = false;
  /** Ends the wait for the client. */
  #resume = () => {};

  constructor(to: NodeResponse) {
    this.#to = to;
    // One listener for the whole response: the middleware `compression` passes listeners of `drain`
    // on to a stream of its own, from which they could not be taken off again.
    to.on("drain", () => this.#resume());
    to.on("close", () => this.#close());
    // An event `error` without a listener would end the process.
    to.on("error", () => this.#close());
    // Without an event of the response, if the client resets the stream with the code of no error.
    to.stream?.on("aborted", () => {
      this.#close();
      to.destroy();
    });
  }

  async run(
    message: NodeRequest,
    handler: (request: Request) => Response | Promise<Response>,
  ): Promise<void> {
    const request = toRequest(message);
    const response = request instanceof Response ? request : await handler(request);
    await this.#send(response);
  }

  /** Answers the first error, as far as the response is not on its way. */
  fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#cancel();
    // A client that has left needs no answer.
    if (this.#isOver()) return;
    console.error(error);
    if (this.#to.headersSent) {
      this.#cut();
      return;
    }
    try {
      setHead(this.#to, textResponse(500, FAILURE));
      this.#to.write(new TextEncoder().encode(`${FAILURE}\n`));
      this.#to.end();
    } catch {
      // Something else has made the response its own.
      this.#cut();
    }
  }

  /** Ends the response so that the client sees that it is incomplete. */
  #cut(): void {
    // In HTTP/2, a stream that is destroyed without an error ends as if it were complete. In
    // HTTP/1, the error would be an event of the server.
    this.#to.destroy(this.#to.stream && new Error("The response is incomplete"));
  }

  async #send(response: Response): Promise<void> {
    const to = this.#to;
    if (this.#isOver()) {
      await response.body?.cancel();
      return;
    }
    if (response.body !== null) {
      this.#reader = response.body.getReader();
      // Not only when the next chunk is read: while a client takes nothing, none is.
      this.#reader.closed.catch((error) => this.fail(error));
    }
    setHead(to, response);
    for (;;) {
      const { done = true, value } = await this.#reader?.read() ?? {};
      if (this.#isOver()) return this.#cancel();
      if (done) break;
      if (!to.write(value!) && !this.#isOver()) {
        await new Promise<void>((resolve) => this.#resume = resolve);
      }
      // Asked once more: the wait also ends when the client leaves.
      if (this.#isOver()) return this.#cancel();
    }
    to.end();
  }

  #isOver(): boolean {
    return this.#isClosed || isOver(this.#to);
  }

  #close(): void {
    this.#isClosed = true;
    // At once, and not after the next chunk: a page that is closed may wait long for that.
    this.#cancel();
    this.#resume();
  }

  #cancel(): void {
    this.#reader?.cancel().catch(() => {});
  }
}

/** Whether nobody takes what would be written. */
function isOver(to: NodeResponse): boolean {
  return to.writableEnded || to.destroyed === true ||
    to.stream?.destroyed === true;
}

/** The request as a `Request`; a response if there can be none. */
function toRequest(message: NodeRequest): Request | Response {
  const { method = "GET", url = "/", originalUrl = url } = message;
  if (FORBIDDEN_METHODS.includes(method)) {
    return textResponse(405, "Only GET and HEAD are allowed", {
      allow: "GET, HEAD",
    });
  }
  // A router that takes the path of its mount away keeps the whole one in `originalUrl`. A query
  // may have been changed before, so it is that of `url`.
  const { path } = targetOf(originalUrl);
  const { query } = targetOf(url);
  try {
    const headers = new Headers();
    for (const [name, value] of Object.entries(message.headers)) {
      if (value !== undefined && !name.startsWith(":")) {
        headers.set(name, String(value));
      }
    }
    // In HTTP/2 the host has a name of its own.
    const authority = message.headers[":authority"];
    if (authority !== undefined && !headers.has("host")) {
      headers.set("host", String(authority));
    }
    // The host of the URL is always the same: `Host` may be invalid. Who checks hosts reads that.
    const target = `http://localhost${path.startsWith("/") ? path : "/"}${query && `?${query}`}`;
    return new Request(target, copyOwnProperties({ method, headers }));
  } catch {
    return textResponse(400, "This is no request that can be answered");
  }
}

/** Sets the status and the headers. They are sent with the first chunk, or at the end. */
function setHead(to: NodeResponse, { status, headers }: Response): void {
  to.statusCode = status;
  // They would describe a body that another handler meant to send.
  for (const name of ["content-length", "content-encoding"]) {
    if (!headers.has(name)) to.removeHeader(name);
  }
  for (const [name, value] of headers) {
    if (name === "vary") {
      to.setHeader(name, joinVary(listOf(to.getHeader(name)), value));
    } else if (name !== "set-cookie") to.setHeader(name, value);
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) {
    to.setHeader("set-cookie", [
      ...listOf(to.getHeader("set-cookie")),
      ...cookies,
    ]);
  }
}

/** The values of a header that may have been set. */
function listOf(header: unknown): string[] {
  return header === undefined ? [] : [header].flat().map(String);
}

function joinVary(before: readonly string[], added: string): string {
  const names = [...before, added].join().split(",").map((name) => name.trim())
    .filter(Boolean);
  const isNew = (name: string, index: number) =>
    names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) ===
      index;
  return names.includes("*") ? "*" : names.filter(isNew).join(", ");
}
