/**
 * The stream of events: opened, read, lost, tried again.
 *
 * Not by `EventSource`, which tells no status: a page that may not read has to know that.
 *
 * @module
 */

import { elapsed } from "./elapsed.ts";

/** How it stands. */
export type ConnectionState = "connecting" | "live" | "lost" | "refused" | "crowded";

/** Waits before each next try, in milliseconds. */
const WAITS: readonly number[] = [1000, 2000, 5000, 10_000];
/** So long after too many pages looked. */
const CROWDED_MS = 30_000;
/** So many intervals without a message mean that the connection is lost. */
const LOST_INTERVALS = 5;

/** What a connection calls back. */
export interface Listener {
  message(event: string, data: unknown): void;
  /** Something else than a message has come about. */
  changed(): void;
}

/** What answers requests, as `fetch` does. */
export type Ask = (address: string, init?: RequestInit) => Promise<Response>;

/** How requests are made. */
export interface Asking {
  readonly headers?: HeadersInit;
  readonly ask?: Ask;
}

/** One stream at a time. */
export class Connection {
  state: ConnectionState = "connecting";
  /** When the next try is, by the page's own clock. */
  retryAt = 0;
  /** Why it was refused, as the server says it. */
  reason = "";
  #every = 1000;
  #heardAt = elapsed();
  #query = "";
  #tries = 0;
  #attempt: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listener: Listener;
  readonly #base: string;
  readonly #headers: HeadersInit;
  readonly #ask: Ask;

  /**
   * `base`: address of the page, with a slash at its end; empty: the document's own. `ask` is asked
   * in place of `fetch`.
   */
  constructor(listener: Listener, base = "", { headers = {}, ask = fetch }: Asking = {}) {
    this.#listener = listener;
    this.#base = base;
    this.#headers = headers;
    this.#ask = ask;
  }

  /** How long nothing has come, in milliseconds. */
  get silence(): number {
    return elapsed() - this.#heardAt;
  }

  /** Whether something should have come by now. */
  get isStale(): boolean {
    return this.state === "live" && this.silence > 2.5 * this.#every;
  }

  /** Whether it was closed, as nobody looked. */
  get isClosed(): boolean {
    return this.#attempt === undefined && this.state !== "refused";
  }

  /** Opens the stream with a query, in place of the one before. */
  open(query: string): void {
    this.#query = query;
    if (this.state !== "refused") this.retry();
  }

  /** Tries at once. */
  retry(): void {
    clearTimeout(this.#timer);
    this.#attempt?.abort();
    const attempt = this.#attempt = new AbortController();
    this.#heardAt = elapsed();
    this.#read(attempt).then(
      () => this.#lose(attempt),
      () => this.#lose(attempt),
    );
  }

  /** Closes the stream: nobody looks. */
  close(): void {
    clearTimeout(this.#timer);
    this.#attempt?.abort();
    this.#attempt = undefined;
  }

  /** To be called now and then: a connection that died without a word is lost, too. */
  check(): void {
    const limit = Math.max(LOST_INTERVALS * this.#every, this.state === "connecting" ? 5000 : 0);
    if (this.#attempt && this.state !== "refused" && this.silence > limit && !this.#isWaiting) {
      const attempt = this.#attempt;
      attempt.abort();
      this.#lose(attempt);
    }
  }

  get #isWaiting(): boolean {
    return this.retryAt > elapsed();
  }

  async #read(attempt: AbortController): Promise<void> {
    // Not as a method: browsers want `fetch` without an object.
    const ask = this.#ask;
    const response = await ask(`${this.#base}events?${this.#query}`, {
      headers: this.#headers,
      signal: attempt.signal,
      cache: "no-store",
      credentials: "same-origin",
    });
    if (!response.ok || response.body === null) {
      const words = (await response.text()).trim().slice(0, 200);
      if (this.#attempt !== attempt) return;
      this.reason = words;
      if (response.status === 401 || response.status === 403) this.state = "refused";
      else if (response.status === 503) this.state = "crowded";
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#attempt !== attempt) return;
      this.#heardAt = elapsed();
      const messages = (rest + value).split("\n\n");
      rest = messages.pop()!;
      for (const message of messages) this.#take(message);
    }
  }

  #take(message: string): void {
    const event = /^event: (.*)$/m.exec(message)?.[1];
    const data = /^data: (.*)$/m.exec(message)?.[1];
    if (event === undefined || data === undefined) return;
    const content = JSON.parse(data);
    if (event === "full") this.#every = content.every;
    this.state = "live";
    this.#tries = 0;
    this.retryAt = 0;
    this.#listener.message(event, content);
  }

  #lose(attempt: AbortController): void {
    if (this.#attempt !== attempt) return;
    if (this.state === "refused") {
      this.#attempt = undefined;
      this.#listener.changed();
      return;
    }
    const wait = this.state === "crowded"
      ? CROWDED_MS
      : WAITS[Math.min(this.#tries++, WAITS.length - 1)];
    if (this.state !== "crowded") this.state = "lost";
    this.retryAt = elapsed() + wait;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.state === "crowded") this.state = "lost";
      this.retry();
    }, wait);
    this.#listener.changed();
  }
}
