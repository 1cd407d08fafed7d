/**
 * What the stream tells, as a model of the program: lost and found again, held while the page is
 * paused, closed while nobody sees the page.
 *
 * @module
 */
import { Connection } from "../shared/connection.ts";
import { elapsed } from "../shared/elapsed.ts";
import { Model } from "../shared/model.ts";
import type { DeltaMessage, FullMessage } from "../shared/protocol.ts";
import { on } from "./dom.ts";

/** A page that nobody sees closes its stream after this time. */
const HIDDEN_MS = 10_000;
/** A paused page keeps so many messages; of more it asks for all anew when it goes on. */
const MOST_KEPT = 120;

/** What a feed asks and tells its page. */
interface Reader {
  /** There are new figures, or none any more. */
  render(): void;
  /** A paused page is further behind. */
  status(): void;
}

/** The stream, and what it told. */
export class Feed {
  model: Model | undefined;
  readonly connection: Connection;
  /** When the connection was lost, by the page's own clock. */
  lostAt: number | undefined;
  /** Since when the page is paused, by the same. */
  pausedAt: number | undefined;
  /** When the program that has taken the place of another one began; 0: none has. */
  restartedAt = 0;
  /** The metric of which not all series are here. */
  cutMetric = "";
  readonly #reader: Reader;
  #query = "";
  /** Messages that came while the page was paused; `undefined`: too many. */
  #kept: (() => void)[] | undefined = [];
  /** Whether a paused page waits for the figures of the place that it went to. */
  #isMoving = false;

  constructor(reader: Reader) {
    this.#reader = reader;
    const connection = this.connection = new Connection({
      message: (event, data) => this.#message(event, data),
      changed: () => {
        if (connection.state !== "live" && connection.state !== "connecting") {
          this.lostAt ??= elapsed();
        }
        reader.render();
      },
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    on(document, "visibilitychange", () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => connection.close(), HIDDEN_MS);
      else if (connection.isClosed) connection.retry();
    });
  }

  /** Whether nothing new is shown: the page is paused, or nothing comes. */
  get isStill(): boolean {
    return this.lostAt !== undefined || this.pausedAt !== undefined;
  }

  /** The time that the figures are of, on the program's clock. */
  now(): number {
    const { model } = this;
    if (model === undefined) return Date.now();
    if (this.isStill) return model.at;
    // No further than to where the next message should be: what is late makes no thread silent.
    return model.at + Math.min(model.full.every, elapsed() - model.arrivedAt);
  }

  /** Opens the stream with a query, unless that is open already. */
  open(query: string): void {
    if (query === this.#query) return;
    this.#query = query;
    // What is known of the old place must not be taken for the new one's; a paused page shows the
    // moment at which it gets there.
    this.model?.forgetOpen();
    this.#isMoving = this.pausedAt !== undefined;
    this.connection.open(query);
  }

  /** Holds what comes, or shows it again. */
  pause(): void {
    const kept = this.#kept;
    this.#kept = [];
    if (this.pausedAt === undefined) {
      this.pausedAt = elapsed();
      return;
    }
    this.pausedAt = undefined;
    if (kept === undefined) this.connection.retry();
    else for (const apply of kept) apply();
  }

  #message(event: string, data: unknown): void {
    this.lostAt = undefined;
    const isFull = event === "full";
    const apply = isFull
      ? () => this.#takeFull(data as FullMessage)
      : () => this.#takeDelta(data as DeltaMessage);
    const isThere = this.#isMoving && isFull;
    if (isThere) {
      this.#isMoving = false;
      this.pausedAt = elapsed();
      this.#kept = [];
    }
    if (isThere || this.pausedAt === undefined || this.model === undefined) {
      apply();
      this.#reader.render();
      return;
    }
    // A paused page goes on listening: nothing is lost.
    if (isFull) this.#kept = [];
    this.#kept?.push(apply);
    if ((this.#kept?.length ?? 0) > MOST_KEPT) this.#kept = undefined;
    this.#reader.status();
  }

  #takeFull(full: FullMessage): void {
    if (this.model !== undefined && this.model.full.run !== full.run) {
      this.restartedAt = full.started;
    }
    this.model = new Model(full);
    // What a search found may be few; there are too many as long as there is no search.
    if (full.series && !this.#query.includes("&q=")) {
      this.cutMetric = this.model.cut > 0 ? full.series.m : "";
    }
  }

  #takeDelta(delta: DeltaMessage): void {
    if (this.model?.isNext(delta)) this.model.apply(delta);
    else this.connection.retry();
  }
}
