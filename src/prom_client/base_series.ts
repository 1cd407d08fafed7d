/**
 * What the series of all kinds share.
 *
 * @module
 */
import { StaleThreadError } from "../base/errors.ts";
import type { Series } from "./core.ts";
import { warnOnce } from "./memory.ts";
import { type Publication, seriesText } from "./publication.ts";
import { SeriesTexts } from "./text.ts";
import type { Labels } from "./types.ts";

/**
 * A series that keeps what this thread has counted in private memory, and puts it into shared
 * memory as well. So nothing is lost when there is no room there, when the metric is taken back, or
 * when the thread was fenced.
 */
export abstract class BaseSeries implements Series {
  readonly texts: SeriesTexts;
  isLive = true;
  child: object | undefined = undefined;
  #text: string | undefined = undefined;
  #publication: Publication | undefined = undefined;

  constructor(labels: Labels) {
    this.texts = new SeriesTexts(labels);
  }

  get text(): string {
    return this.#text ??= seriesText(this.texts.labels);
  }

  abstract readonly isShared: boolean;

  publish(publication: Publication): void {
    this.#publication = publication;
    this.bindAgain();
  }

  withdraw(): void {
    this.#publication = undefined;
    this.unbind();
  }

  /** Forgets what this thread has counted. */
  abstract restart(): void;

  /** Destroys the series' buckets. */
  abstract release(publication: Publication): void;

  /**
   * Finds the writers, and puts what was counted so far into their buckets, which are new.
   *
   * @throws {RangeError} When another thread resets the series meanwhile, or the memory is full.
   */
  protected abstract bind(publication: Publication): void;

  /** Forgets the writers. */
  protected abstract unbind(): void;

  /**
   * After an update of shared memory that was refused.
   *
   * @returns Whether another thread has reset the series, so that it begins again with this update.
   */
  protected wasReset(error: unknown): boolean {
    const publication = this.#publication;
    this.unbind();
    // Fenced, or ending: nobody would count it any more.
    return publication !== undefined && !publication.hasEnded &&
      !(error instanceof StaleThreadError);
  }

  /** Puts the series into shared memory, again if need be. */
  protected bindAgain(): void {
    const publication = this.#publication;
    if (publication === undefined) return;
    for (let tried = 1;; tried++) {
      try {
        this.bind(publication);
        return;
      } catch (error) {
        this.unbind();
        // What was put there before another thread reset the rest must not be put there twice.
        this.release(publication);
        if (error instanceof StaleThreadError) return;
        if (tried === TRIES) return warnOnce(error);
      }
    }
  }
}

/** How often a series is published while other threads reset it. */
const TRIES = 8;
