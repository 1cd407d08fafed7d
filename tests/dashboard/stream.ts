/**
 * A page without a browser: reads a handler's stream with the page's own model.
 *
 * @module
 */
import { Model } from "../../src/dashboard/shared/model.ts";
import type { DeltaMessage, FullMessage } from "../../src/dashboard/shared/protocol.ts";

/** What answers requests. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** One message. */
export type Message =
  | {
    readonly event: "full";
    readonly data: FullMessage;
    readonly size: number;
  }
  | {
    readonly event: "delta";
    readonly data: DeltaMessage;
    readonly size: number;
  };

/** Where the handlers of these tests are. */
export const SITE = "http://localhost/live";

/** Asks a handler. */
export function ask(
  handler: Handler,
  path = "/",
  init: RequestInit = {},
): Response | Promise<Response> {
  return handler(new Request(`${SITE}${path}`, init));
}

/** A stream that is being read. */
export class Stream implements AsyncDisposable {
  /** What the page would know. */
  model!: Model;
  readonly #reader: ReadableStreamDefaultReader<string>;
  /** A server would keep the program alive; the dashboard's own timer does not. */
  readonly #alive = setInterval(() => {}, 1000);
  #rest = "";
  #messages: string[] = [];

  private constructor(response: Response) {
    this.#reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Opens it, and reads the first message. */
  static async open(handler: Handler, query = ""): Promise<Stream> {
    const response = await ask(handler, `/events?${query}`);
    if (response.status !== 200) {
      throw new Error(`The stream was answered with ${response.status}`);
    }
    const stream = new Stream(response);
    await stream.next();
    return stream;
  }

  /** The next message. */
  async next(): Promise<Message> {
    for (;;) {
      const text = this.#messages.shift();
      if (text === undefined) {
        const { done, value } = await this.#reader.read();
        if (done) throw new Error("The stream has ended");
        const parts = (this.#rest + value).split("\n\n");
        this.#rest = parts.pop()!;
        this.#messages.push(...parts);
        continue;
      }
      const event = /^event: (.*)$/m.exec(text)?.[1];
      if (event === undefined) continue;
      const data = JSON.parse(/^data: (.*)$/m.exec(text)![1]);
      if (event === "full") this.model = new Model(data);
      else this.model.apply(data);
      return { event: event as "full", data, size: text.length + 2 };
    }
  }

  /**
   * Reads until something holds.
   *
   * @throws {Error} When it does not within so many messages.
   */
  async until(holds: (model: Model) => boolean, most = 100): Promise<Model> {
    for (let n = 0; n < most; n++) {
      if (holds(this.model)) return this.model;
      await this.next();
    }
    throw new Error("What was waited for has not come");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#alive);
    await this.#reader.cancel().catch(() => {});
  }
}
