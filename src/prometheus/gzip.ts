/**
 * Compresses the body of a response at the pace of its client.
 *
 * `body.pipeThrough(new CompressionStream("gzip"))` does the same in all runtimes but Node 22.
 * There it takes all of the body at once, however slow the client is, and when the client
 * disconnects, its `CompressionStream` throws an error that nobody can catch. So here the stream is
 * fed by hand, and never cancelled.
 *
 * @module
 */
import { copyOwnProperties } from "../base/options.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The compressed body. It takes a chunk of the body only when the client waits for one. */
export function gzip(body: ReadableStream<Bytes>): ReadableStream<Bytes> {
  let gzipper: Gzipper | undefined;
  const source: UnderlyingDefaultSource<Bytes> = {
    pull: async (controller) => {
      // Not before: nobody may ever read a response.
      gzipper ??= new Gzipper(body);
      const chunk = await gzipper.next();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: (reason) => gzipper === undefined ? body.cancel(reason) : gzipper.cancel(reason),
  };
  return new ReadableStream(copyOwnProperties(source), copyOwnProperties({ highWaterMark: 0 }));
}

/** Feeds a `CompressionStream`. */
class Gzipper {
  readonly #body: ReadableStreamDefaultReader<Bytes>;
  readonly #input: WritableStreamDefaultWriter<Bytes>;
  readonly #output: ReadableStreamDefaultReader<Bytes>;
  /** The next chunk of the output, which is being waited for. */
  #next: Promise<ReadableStreamReadResult<Bytes>>;
  /** One chunk on its way from the body to the input; resolves to whether there are more. */
  #feeding: Promise<boolean> | undefined = undefined;
  #isFed = false;

  constructor(body: ReadableStream<Bytes>) {
    const { readable, writable } = new CompressionStream("gzip");
    this.#body = body.getReader();
    this.#input = writable.getWriter() as WritableStreamDefaultWriter<Bytes>;
    this.#output = readable.getReader() as ReadableStreamDefaultReader<Bytes>;
    this.#next = this.#output.read();
  }

  /** The next chunk of the output; `undefined` at the end. Rejects if the body fails. */
  async next(): Promise<Bytes | undefined> {
    try {
      const { done, value } = await this.#wait();
      if (done) return undefined;
      this.#next = this.#output.read();
      return value;
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  /** Ends the body. */
  async cancel(reason: unknown): Promise<void> {
    this.#finish();
    await this.#body.cancel(reason);
  }

  /** Feeds until there is output. */
  async #wait(): Promise<ReadableStreamReadResult<Bytes>> {
    while (!this.#isFed) {
      this.#feeding ??= this.#feed();
      const first = await Promise.race([this.#next, this.#feeding]);
      if (typeof first === "object") return first;
      this.#feeding = undefined;
      this.#isFed = !first;
    }
    return await this.#next;
  }

  async #feed(): Promise<boolean> {
    const { done, value } = await this.#body.read();
    if (done) await this.#input.close();
    else await this.#input.write(value);
    return !done;
  }

  /** Lets the `CompressionStream` come to its end, and drops what it still gives. */
  #finish(): void {
    const ignore = () => {};
    this.#feeding?.catch(ignore);
    this.#input.close().catch(ignore);
    const drain = async () => {
      let { done } = await this.#next;
      while (!done) ({ done } = await this.#output.read());
    };
    drain().catch(ignore);
  }
}
