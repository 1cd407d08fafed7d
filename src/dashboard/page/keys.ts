/**
 * Keys. Single ones can be switched off, and are off while somebody types or holds Ctrl, Alt or Meta.
 *
 * @module
 */
import { $ } from "./dom.ts";

/** What keys do. */
export interface KeyActions {
  pause(): void;
  overview(): void;
  threads(): void;
  /** The metric so many places further. */
  beside(by: number): void;
  window(index: number): void;
  copy(kind: "text" | "link"): void;
  search(): void;
  /** Clears the choice, or goes up. */
  escape(): void;
}

const REMEMBERED = "thread-stats single keys";

/** Listens. */
export function listenToKeys(actions: KeyActions): void {
  const box = $<HTMLInputElement>("single-keys");
  try {
    box.checked = localStorage.getItem(REMEMBERED) !== "off";
  } catch {
    // A browser that keeps nothing: they are on each time.
  }
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(REMEMBERED, box.checked ? "on" : "off");
    } catch {
      // The same.
    }
  });
  const single: Record<string, () => void> = {
    p: actions.pause,
    o: actions.overview,
    t: actions.threads,
    c: () => actions.copy("text"),
    l: () => actions.copy("link"),
    "?": () => $("help-sheet").togglePopover(),
    "/": actions.search,
    "[": () => actions.beside(-1),
    "]": () => actions.beside(1),
    1: () => actions.window(0),
    2: () => actions.window(1),
    3: () => actions.window(2),
    4: () => actions.window(3),
  };
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const field = target instanceof HTMLInputElement && target.type === "search" ? target : null;
    if (key === "Escape") {
      if (field?.value) {
        field.value = "";
        field.dispatchEvent(new Event("input"));
        // A search field of a browser may clear itself.
        event.preventDefault();
      } else if (field) field.blur();
      else if (!document.querySelector(":popover-open")) actions.escape();
      return;
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey || !box.checked) return;
    if (!Object.hasOwn(single, key)) return;
    event.preventDefault();
    single[key]();
  });
}
