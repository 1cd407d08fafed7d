/**
 * What people do to the page: links, buttons, keys; and what their window and their system do.
 *
 * @module
 */
import { WINDOWS } from "../shared/ring.ts";
import { type CopyKind, copyView } from "./copy.ts";
import { $, on } from "./dom.ts";
import { readInk, resizeCanvases } from "./ink.ts";
import { listenToKeys } from "./keys.ts";
import { HOME, readHash, type State } from "./link.ts";
import type { App, View } from "./view.ts";

/** What can be done to the page. */
export interface Controlled extends App {
  readonly view: View | undefined;
  /** Goes to where the address says. */
  reread(): void;
  render(): void;
  pause(): void;
  setWindow(seconds: number): void;
}

/** Listens to all of it. */
export function listen(page: Controlled): void {
  on(globalThis, "hashchange", () => page.reread());
  on(globalThis, "popstate", () => page.reread());
  on(globalThis, "resize", () => {
    resizeCanvases();
    page.view?.resize?.();
    page.render();
  });
  on(matchMedia("(prefers-color-scheme: dark)"), "change", () => {
    readInk();
    page.view?.restyle?.();
    page.render();
  });
  // Links keep the window; with a key or another button they are the browser's.
  on(document, "click", (event: MouseEvent) => {
    const link = (event.target as Element).closest('a[href^="#/"]') as HTMLAnchorElement | null;
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    page.go({ ...readHash(link.hash), window: page.state.window });
  });
  on(document.querySelector(".skip")!, "click", (event: Event) => {
    event.preventDefault();
    $("main").focus();
  });
  on($("window"), "change", (event: Event) => {
    page.setWindow(Number((event.target as HTMLInputElement).value));
  });
  on($("pause"), "click", () => page.pause());
  const copy = async (kind: CopyKind) => page.say(await copyView(kind, page.state));
  on($("copy-menu"), "click", (event: Event) => {
    const kind = (event.target as Element).closest<HTMLElement>("[data-copy]")?.dataset.copy;
    if (kind === undefined) return;
    $("copy-menu").hidePopover();
    copy(kind as CopyKind);
  });
  /** Goes to another place with the same window. */
  const goTo = (view: State["view"], metric = "") =>
    page.go({ ...HOME, view, metric, window: page.state.window });
  const beside = (by: number) => () => {
    const names = page.model?.metrics.map(({ info }) => info.name) ?? [];
    if (names.length === 0) return;
    const at = page.state.view === "m" ? names.indexOf(page.state.metric) : by > 0 ? -1 : 0;
    goTo("m", names[(at + by + names.length) % names.length]);
  };
  const windows = WINDOWS.map((seconds, i) => [i + 1, () => page.setWindow(seconds)]);
  listenToKeys({
    p: () => page.pause(),
    o: () => goTo(""),
    t: () => goTo("threads"),
    c: () => void copy("text"),
    l: () => void copy("link"),
    "?": () => $("help-sheet").togglePopover(),
    "/": () => page.view?.focusSearch ? page.view.focusSearch() : $("filter").focus(),
    "[": beside(-1),
    "]": beside(1),
    ...Object.fromEntries(windows),
  }, () => {
    const { at, view } = page.state;
    if (at) page.go({ at: "" }, true);
    else if (view) goTo("");
  });
}
