/** Answers requests. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** With one of these in it, what follows would be taken for the path, or what stands before it for a name. */
const NOT_IN_A_HOST = /[\s/?#@\\]/;

/**
 * Whether a Host header can only be a host: `x/metrics?` with the path `/nothing` would become the address
 * `http://x/metrics?/nothing`, so that the client chose the path where a proxy has let another one pass.
 */
export function isHost(header: string): boolean {
  return !NOT_IN_A_HOST.test(header);
}

/** Whether the address of a request is one. Deno and Bun ask the handler even where the Host header is none. */
function hasAddress({ url, headers }: Request): boolean {
  return isHost(headers.get("host") ?? "") && URL.canParse(url);
}

/** The handler, for requests that have an address; all others are refused before it sees them. */
export function withAddress(handler: Handler): Handler {
  return (request) =>
    hasAddress(request) ? handler(request) : new Response("Host must be a host\n", { status: 400 });
}
