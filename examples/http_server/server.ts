import { readBody } from "./body.ts";
import { Crew } from "./crew.ts";
import { partsOfResponse, type RequestHead, type ResponseParts } from "./messages.ts";
import { stats } from "./metrics.ts";
import { isKnownMethod, RequestMetrics } from "./request_metrics.ts";
import { text } from "./routes.ts";
import { listen } from "./runtime.ts";
import type { Listener, Site } from "./site.ts";

const MAX_BODY_BYTES = 1_000_000;
/** Less than what those who end a process give it before they kill it: Docker 10 s, Kubernetes 30 s. */
const CLOSE_MS = 5000;

/** Options of a {@linkcode Server}. */
export interface ServerOptions {
  /** Where to listen; 0 lets the system choose. */
  readonly port: number;
  readonly workers: number;
  /** Whether `GET /crash` kills the worker that gets it. */
  readonly crash: boolean;
  /** The workers' module; for tests. */
  readonly script?: URL;
  /** How long clients have, at the end, to send what they have begun and to take their answers; for tests. */
  readonly closeMs?: number;
}

/** The main thread's part: it accepts requests, passes them on to the workers, and answers for those that died. */
export class Server {
  readonly #crew: Crew;
  readonly #metrics: RequestMetrics;
  readonly #closeMs: number;
  #listener: Listener | undefined;

  /**
   * Starts the workers, then listens.
   *
   * @throws {Error} If a worker cannot start, or the port is taken
   */
  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    await server.#crew.start(options.workers);
    try {
      server.#listener = await listen(server.#site, options.port);
    } catch (error) {
      await server.#crew.finish();
      throw error;
    }
    return server;
  }

  private constructor({ crash, script, closeMs = CLOSE_MS }: ServerOptions) {
    this.#closeMs = closeMs;
    const thread = stats.registerThread("main");
    this.#metrics = new RequestMetrics(thread);
    this.#crew = new Crew({
      script: script ?? new URL("./worker.ts", import.meta.url),
      crash,
      onDeath(name, reason) {
        thread.metrics.workersDied.add();
        console.error(`serve: ${name} died: ${reason}`);
      },
    });
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#listener!.port}/`;
  }

  /** Answers what has come, then ends; connections that are not done after some seconds are cut off. */
  async close(): Promise<void> {
    const listener = this.#listener!;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, this.#closeMs);
    await Promise.race([listener.close(), late.promise]);
    clearTimeout(timer);
    listener.cut();
    await this.#crew.finish();
  }

  // Scrapes and the live page are answered where the server listens, so that none waits for a worker; and not counted,
  // as they are not what the server is for.
  readonly #site: Site = {
    stats,
    busyWhen: ["httpRequestsInFlight"],
    answer: (head, body) => this.#answer(head, body),
  };

  async #answer(
    head: RequestHead,
    chunks: AsyncIterable<Uint8Array> | null,
  ): Promise<ResponseParts> {
    const start = performance.now();
    const refuse = (status: number, words: string) => {
      this.#metrics.count(head.method, status, start);
      return partsOfResponse(text(status, `${words}\n`));
    };
    if (!isKnownMethod(head.method)) return refuse(501, "This method is not known here");
    let body;
    try {
      body = await readBody(chunks, MAX_BODY_BYTES);
    } catch {
      return refuse(400, "The body ended too early");
    }
    if (!body) return refuse(413, `A body has at most ${MAX_BODY_BYTES} bytes here`);
    if (this.#crew.size === 0) return refuse(503, "There is no worker at the moment");
    return await this.#crew.pass({ ...head, body }) ??
      await refuse(502, "The worker died that had this request");
  }
}
