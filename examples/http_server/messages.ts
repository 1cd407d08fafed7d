/** What a worker is started with. */
export interface WorkerStart {
  /** What it counts as. */
  readonly name: string;
  /** Whether `GET /crash` kills it. */
  readonly crash: boolean;
}

/** What a request asks for. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly [name: string, value: string][];
}

/** A request, as it can be sent to a thread. */
export interface RequestParts extends RequestHead {
  /** Empty where there is none. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A response, as it can be sent back. */
export interface ResponseParts {
  readonly status: number;
  readonly headers: readonly [name: string, value: string][];
  /** Undefined where there is none. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** To a worker: answer a request. */
export interface Order {
  readonly id: number;
  readonly request: RequestParts;
}

/** From a worker: it can begin, or an answer. */
export type Answer = "ready" | { readonly id: number; readonly response: ResponseParts };

/** What a request asks for; leaves its body to be read. */
export function headOfRequest({ method, url, headers }: Request): RequestHead {
  return { method, url, headers: [...headers] };
}

/** The request that the parts are of. */
export function toRequest({ method, url, headers, body }: RequestParts): Request {
  // A GET with a body is possible on the wire, but not as a Request.
  const hasBody = body.byteLength > 0 && method !== "GET" && method !== "HEAD";
  return new Request(url, { method, headers: [...headers], body: hasBody ? body : undefined });
}

/** The parts of a response; reads its body. */
export async function partsOfResponse(response: Response): Promise<ResponseParts> {
  const { status, headers } = response;
  const body = response.body ? new Uint8Array(await response.arrayBuffer()) : undefined;
  return { status, headers: [...headers], body };
}

/** The response that the parts are of. */
export function toResponse({ status, headers, body }: ResponseParts): Response {
  return new Response(body, { status, headers: [...headers] });
}
