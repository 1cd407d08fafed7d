/**
 * What the series of all kinds share.
 *
 * @module
 */
import { StaleThreadError } from "../base/errors.ts";
import type { Series } from "./core.ts";
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
    this.bind(publication);
  }

  withdraw(): void {
    this.#publication = undefined;
    this.unbind();
  }

  /** Forgets what this thread has counted. */
  abstract restart(): void;

  /** Finds the writers, and puts what was counted so far into their buckets, which are new. */
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

  /** Puts the series into shared memory again. */
  protected bindAgain(): void {
    if (this.#publication !== undefined) this.bind(this.#publication);
  }
}
