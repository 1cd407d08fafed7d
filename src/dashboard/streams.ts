/**
 * The event streams of all pages that look.
 *
 * @module
 */
import { type About, Channel, type StreamQuery } from "./channel.ts";
import type { Sample, Sampler } from "./sampler.ts";

/**
 * A page that has not taken so much of what was sent is dropped; it comes back and gets all anew.
 */
const MOST_UNSENT_BYTES = 1_000_000;

/** One page. */
interface Viewer {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Size of the last `full` message: with long labels that alone may be more than is let wait. */
  fullBytes: number;
}

/** The pages that ask for the same. */
interface Group {
  readonly channel: Channel;
  readonly viewers: Set<Viewer>;
}

/**
 * Opens streams, and sends what samples bring: each message is made once for all who ask for the
 * same.
 */
export class Streams {
  readonly #sampler: Sampler;
  readonly #about: About;
  readonly #groups = new Map<string, Group>();
  readonly #encoder = new TextEncoder();

  constructor(sampler: Sampler, about: About) {
    this.#sampler = sampler;
    this.#about = about;
    sampler.listen((sample) => this.#send(sample));
  }

  /** How many pages look. */
  get count(): number {
    let count = 0;
    for (const { viewers } of this.#groups.values()) count += viewers.size;
    return count;
  }

  /** The stream of one page, which begins with a `full` message. */
  open(query: StreamQuery): ReadableStream<Uint8Array> {
    const key = JSON.stringify(query);
    let viewer: Viewer | undefined;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          viewer = { controller, fullBytes: 0 };
          this.#sampler.hold(viewer);
          // Before the page is one of those that get deltas: it must have all before it has what is
          // new.
          const { sample } = this.#sampler;
          let group = this.#groups.get(key);
          if (group === undefined) {
            group = {
              channel: new Channel(this.#sampler, query, this.#about),
              viewers: new Set(),
            };
            this.#groups.set(key, group);
          }
          group.viewers.add(viewer);
          const full = this.#encode("full", group.channel.full(sample));
          viewer.fullBytes = full.length;
          controller.enqueue(this.#encoder.encode("retry: 2000\n\n"));
          controller.enqueue(full);
        },
        cancel: () => this.#leave(key, viewer!),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_UNSENT_BYTES }),
    );
  }

  #send(sample: Sample): void {
    for (const [key, { channel, viewers }] of this.#groups) {
      const delta = channel.delta(sample);
      const bytes = delta === undefined
        ? this.#encode("full", channel.full(sample))
        : this.#encode("delta", delta);
      for (const viewer of [...viewers]) {
        if (delta === undefined) viewer.fullBytes = bytes.length;
        this.#give(key, viewer, bytes);
      }
    }
  }

  #give(key: string, viewer: Viewer, bytes: Uint8Array): void {
    const { controller } = viewer;
    try {
      if ((controller.desiredSize ?? 0) <= -viewer.fullBytes) {
        controller.error(new Error("the page did not take what was sent"));
        this.#leave(key, viewer);
        return;
      }
      controller.enqueue(bytes);
    } catch {
      // The connection has gone without a word.
      this.#leave(key, viewer);
    }
  }

  #leave(key: string, viewer: Viewer): void {
    const group = this.#groups.get(key);
    group?.viewers.delete(viewer);
    if (group?.viewers.size === 0) this.#groups.delete(key);
    this.#sampler.release(viewer);
  }

  #encode(event: string, message: unknown): Uint8Array {
    return this.#encoder.encode(`event: ${event}\ndata: ${JSON.stringify(message)}\n\n`);
  }
}
