/**
 * What the person at the terminal has chosen, and how keys change it.
 *
 * @module
 */
import { WINDOWS } from "../dashboard/shared/ring.ts";

/** A list of rows that keys move in. */
export type Part = "threads" | "metrics" | "series";

/** What is shown in place of the overview. */
export type Opened =
  | { readonly metric: string; readonly slot?: undefined }
  | { readonly slot: number; readonly metric?: undefined };

/** The choices. */
export interface State {
  readonly window: number;
  readonly isPaused: boolean;
  readonly filter: string;
  readonly isTyping: boolean;
  readonly part: Part;
  /** The chosen row: a slot, a metric's name or a series' id. */
  readonly row: string | undefined;
  /** Column by which each part is sorted, as an index into {@linkcode SORTS}. */
  readonly sort: Readonly<Record<Part, number>>;
  readonly isReversed: Readonly<Record<Part, boolean>>;
  readonly onlyResting: boolean;
  readonly opened: Opened | undefined;
  readonly hasHelp: boolean;
}

/** What each part can be sorted by. */
export const SORTS: Readonly<Record<Part, readonly string[]>> = {
  threads: ["slot", "name", "state", "updates"],
  metrics: ["schema", "name", "now", "in all"],
  series: ["rate", "in all", "labels"],
};

/** How it begins. */
export const START: State = {
  ...{ window: 60, isPaused: false, filter: "", isTyping: false, part: "metrics" },
  row: undefined,
  sort: { threads: 0, metrics: 0, series: 0 },
  isReversed: { threads: false, metrics: false, series: false },
  ...{ onlyResting: false, opened: undefined, hasHelp: false },
};

/** What is on the screen, as far as keys need to know it. */
export interface Shown {
  /** Keys of the rows of the present part, in their order. */
  readonly rows: readonly string[];
  /** Rows of a page. */
  readonly page: number;
  readonly windows: readonly number[];
}

/** What else a key asks for. */
export type Wish = "quit" | "copy" | undefined;

const LONGEST_FILTER = 200;

/** The state after a key. */
export function press(state: State, key: string, shown: Shown): readonly [State, Wish] {
  if (key === "ctrl-c") return [state, "quit"];
  if (state.isTyping) return [type(state, key), undefined];
  if (state.hasHelp) return [{ ...state, hasHelp: false }, key === "q" ? "quit" : undefined];
  if (key === "q") return [state, "quit"];
  if (key === "c") return [state, "copy"];
  return [{ ...state, ...change(state, key, shown) }, undefined];
}

function type(state: State, key: string): State {
  switch (key) {
    case "enter":
      return { ...state, isTyping: false };
    case "escape":
      return { ...state, isTyping: false, filter: "" };
    case "backspace":
      return { ...state, filter: Array.from(state.filter).slice(0, -1).join("") };
  }
  // Keys without a character have names of several.
  if (Array.from(key).length !== 1 || state.filter.length >= LONGEST_FILTER) return state;
  return { ...state, filter: state.filter + key };
}

function change(state: State, key: string, { rows, page, windows }: Shown): Partial<State> {
  const { part, row, opened, window } = state;
  const move = (by: number): Partial<State> => {
    if (rows.length === 0) return {};
    const at = row === undefined ? -1 : rows.indexOf(row);
    const to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
    return { row: rows[Math.max(0, Math.min(rows.length - 1, to))] };
  };
  switch (key) {
    case "p":
    case " ":
      return { isPaused: !state.isPaused };
    case "w":
      return { window: windows[(windows.indexOf(window) + 1) % windows.length] };
    case "1":
    case "2":
    case "3":
    case "4": {
      const asked = WINDOWS[Number(key) - 1];
      return windows.includes(asked) ? { window: asked } : {};
    }
    case "/":
      return { isTyping: true };
    case "s":
      return { sort: { ...state.sort, [part]: (state.sort[part] + 1) % SORTS[part].length } };
    case "S":
      return { isReversed: { ...state.isReversed, [part]: !state.isReversed[part] } };
    case "tab":
      return opened ? {} : { part: part === "metrics" ? "threads" : "metrics", row: undefined };
    case "t":
      return { onlyResting: !state.onlyResting };
    case "?":
      return { hasHelp: true };
    case "up":
    case "k":
      return move(-1);
    case "down":
    case "j":
      return move(1);
    case "pageup":
      return move(-page);
    case "pagedown":
      return move(page);
    case "home":
      return { row: rows[0] };
    case "end":
      return { row: rows.at(-1) };
    case "enter":
    case "right":
      if (opened || row === undefined || !rows.includes(row)) return {};
      return part === "threads"
        ? { opened: { slot: Number(row) }, row: undefined, filter: "" }
        : { opened: { metric: row }, part: "series", row: undefined, filter: "" };
    case "escape":
    case "left":
      if (row !== undefined && opened) return { row: undefined };
      if (opened?.metric !== undefined) {
        return { opened: undefined, part: "metrics", row: opened.metric, filter: "" };
      }
      if (opened) return { opened: undefined, part: "threads", row: `${opened.slot}`, filter: "" };
      return row === undefined ? { filter: "" } : { row: undefined };
  }
  return {};
}
