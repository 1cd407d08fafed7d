/**
 * A page's stream, read into what is known of the program: lost, found again, held while paused.
 *
 * @module
 */
import { clock, duration } from "../dashboard/shared/format.ts";
import { Connection } from "../dashboard/shared/connection.ts";
import { elapsed } from "../dashboard/shared/elapsed.ts";
import { Model } from "../dashboard/shared/model.ts";
import type { DeltaMessage, FullMessage } from "../dashboard/shared/protocol.ts";
import type { Status } from "./screen.ts";
import type { Task } from "./task.ts";
import { safe } from "./width.ts";

/** How often it is looked whether the connection has died without a word. */
const CHECK_MS = 500;
/** Messages that are kept while paused; after more of them all is asked for anew. */
const MOST_KEPT = 600;
/** So long it is said that the program has restarted. */
const RESTART_MS = 15_000;

/** One stream at a time, and what it told. */
export class Watch {
  model: Model | undefined;
  readonly #connection: Connection;
  readonly #changed: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #query = "";
  #lostAt: number | undefined;
  #pausedAt: number | undefined;
  #kept: DeltaMessage[] | undefined = [];
  #restartedAt: number | undefined;
  #restartedClock = 0;

  /** `changed` is called after each message, and when something else has come about. */
  constructor({ address, headers, ask }: Task, changed: () => void) {
    this.#changed = changed;
    this.#connection = new Connection(
      {
        message: (event, data) => this.#message(event, data),
        changed: () => {
          this.#lostAt ??= elapsed();
          changed();
        },
      },
      address,
      { headers, ask },
    );
    this.#timer = setInterval(() => {
      this.#connection.check();
      changed();
    }, CHECK_MS);
  }

  /** Opens the stream with a query, unless that is open already. */
  open(query: string): void {
    if (query === this.#query) return;
    this.#query = query;
    this.model?.forgetOpen();
    this.#connection.open(query);
  }

  /** Ends all. */
  close(): void {
    clearInterval(this.#timer);
    this.#connection.close();
  }

  /** Why there is nothing; `undefined`: there is, or may be soon. */
  get failure(): string | undefined {
    const { state, reason } = this.#connection;
    if (state === "refused") return `it refuses${reason ? `: ${safe(reason)}` : ""}`;
    if (this.model !== undefined || state === "live" || state === "connecting") return undefined;
    return reason ? `it answers: ${safe(reason)}` : "no live page answers there";
  }

  /** Holds what comes, or shows it again. */
  pause(isPaused: boolean): void {
    if (isPaused === (this.#pausedAt !== undefined)) return;
    this.#pausedAt = isPaused ? elapsed() : undefined;
    const kept = this.#kept;
    this.#kept = [];
    if (isPaused) return;
    if (kept === undefined) this.#connection.retry();
    else for (const delta of kept) this.#apply(delta);
  }

  /** The time that the figures are of, on the program's clock. */
  get now(): number {
    const { model } = this;
    if (model === undefined) return Date.now();
    if (this.#lostAt !== undefined || this.#pausedAt !== undefined) return model.at;
    return model.at + Math.min(model.full.every, elapsed() - model.arrivedAt);
  }

  /** How it stands. */
  get status(): Status {
    const { state, retryAt, silence, isStale, reason } = this.#connection;
    const now = elapsed();
    const next = retryAt > now ? `, next try in ${Math.ceil((retryAt - now) / 1000)} s` : "";
    if (state === "refused") {
      return { kind: "refused", words: `refused${reason ? `: ${safe(reason)}` : ""}` };
    }
    if (state === "crowded") {
      return { kind: "lost", words: `${safe(reason) || "too many viewers"}${next}` };
    }
    if (this.#lostAt !== undefined) {
      return { kind: "lost", words: `lost ${duration(now - this.#lostAt)} ago${next}` };
    }
    if (this.#pausedAt !== undefined) {
      return { kind: "paused", words: `paused, ${duration(now - this.#pausedAt)} behind` };
    }
    if (isStale) return { kind: "stale", words: `no data for ${duration(silence)}` };
    if (this.#restartedAt !== undefined && now - this.#restartedAt < RESTART_MS) {
      return { kind: "live", words: `live, restarted ${clock(this.#restartedClock)}` };
    }
    return { kind: "live", words: "live" };
  }

  #message(event: string, data: unknown): void {
    this.#lostAt = undefined;
    if (event === "full") {
      const full = data as FullMessage;
      if (this.model !== undefined && this.model.full.run !== full.run) {
        this.#restartedAt = elapsed();
        this.#restartedClock = full.at;
      }
      // Also while paused: it is of another place, or of a program that has restarted.
      this.model = new Model(full);
      if (this.#kept !== undefined) this.#kept = [];
    } else if (event === "delta" && this.model !== undefined) {
      if (this.#pausedAt === undefined) this.#apply(data as DeltaMessage);
      else if (this.#kept !== undefined && this.#kept.length < MOST_KEPT) {
        this.#kept.push(data as DeltaMessage);
      } else this.#kept = undefined;
    }
    this.#changed();
  }

  #apply(delta: DeltaMessage): void {
    if (this.model?.isNext(delta)) this.model.apply(delta);
    else this.#connection.retry();
  }
}
