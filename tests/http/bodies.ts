import { until } from "../support/until.ts";

/** A body that never ends by itself, and notes what happens to it. */
export class EndlessBody {
  /** How many chunks were made. */
  chunks = 0;
  isCancelled = false;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;

  #controller: ReadableStreamDefaultController | undefined;

  constructor(chunkBytes = 65_536) {
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: (controller) => {
        this.chunks++;
        controller.enqueue(new Uint8Array(chunkBytes));
      },
      cancel: () => {
        this.isCancelled = true;
      },
    }, { highWaterMark: 0 });
  }

  /**
   * Waits until no more chunks are made, as a client takes none.
   *
   * @returns How many were made
   */
  async untilStill(): Promise<number> {
    let last = -1;
    await until(async () => {
      const before = last;
      last = this.chunks;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return last > 0 && last === before && this.chunks === last;
    });
    return last;
  }

  /** Ends the body with an error. */
  fail(error: Error): void {
    this.#controller!.error(error);
  }
}

/** A body of these parts, which then fails. */
export function failingBody(
  ...parts: readonly string[]
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const rest = [...parts];
  return new ReadableStream({
    pull(controller) {
      const part = rest.shift();
      if (part === undefined) throw new Error("the body failed");
      controller.enqueue(new TextEncoder().encode(part));
    },
  }, { highWaterMark: 0 });
}
