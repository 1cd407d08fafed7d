/**
 * The page: its state in the address, one stream, one view at a time.
 *
 * @module
 */
import { elapsed } from "../shared/elapsed.ts";
import type { Model } from "../shared/model.ts";
import { type Controlled, listen } from "./controls.ts";
import { $, put } from "./dom.ts";
import { Feed } from "./feed.ts";
import { readInk } from "./ink.ts";
import { hashOf, readHash, type State } from "./link.ts";
import { metricView } from "./metric_view.ts";
import { overview } from "./overview.ts";
import { Rail } from "./rail.ts";
import { chosenSlot, threadsView } from "./threads_view.ts";
import { TopBar } from "./top_bar.ts";
import { illCount, verdict, type View } from "./view.ts";

/** Verdicts are said at most once in so long. */
const SAY_MS = 5000;
/** What counts on between two messages is written anew so often. */
const AGES_MS = 200;

class Page implements Controlled {
  state: State = readHash(location.hash);
  view: View | undefined;
  readonly #feed: Feed;
  readonly #top: TopBar;
  readonly #rail: Rail;
  #viewKey = "";
  #saidVerdict = "";
  #saidAt = -Infinity;
  #sayTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    readInk();
    this.#feed = new Feed({
      render: () => this.render(),
      status: () => this.#showTop(),
    });
    this.#top = new TopBar(this.#feed);
    this.#rail = new Rail(this);
    listen(this);
    this.#connect();
    setInterval(() => this.#tick(), AGES_MS);
  }

  get model(): Model | undefined {
    return this.#feed.model;
  }

  get lostAt(): number {
    return this.#feed.lostAt === undefined ? 0 : this.model?.at ?? Date.now();
  }

  now(): number {
    return this.#feed.now();
  }

  go(change: Partial<State>, isQuiet = false): void {
    this.state = { ...this.state, ...change };
    const hash = hashOf(this.state);
    const isSame = isQuiet || hash === location.hash;
    history[isSame ? "replaceState" : "pushState"](null, "", hash);
    this.#show();
  }

  reread(): void {
    this.state = readHash(location.hash);
    this.#show();
  }

  say(words: string): void {
    put($("said"), words);
    $("said").classList.add("shown");
    clearTimeout(this.#sayTimer);
    this.#sayTimer = setTimeout(() => $("said").classList.remove("shown"), 3000);
  }

  pause(): void {
    this.#feed.pause();
    this.render();
    this.say(this.#feed.pausedAt === undefined ? "Live again" : "Paused");
  }

  setWindow(seconds: number): void {
    if (this.model && !this.model.full.windows.includes(seconds)) return;
    // Only a new stream has the lines of another window.
    if (this.#feed.pausedAt !== undefined) this.pause();
    this.go({ window: seconds }, true);
    this.say(`Window: ${seconds < 3600 ? `${seconds / 60} min` : "1 h"}`);
  }

  /** Makes the view if it is another one, and shows the figures. */
  render(): void {
    const { model } = this;
    this.#showTop();
    if (model === undefined) return;
    put($("title"), model.full.title);
    if (this.state.view === "m") {
      const metric = this.#metricName();
      if (metric !== this.state.metric) this.state = { ...this.state, metric };
    }
    this.#makeView(model);
    this.#rail.update(model);
    this.view?.update(model);
    this.#sayVerdict(model);
    // Which thread is shown may have been decided only now.
    this.#connect();
  }

  /** Opens the stream that the present place needs. */
  #connect(): void {
    const { view, window, metric, at, q, sort } = this.state;
    const query = new URLSearchParams({ w: String(window) });
    if (view === "m") {
      query.set("m", this.#metricName() || metric);
      // Only where not all series are here does the program search.
      if (this.#feed.cutMetric === query.get("m")) {
        if (q) query.set("q", q);
        if (sort) query.set("sort", sort);
      }
    }
    if (view === "threads") query.set("at", String(chosenSlot(at, this.model?.threads ?? [])));
    this.#feed.open(query.toString());
  }

  #metricName(): string {
    const { model, state } = this;
    if (model === undefined || model.byName.has(state.metric)) return state.metric;
    return model.metrics[0]?.info.name ?? "";
  }

  /** The place has changed. */
  #show(): void {
    this.#connect();
    this.#rail.mark();
    this.render();
  }

  #makeView(model: Model): void {
    const { view, metric } = this.state;
    const shape = model.metrics.map(({ info }) => info.name).join();
    const key = [view, metric, model.full.run, view === "" ? shape : "", hasSeries(this)].join(
      "\n",
    );
    if (key === this.#viewKey) return;
    const open = model.byName.get(metric);
    const isAnotherPlace = !key.startsWith(this.#viewKey.split("\n").slice(0, 2).join("\n") + "\n");
    this.view?.destroy?.();
    this.view = view === "threads"
      ? threadsView(this)
      : view === "m" && open
      ? metricView(this, open)
      : overview(this, model);
    this.#viewKey = key;
    $("main").replaceChildren(...this.view.nodes);
    if (isAnotherPlace) scrollTo(0, 0);
  }

  #showTop(): void {
    const { model, state } = this;
    this.#top.update(state.window);
    const sign = model && !this.lostAt && illCount(model.threads) > 0 ? "▲ " : "";
    const place = state.view === "m" ? `${state.metric} · ` : "";
    const title = sign + place + (model?.full.title ?? $("title").textContent);
    if (document.title !== title) document.title = title;
  }

  #sayVerdict(model: Model): void {
    const { words } = verdict(this, model);
    const now = elapsed();
    if (words === this.#saidVerdict || now - this.#saidAt < SAY_MS) return;
    const isFirst = this.#saidVerdict === "";
    this.#saidVerdict = words;
    this.#saidAt = now;
    if (!isFirst) this.say(words);
  }

  #tick(): void {
    this.#feed.connection.check();
    if (document.hidden) return;
    this.#showTop();
    if (!this.#feed.isStill && this.model) this.view?.ages?.(this.model);
  }
}

/** Whether the series of the metric that is shown are there. */
function hasSeries({ model, state }: Page): boolean {
  return model?.series !== undefined && model.full.series?.m === state.metric;
}

// After the first paint: the frame of the page stands before any figure is there.
requestAnimationFrame(() => setTimeout(() => new Page()));
