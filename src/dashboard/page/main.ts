/**
 * The page: its state in the address, one connection, one view at a time.
 *
 * @module
 */
import { elapsed } from "../shared/elapsed.ts";
import type { DeltaMessage, FullMessage } from "../shared/protocol.ts";
import { WINDOWS } from "../shared/ring.ts";
import { Connection } from "../shared/connection.ts";
import { type CopyKind, copyView } from "./copy.ts";
import { $, on, put } from "./dom.ts";
import { readInk, resizeCanvases } from "./ink.ts";
import { listenToKeys } from "./keys.ts";
import { hashOf, HOME, readHash, type State } from "./link.ts";
import { metricView } from "./metric_view.ts";
import { Model } from "../shared/model.ts";
import { overview } from "./overview.ts";
import { Rail } from "./rail.ts";
import { chosenSlot, threadsView } from "./threads_view.ts";
import { TopBar } from "./top_bar.ts";
import { type App, illCount, verdict, type View } from "./view.ts";

/** Verdicts are said at most once in so long. */
const SAY_MS = 5000;
/** What counts on between two messages is written anew so often. */
const AGES_MS = 200;
/** A page that nobody sees closes its stream after this time. */
const HIDDEN_MS = 10_000;
/** A paused page keeps so many messages; of more it asks for all anew when it goes on. */
const MOST_KEPT = 120;

