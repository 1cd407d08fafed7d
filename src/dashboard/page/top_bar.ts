/**
 * The bar at the top and the banner below it: how the connection stands, and what to do when it
 * does not.
 *
 * @module
 */
import { elapsed } from "../shared/elapsed.ts";
import { clock, duration, NARROW } from "../shared/format.ts";
import type { Connection } from "../shared/connection.ts";
import { $, h, on, put } from "./dom.ts";
import type { Model } from "../shared/model.ts";

/** What the bar shows. */
export interface TopState {
  readonly connection: Connection;
  readonly model: Model | undefined;
  /** Milliseconds for which the page has been paused; `undefined`: it is not. */
  readonly pausedFor: number | undefined;
  /** When the connection was lost, by the page's own clock; `undefined`: it is not. */
  readonly lostFor: number | undefined;
  /**
   * When the program restarted, in milliseconds since 1970; 0: it did not, or somebody has read
   * that.
   */
  readonly restartedAt: number;
  readonly window: number;
}

type Kind = "connecting" | "live" | "paused" | "idle" | "stale" | "lost";

/** The bar. */
export class TopBar {
  readonly #retry: () => void;
  readonly #closeRestart: () => void;
  readonly #strong = h("strong");
  readonly #words = h("span");
  readonly #button = h("button.button@retry", "Try now");
  #shown = "";

  constructor({ retry, closeRestart }: { retry: () => void; closeRestart: () => void }) {
    this.#retry = retry;
    this.#closeRestart = closeRestart;
    on(
      this.#button,
      "click",
      () => this.#shown === "restarted" ? this.#closeRestart() : this.#retry(),
    );
    $("banner").append(this.#strong, this.#words, this.#button);
  }

  /** Shows how it stands. */
  update(state: TopState): void {
    const { model, pausedFor, window } = state;
    const [kind, words] = statusOf(state);
    $("status").dataset.kind = kind;
    put($("status-text"), words);
    document.documentElement.dataset.connection = kind;
    const isPaused = pausedFor !== undefined;
    $("pause").setAttribute("aria-pressed", String(isPaused));
    put($("pause").lastElementChild!, isPaused ? "Resume" : "Pause");
    for (const radio of document.querySelectorAll<HTMLInputElement>("[name=window]")) {
      const seconds = Number(radio.value);
      radio.checked = seconds === window;
      radio.parentElement!.hidden = model !== undefined && !model.full.windows.includes(seconds);
    }
    if (model) put($("program"), `${location.host} · ${model.full.program}`);
    this.#banner(state);
  }

  #banner(state: TopState): void {
    const { connection, model, lostFor, restartedAt } = state;
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
    } else if (lostFor !== undefined) {
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

function statusOf(state: TopState): [Kind, string] {
  const { connection, model, pausedFor, lostFor } = state;
  if (connection.state === "refused") return ["lost", "Refused"];
  if (connection.state === "crowded") return ["lost", "Too many viewers"];
  if (lostFor !== undefined) return ["lost", `Lost ${duration(lostFor)} ago`];
  if (model === undefined) return ["connecting", "Connecting"];
  if (pausedFor !== undefined) return ["paused", `Paused, ${duration(pausedFor)} behind`];
  if (connection.isStale) return ["stale", `No data for ${duration(connection.silence)}`];
  return model.threads.length === 0 ? ["idle", "Live, nothing yet"] : ["live", "Live"];
}
