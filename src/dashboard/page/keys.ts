/**
 * Keys. Single ones can be switched off, and are off while somebody types or holds Ctrl, Alt or
 * Meta.
 *
 * @module
 */
import { $, on } from "./dom.ts";

const REMEMBERED = "thread-stats single keys";

/**
 * Listens.
 *
 * @param single What single keys do.
 * @param escape Clears the choice, or goes up.
 */
export function listenToKeys(
  single: Readonly<Record<string, () => void>>,
  escape: () => void,
): void {
  const box = $<HTMLInputElement>("single-keys");
  try {
    box.checked = localStorage.getItem(REMEMBERED) !== "off";
  } catch {
    // A browser that keeps nothing: they are on each time.
  }
  on(box, "change", () => {
    try {
      localStorage.setItem(REMEMBERED, box.checked ? "on" : "off");
    } catch {
      // The same.
    }
  });
  on(document, "keydown", (event: KeyboardEvent) => {
    const { target, key } = event;
    const field = target instanceof HTMLInputElement && target.type === "search" ? target : null;
    if (key === "Escape") {
      if (field?.value) {
        field.value = "";
        field.dispatchEvent(new Event("input"));
        // A search field of a browser may clear itself.
        event.preventDefault();
      } else if (field) field.blur();
      else if (!document.querySelector(":popover-open")) escape();
      return;
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey || !box.checked) return;
    if (!Object.hasOwn(single, key)) return;
    event.preventDefault();
    single[key]();
  });
}