class Page implements App {
  state: State = readHash(location.hash);
  model: Model | undefined;
  readonly #connection: Connection;
  readonly #top: TopBar;
  readonly #rail: Rail;
  #view: View | undefined;
  #viewKey = "";
  #query = "";
  #lostAt: number | undefined;
  #pausedAt: number | undefined;
  /** Messages that came while the page was paused; `undefined`: too many. */
  #kept: (() => void)[] | undefined = [];
  /** Whether a paused page waits for the figures of the place that it went to. */
  #isMoving = false;
  /** The metric of which not all series are here. */
  #cutMetric = "";
  #restartedAt = 0;
  #saidVerdict = "";
  #saidAt = -Infinity;
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  #sayTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    readInk();
    this.#connection = new Connection({
      message: (event, data) => this.#message(event, data),
      changed: () => this.#checkConnection(),
    });
    this.#top = new TopBar({
      retry: () => this.#connection.retry(),
      closeRestart: () => {
        this.#restartedAt = 0;
        this.#showTop();
      },
    });
    this.#rail = new Rail(this);
    this.#listen();
    this.#connect();
    setInterval(() => this.#tick(), AGES_MS);
  }

  get lostAt(): number {
    return this.#lostAt === undefined ? 0 : this.model?.at ?? Date.now();
  }

  now(): number {
    const { model } = this;
    if (model === undefined) return Date.now();
    if (this.#lostAt !== undefined || this.#pausedAt !== undefined) return model.at;
    // No further than to where the next message should be: what is late makes no thread silent.
    return model.at + Math.min(model.full.every, elapsed() - model.arrivedAt);
  }

  go(change: Partial<State>, isQuiet = false): void {
    this.state = { ...this.state, ...change };
    const hash = hashOf(this.state);
    const isSame = isQuiet || hash === location.hash;
    history[isSame ? "replaceState" : "pushState"](null, "", hash);
    this.#show();
  }

  say(words: string): void {
    put($("said"), words);
    $("said").classList.add("shown");
    clearTimeout(this.#sayTimer);
    this.#sayTimer = setTimeout(() => $("said").classList.remove("shown"), 3000);
  }

  /** Goes to another place with the same window. */
  #goTo(view: State["view"], metric = ""): void {
    this.go({ ...HOME, view, metric, window: this.state.window });
  }

  /** Opens the stream that the present place needs. */
  #connect(): void {
    const { view, window, metric, at, q, sort } = this.state;
    const query = new URLSearchParams({ w: String(window) });
    if (view === "m") {
      query.set("m", this.#metricName() || metric);
      // Only where not all series are here does the program search.
      if (this.#cutMetric === query.get("m")) {
        if (q) query.set("q", q);
        if (sort) query.set("sort", sort);
      }
    }
    if (view === "threads") query.set("at", String(chosenSlot(at, this.model?.threads ?? [])));
    const asked = query.toString();
    if (asked === this.#query) return;
    this.#query = asked;
    // What is known of the old place must not be taken for the new one's; a paused page shows the
    // moment at which it gets there.
    this.model?.forgetOpen();
    this.#isMoving = this.#pausedAt !== undefined;
    this.#connection.open(asked);
  }

  #metricName(): string {
    const { model, state } = this;
    if (model === undefined || model.byName.has(state.metric)) return state.metric;
    return model.metrics[0]?.info.name ?? "";
  }

  #message(event: string, data: unknown): void {
    this.#lostAt = undefined;
    const apply = event === "full"
      ? () => this.#takeFull(data as FullMessage)
      : () => this.#takeDelta(data as DeltaMessage);
    if (this.#isMoving && event === "full") {
      this.#isMoving = false;
      this.#pausedAt = elapsed();
      this.#kept = [];
      apply();
      this.#render();
    } else if (this.#pausedAt === undefined || this.model === undefined) {
      apply();
      this.#render();
    } else {
      // A paused page goes on listening: nothing is lost.
      if (event === "full") this.#kept = [];
      this.#kept?.push(apply);
      if ((this.#kept?.length ?? 0) > MOST_KEPT) this.#kept = undefined;
      this.#showTop();
    }
  }

  #takeFull(full: FullMessage): void {
    if (this.model !== undefined && this.model.full.run !== full.run) {
      this.#restartedAt = full.started;
    }
    this.model = new Model(full);
    const { series } = full;
    // What a search found may be few; there are too many as long as there is no search.
    if (series && !this.state.q) this.#cutMetric = this.model.cut > 0 ? series.m : "";
    else if (this.model.cut > 0) this.#cutMetric = series!.m;
    put($("title"), full.title);
  }

  #takeDelta(delta: DeltaMessage): void {
    if (this.model?.isNext(delta)) this.model.apply(delta);
    else this.#connection.retry();
  }

  /** The place has changed. */
  #show(): void {
    this.#connect();
    this.#rail.mark();
    this.#render();
  }

  /** Makes the view if it is another one, and shows the figures. */
  #render(): void {
    const { model } = this;
    this.#showTop();
    if (model === undefined) return;
    if (this.state.view === "m") {
      const metric = this.#metricName();
      if (metric !== this.state.metric) this.state = { ...this.state, metric };
    }
    this.#makeView(model);
    this.#rail.update(model);
    this.#view?.update(model);
    this.#sayVerdict(model);
    // Which thread is shown may have been decided only now.
    this.#connect();
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
    this.#view?.destroy?.();
    this.#view = view === "threads"
      ? threadsView(this)
      : view === "m" && open
      ? metricView(this, open)
      : overview(this, model);
    this.#viewKey = key;
    $("main").replaceChildren(...this.#view.nodes);
    if (isAnotherPlace) scrollTo(0, 0);
  }

  #showTop(): void {
    const now = elapsed();
    this.#top.update({
      connection: this.#connection,
      model: this.model,
      pausedFor: this.#pausedAt === undefined ? undefined : now - this.#pausedAt,
      lostFor: this.#lostAt === undefined ? undefined : now - this.#lostAt,
      restartedAt: this.#restartedAt,
      window: this.state.window,
    });
    const { model, state } = this;
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

  #checkConnection(): void {
    if (this.#connection.state !== "live" && this.#connection.state !== "connecting") {
      this.#lostAt ??= elapsed();
    }
    this.#render();
  }

  #tick(): void {
    this.#connection.check();
    if (document.hidden) return;
    this.#showTop();
    if (this.#pausedAt === undefined && this.#lostAt === undefined && this.model) {
      this.#view?.ages?.(this.model);
    }
  }

  #pause(): void {
    if (this.#pausedAt === undefined) {
      this.#pausedAt = elapsed();
      this.#kept = [];
    } else {
      this.#pausedAt = undefined;
      const kept = this.#kept;
      this.#kept = [];
      if (kept === undefined) this.#connection.retry();
      else for (const apply of kept) apply();
    }
    this.#render();
    this.say(this.#pausedAt === undefined ? "Live again" : "Paused");
  }

  #setWindow(seconds: number): void {
    if (this.model && !this.model.full.windows.includes(seconds)) return;
    // Only a new stream has the lines of another window.
    if (this.#pausedAt !== undefined) this.#pause();
    this.go({ window: seconds }, true);
    this.say(`Window: ${seconds < 3600 ? `${seconds / 60} min` : "1 h"}`);
  }

  async #copy(kind: CopyKind): Promise<void> {
    this.say(await copyView(kind, this.state));
  }

  #listen(): void {
    const reread = () => {
      this.state = readHash(location.hash);
      this.#show();
    };
    on(globalThis, "hashchange", reread);
    on(globalThis, "popstate", reread);
    on(globalThis, "resize", () => {
      resizeCanvases();
      this.#view?.resize?.();
      this.#render();
    });
    on(document, "visibilitychange", () => {
      clearTimeout(this.#hiddenTimer);
      if (document.hidden) {
        this.#hiddenTimer = setTimeout(() => this.#connection.close(), HIDDEN_MS);
      } else if (this.#connection.isClosed) this.#connection.retry();
    });
    // Links keep the window; with a key or another button they are the browser's.
    on(document, "click", (event: MouseEvent) => {
      const link = (event.target as Element).closest('a[href^="#/"]') as HTMLAnchorElement | null;
      if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.go({ ...readHash(link.hash), window: this.state.window });
    });
    on(document.querySelector(".skip")!, "click", (event: Event) => {
      event.preventDefault();
      $("main").focus();
    });
    on($("window"), "change", (event: Event) => {
      this.#setWindow(Number((event.target as HTMLInputElement).value));
    });
    on($("pause"), "click", () => this.#pause());
    on($("copy-menu"), "click", (event: Event) => {
      const kind = (event.target as Element).closest<HTMLElement>("[data-copy]")?.dataset.copy;
      if (kind === undefined) return;
      $("copy-menu").hidePopover();
      this.#copy(kind as CopyKind);
    });
    on(matchMedia("(prefers-color-scheme: dark)"), "change", () => {
      readInk();
      this.#view?.restyle?.();
      this.#render();
    });
    const beside = (by: number) => () => {
      const names = this.model?.metrics.map(({ info }) => info.name) ?? [];
      if (names.length === 0) return;
      const at = this.state.view === "m" ? names.indexOf(this.state.metric) : by > 0 ? -1 : 0;
      this.#goTo("m", names[(at + by + names.length) % names.length]);
    };
    const windows = WINDOWS.map((seconds, i) => [i + 1, () => this.#setWindow(seconds)]);
    listenToKeys({
      p: () => this.#pause(),
      o: () => this.#goTo(""),
      t: () => this.#goTo("threads"),
      c: () => void this.#copy("text"),
      l: () => void this.#copy("link"),
      "?": () => $("help-sheet").togglePopover(),
      "/": () => this.#view?.focusSearch ? this.#view.focusSearch() : $("filter").focus(),
      "[": beside(-1),
      "]": beside(1),
      ...Object.fromEntries(windows),
    }, () => {
      const { at, view } = this.state;
      if (at) this.go({ at: "" }, true);
      else if (view) this.#goTo("");
    });
  }
}

/** Whether the series of the metric that is shown are there. */
function hasSeries({ model, state }: Page): boolean {
  return model?.series !== undefined && model.full.series?.m === state.metric;
}

// After the first paint: the frame of the page stands before any figure is there.
requestAnimationFrame(() => setTimeout(() => new Page()));
