/**
 * The bodies of a handler's responses. Each body holds a snapshot until its client has received
 * all of it.
 *
 * Guarantee: the number of snapshots held at a time is bounded, whatever clients and servers do. A
 * response is pending until its body ends, fails or is cancelled. Two kinds of responses would stay
 * pending forever:
 *
 * - The body was dropped and nobody reads it. The list refers to bodies weakly, so the garbage
 *   collector frees the body and its snapshot.
 * - The client keeps its connection but reads nothing. Once the response has reached its maximum
 *   age, a new response may replace it; its body then fails.
 *
 * @module
 */
import { copyOwnProperties } from "../base/options.ts";

/** Bounds of {@linkcode PendingResponses}. */
export interface PendingResponsesOptions {
  /** The maximum number of pending responses. */
  readonly max: number;
  /** The age in seconds from which a pending response may be ended for a new one. */
  readonly maxSeconds: number;
}

interface Entry {
  readonly response: WeakRef<PendingResponse<unknown>>;
  /** In milliseconds of `performance.now()`, a clock that is never set. */
  readonly startedAt: number;
}

/** The pending responses of one handler. */
export class PendingResponses {
  readonly #max: number;
  readonly #maxMs: number;
  /** The oldest one first. */
  readonly #entries = new Set<Entry>();

  constructor({ max, maxSeconds }: PendingResponsesOptions) {
    this.#max = max;
    this.#maxMs = maxSeconds * 1000;
  }

  /**
   * Makes room for another response, if possible.
   *
   * @returns 0 if there is room; otherwise in how many seconds there will be, at the latest.
   */
  makeRoom(): number {
    const entries = this.#entries;
    if (entries.size < this.#max) return 0;
    for (const entry of entries) {
      if (entry.response.deref() === undefined) entries.delete(entry);
    }
    if (entries.size < this.#max) return 0;
    const [oldest] = entries;
    const remaining = oldest.startedAt + this.#maxMs - performance.now();
    if (remaining > 0) return Math.ceil(remaining / 1000);
    entries.delete(oldest);
    oldest.response.deref()?.fail();
    return 0;
  }

  /** Makes the body of a response. It makes each chunk when the client asks for it. */
  stream<Chunk>(chunks: AsyncGenerator<Chunk>): ReadableStream<Chunk> {
    const response = new PendingResponse(chunks, () => this.#entries.delete(entry));
    const entry: Entry = { response: new WeakRef(response), startedAt: performance.now() };
    this.#entries.add(entry);
    // These functions keep the response alive for as long as the stream is.
    const source: UnderlyingDefaultSource<Chunk> = {
      start: (controller) => response.start(controller),
      pull: () => response.pull(),
      cancel: () => response.end(),
    };
    return new ReadableStream(copyOwnProperties(source), copyOwnProperties({ highWaterMark: 0 }));
  }
}

/** The source of a stream. Its generator holds a snapshot, and releases it when it returns. */
class PendingResponse<Chunk> {
  readonly #chunks: AsyncGenerator<Chunk>;
  readonly #onEnd: () => void;
  #controller: ReadableStreamDefaultController<Chunk> | undefined;
  #hasEnded = false;

  constructor(chunks: AsyncGenerator<Chunk>, onEnd: () => void) {
    this.#chunks = chunks;
    this.#onEnd = onEnd;
  }

  start(controller: ReadableStreamDefaultController<Chunk>): void {
    this.#controller = controller;
  }

  async pull(): Promise<void> {
    try {
      const { done, value } = await this.#chunks.next();
      if (this.#hasEnded) return;
      if (!done) return this.#controller!.enqueue(value);
      await this.end();
      this.#controller!.close();
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Releases the snapshot. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#onEnd();
    await this.#chunks.return(undefined);
  }

  /** Ends the response with an error, so that the client sees that it is incomplete. */
  fail(): void {
    this.end().catch(() => {});
    this.#controller!.error(
      new Error("Cannot send the metrics: the client must take them in time, got another request"),
    );
  }
}
