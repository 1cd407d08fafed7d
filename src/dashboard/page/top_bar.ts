/**
 * The bar at the top and the banner below it: how the connection stands, and what to do when it
 * does not.
 *
 * @module
 */
import { elapsed } from "../shared/elapsed.ts";
import { clock, duration, NARROW } from "../shared/format.ts";
import { $, h, on, put } from "./dom.ts";
import type { Feed } from "./feed.ts";

type Kind = "connecting" | "live" | "paused" | "idle" | "stale" | "lost";

/** The bar. */
export class TopBar {
  readonly #feed: Feed;
  readonly #strong = h("strong");
  readonly #words = h("span");
  readonly #button = h("button.button@retry", "Try now");
  /** Which banner is there. */
  #shown = "";

  constructor(feed: Feed) {
    this.#feed = feed;
    on(this.#button, "click", () => {
      if (this.#shown === "restarted") {
        feed.restartedAt = 0;
        this.#banner();
      } else feed.connection.retry();
    });
    $("banner").append(this.#strong, this.#words, this.#button);
  }

  /** Shows how it stands. */
  update(window: number): void {
    const { model, pausedAt } = this.#feed;
    const [kind, words] = statusOf(this.#feed);
    $("status").dataset.kind = kind;
    put($("status-text"), words);
    document.documentElement.dataset.connection = kind;
    const isPaused = pausedAt !== undefined;
    $("pause").setAttribute("aria-pressed", String(isPaused));
    put($("pause").lastElementChild!, isPaused ? "Resume" : "Pause");
    for (const radio of document.querySelectorAll<HTMLInputElement>("[name=window]")) {
      const seconds = Number(radio.value);
      radio.checked = seconds === window;
      radio.parentElement!.hidden = model !== undefined && !model.full.windows.includes(seconds);
    }
    if (model) put($("program"), `${location.host} · ${model.full.program}`);
    this.#banner();
  }

  #banner(): void {
    const { connection, model, lostAt, restartedAt } = this.#feed;
    const wait = Math.max(0, Math.ceil((connection.retryAt - elapsed()) / 1000));
    let shown = "";
    let strong = "";
    let words = "";
    if (connection.state === "refused") {
      [shown, strong] = ["refused", "This page may not read the figures."];
      words = connection.reason;
    } else if (connection.state === "crowded") {
      [shown, strong] = ["crowded", `${connection.reason}.`];
      words = `Next try in ${wait}${NARROW}s.`;
    } else if (lostAt !== undefined) {
      [shown, strong] = ["lost", "The connection is lost."];
      words = `${model ? `These are the values of ${clock(model.at)}. ` : ""}${
        wait > 0 ? `Next try in ${wait}${NARROW}s.` : "Trying now."
      }`;
    } else if (restartedAt > 0) {
      [shown, strong] = ["restarted", `The program restarted at ${clock(restartedAt)};`];
      words = "counts began anew.";
    }
    this.#shown = shown;
    $("banner").hidden = shown === "";
    $("banner").dataset.kind = shown;
    put(this.#strong, strong);
    put(this.#words, words);
    put(this.#button, shown === "restarted" ? "Close" : "Try now");
    this.#button.hidden = shown === "refused";
  }
}

function statusOf({ connection, model, pausedAt, lostAt }: Feed): [Kind, string] {
  const since = (time: number) => duration(elapsed() - time);
  if (connection.state === "refused") return ["lost", "Refused"];
  if (connection.state === "crowded") return ["lost", "Too many viewers"];
  if (lostAt !== undefined) return ["lost", `Lost ${since(lostAt)} ago`];
  if (model === undefined) return ["connecting", "Connecting"];
  if (pausedAt !== undefined) return ["paused", `Paused, ${since(pausedAt)} behind`];
  if (connection.isStale) return ["stale", `No data for ${duration(connection.silence)}`];
  return model.threads.length === 0 ? ["idle", "Live, nothing yet"] : ["live", "Live"];
}
