import { listenWithNode } from "./node_http.ts";

/** Answers requests. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** What listens. */
export interface Listener {
  readonly port: number;
  /** Accepts nothing more, and waits until what has come is answered. */
  close(): Promise<void>;
}

/** What is used of Bun's global object. */
interface BunApi {
  serve(options: { port: number; hostname: string; fetch: Handler }): {
    readonly port: number;
    stop(): Promise<void>;
  };
}

const { Deno: deno, Bun: bun } = globalThis as { Deno?: typeof Deno; Bun?: BunApi };
const hostname = "127.0.0.1";

/**
 * Whether the `exit` event of a worker means that the thread has stopped, so that its seat can be given to
 * another at once. On Deno it comes while the thread may still run.
 */
export const EXIT_MEANS_STOPPED: boolean = deno === undefined;

/** Listens on this machine's own address with what the runtime has for it; port 0 lets the system choose. */
export async function listen(handler: Handler, port: number): Promise<Listener> {
  if (deno) {
    const server = deno.serve({ port, hostname, onListen: () => {} }, handler);
    return { port: server.addr.port, close: () => server.shutdown() };
  }
  if (bun) {
    const server = bun.serve({ port, hostname, fetch: handler });
    return { port: server.port, close: () => server.stop() };
  }
  return await listenWithNode(handler, port, hostname);
}
