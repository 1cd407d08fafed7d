/**
 * The list of places at the side: all metrics with their main figures, in the schema's order, which
 * never changes.
 *
 * @module
 */
import { mainFigure } from "../shared/figures.ts";
import { $, type Figure, figure, h, on, put } from "./dom.ts";
import { metricHref } from "./link.ts";
import type { Model } from "../shared/model.ts";
import { type App, illCount, verdict } from "./view.ts";

interface Row {
  readonly name: string;
  readonly node: HTMLElement;
  readonly value: Figure;
}

/** The rail. */
export class Rail {
  readonly #app: App;
  readonly #overview: HTMLElement;
  readonly #threads: HTMLElement;
  readonly #badge = h("span.badge");
  #rows: Row[] = [];
  #names = "";

  constructor(app: App) {
    this.#app = app;
    this.#overview = h("a@place-overview", { href: "#/" }, h("span", "Overview"));
    this.#threads = h("a@place-threads", { href: "#/threads" }, h("span", "Threads"), this.#badge);
    $("places").append(this.#overview, this.#threads);
    on($("filter"), "input", () => this.#filter());
  }

  /** New figures. */
  update(model: Model): void {
    const names = model.metrics.map(({ info }) => info.name);
    if (names.join() !== this.#names) {
      this.#names = names.join();
      this.#rows = names.map((name) => {
        const value = figure();
        const href = metricHref(name);
        const node = h(`a@rail-${name}`, { href, title: name }, h("span.name", name), value);
        return { name, node, value };
      });
      $("metrics").replaceChildren(...this.#rows.map(({ node }) => node));
      this.#filter();
    }
    const ill = illCount(model.threads);
    const { level } = verdict(this.#app, model);
    put(this.#badge, ill || model.threads.length);
    this.#badge.dataset.level = ill > 0 ? level : "";
    for (const { name, value } of this.#rows) {
      const [number, unit] = mainFigure(model.byName.get(name)!);
      put(value.firstChild!, number);
      put(value.lastChild!, unit);
    }
    this.mark();
  }

  /** Says where the page is. */
  mark(): void {
    const { view, metric } = this.#app.state;
    const mark = (node: HTMLElement, isHere: boolean) => {
      if (isHere) node.setAttribute("aria-current", "page");
      else node.removeAttribute("aria-current");
    };
    mark(this.#overview, view === "");
    mark(this.#threads, view === "threads");
    for (const { name, node } of this.#rows) mark(node, view === "m" && metric === name);
  }

  #filter(): void {
    const word = $<HTMLInputElement>("filter").value.toLowerCase();
    for (const { name, node } of this.#rows) node.hidden = !name.toLowerCase().includes(word);
  }
}
