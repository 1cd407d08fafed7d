/**
 * The bodies of a handler's answers, of which each holds a snapshot until its client has taken it all.
 *
 * Guarantee: at most so many snapshots are held at a time, whatever clients and servers do. An answer is over when its body ends, fails or is
 * cancelled. Two kinds of answers are never over by themselves:
 *
 * - The body was dropped and nobody reads it. The list refers to it weakly, so the garbage collector takes body and snapshot.
 * - The client keeps its connection and takes nothing. Once the answer is too old, a new answer takes its place, and its body fails.
 *
 * @module
 */
import { own } from "../schema/metric_options.ts";

/** Bounds of {@linkcode Answers}. */
export interface AnswersOptions {
  /** How many are under way at most. */
  readonly most: number;
  /** After how many seconds an answer may be ended for a new one. */
  readonly maxSeconds: number;
}

interface Entry {
  readonly answer: WeakRef<Answer<unknown>>;
  /** In milliseconds, by a clock that is never set. */
  readonly begunAt: number;
}

/** The answers that are under way. */
export class Answers {
  readonly #most: number;
  readonly #maxMs: number;
  /** The oldest first. */
  readonly #underWay = new Set<Entry>();

  constructor({ most, maxSeconds }: AnswersOptions) {
    this.#most = most;
    this.#maxMs = maxSeconds * 1000;
  }

  /**
   * Makes room for one answer more, if it can.
   *
   * @returns 0 if there is room, else after how many seconds there will be, at the latest
   */
  makeRoom(): number {
    const underWay = this.#underWay;
    if (underWay.size < this.#most) return 0;
    for (const entry of underWay) {
      if (entry.answer.deref() === undefined) underWay.delete(entry);
    }
    if (underWay.size < this.#most) return 0;
    const [oldest] = underWay;
    const left = oldest.begunAt + this.#maxMs - performance.now();
    if (left > 0) return Math.ceil(left / 1000);
    underWay.delete(oldest);
    oldest.answer.deref()?.fail();
    return 0;
  }

  /** The body of one answer: chunks, each made when it is asked for. */
  stream<Chunk>(chunks: AsyncGenerator<Chunk>): ReadableStream<Chunk> {
    const answer = new Answer(chunks, () => this.#underWay.delete(entry));
    const entry: Entry = { answer: new WeakRef(answer), begunAt: performance.now() };
    this.#underWay.add(entry);
    // These functions hold the answer for as long as somebody holds the stream.
    const source: UnderlyingDefaultSource<Chunk> = {
      start: (controller) => answer.start(controller),
      pull: () => answer.pull(),
      cancel: () => answer.end(),
    };
    return new ReadableStream(own(source), own({ highWaterMark: 0 }));
  }
}

/** What a stream is made from. It holds a snapshot by its generator, which forgets all when it is over. */
class Answer<Chunk> {
  readonly #chunks: AsyncGenerator<Chunk>;
  readonly #onEnd: () => void;
  #controller: ReadableStreamDefaultController<Chunk> | undefined;
  #isOver = false;

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
      if (this.#isOver) return;
      if (!done) return this.#controller!.enqueue(value);
      await this.end();
      this.#controller!.close();
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Gives up the snapshot. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#onEnd();
    await this.#chunks.return(undefined);
  }

  /** The client gets no more. */
  fail(): void {
    this.end().catch(() => {});
    this.#controller!.error(
      new Error("Cannot send the metrics: the client must take them in time, got another request"),
    );
  }
}
