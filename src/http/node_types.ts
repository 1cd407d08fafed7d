/**
 * What is used of the requests and responses of `node:http`, as types: the package then needs no
 * types of Node, and everything that has these members will do.
 *
 * @module
 */

/**
 * A request: Node's `IncomingMessage` and `Http2ServerRequest`, the request of Express, or the
 * `request.raw` of Fastify.
 */
export interface NodeRequest {
  /** The method, in upper case. */
  readonly method?: string | undefined;
  /** The target: a path with its query. A router may have taken the path of its mount away. */
  readonly url?: string | undefined;
  /** The whole target, if the router changed `url`. */
  readonly originalUrl?: string | undefined;
  /** The headers, by their names in lower case. */
  readonly headers: Readonly<
    Record<string, string | readonly string[] | undefined>
  >;
}

/**
 * A response: Node's `ServerResponse` and `Http2ServerResponse`, the response of Express, or the
 * `reply.raw` of Fastify.
 */
export interface NodeResponse {
  /** The status that the headers will have. */
  statusCode: number;
  /** Whether the headers were sent. */
  readonly headersSent: boolean;
  /** Whether `end()` was called. */
  readonly writableEnded: boolean;
  /** Whether the connection is gone. A response of HTTP/2 tells that by its stream. */
  readonly destroyed?: boolean;
  /** The stream of a response of HTTP/2. */
  readonly stream?: NodeResponseStream | undefined;
  /** The value that a header will have. */
  getHeader(name: string): unknown;
  /** Sets a header. */
  setHeader(name: string, value: string | string[]): unknown;
  /** Takes a header back. */
  removeHeader(name: string): unknown;
  /** Sends a part of the body. Returns false if more should wait for the event `drain`. */
  write(chunk: Uint8Array): boolean;
  /** Ends the response. */
  end(): unknown;
  /** Ends the response before its end, so that the client sees that it is incomplete. */
  destroy(error?: Error): unknown;
  /** Listens to an event. */
  on(event: "drain" | "close" | "error", listener: () => void): unknown;
}

/** The stream of a response of HTTP/2: Node's `ServerHttp2Stream`. */
export interface NodeResponseStream {
  /** Whether the stream is gone. */
  readonly destroyed: boolean;
  /** Listens to the end of a stream that the client has reset. */
  on(event: "aborted", listener: () => void): unknown;
}

/**
 * A handler of `node:http`. It returns before the response is sent, and throws a `TypeError` only
 * if its arguments are no request and no response.
 */
export type NodeHandler = (
  request: NodeRequest,
  response: NodeResponse,
) => void;
