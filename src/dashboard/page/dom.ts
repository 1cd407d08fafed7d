/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Making and changing elements. Text is always text: nothing here knows HTML.
 *
 * @module
 */
import { parts, percent, rate } from "../shared/format.ts";

type Attributes = Record<string, string | ((event: Event) => void) | undefined>;
type Child = Node | string | null | undefined;

/** `h("div.class@test-id", { attributes }, ...children)`. Attributes may be left out. */
export function h<Element extends HTMLElement = HTMLElement>(
  action: string,
  ...given: (Attributes | Child)[]
): Element {
  const [, tag, classes, id] = /^(\w+)([^@]*)@?(.*)$/s.exec(action)!;
  const node = document.createElement(tag) as Element;
  const [first, ...rest] = given;
  const hasAttributes = typeof first === "object" && first !== null && !(first instanceof Node);
  if (classes) node.className = classes.replaceAll(".", " ").trim();
  if (id) node.dataset.testid = id;
  for (const [name, value] of Object.entries(hasAttributes ? first : {})) {
    if (typeof value === "function") on(node, name.slice(2), value);
    else if (value !== undefined) node.setAttribute(name, value);
  }
  for (const child of (hasAttributes ? rest : given) as Child[]) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

/** Listens. */
export function on(
  target: EventTarget,
  type: string,
  // deno-lint-ignore no-explicit-any -- which kind of event it is, its name says
  listener: (event: any) => void,
  options?: AddEventListenerOptions,
): void {
  target.addEventListener(type, listener, options);
}

/** The element with an id of the document. */
export function $<Element extends HTMLElement = HTMLElement>(id: string): Element {
  return document.getElementById(id) as Element;
}

/** What an element says now: to ask the element itself costs more. */
const said = new WeakMap<Node, string>();

/**
 * Changes a text only when it differs: no layout, no flicker, nothing for a screen reader to
 * repeat.
 */
export function put(node: Node, value: string | number): void {
  const words = String(value);
  if (said.get(node) === words) return;
  said.set(node, words);
  node.textContent = words;
}

/** The sign of a state, for the eye alone; a word always stands beside it. */
export function glyph(): HTMLElement {
  return h("i.glyph", { "aria-hidden": "true" });
}

/** A number and its unit in two aligned boxes. */
export interface Figure extends HTMLElement {
  show(value: number | bigint | undefined | null, unit?: string): void;
  showRate(value: number | undefined, unit?: string): void;
}

/** Makes a figure. */
export function figure(): Figure {
  const number = h("span", "–");
  const unit = h("span.u");
  const set = ([a, b]: readonly [string, string]) => {
    put(number, a);
    put(unit, b);
  };
  return Object.assign(h("span.figure", number, unit), {
    show: (value: number | bigint | undefined | null, u?: string) => set(parts(value, u)),
    showRate: (value: number | undefined, u?: string) => set(rate(value, u)),
  });
}

/** A bar with a percentage; its length may have another scale. */
export interface ShareBar extends HTMLElement {
  show(share: number, length?: number): void;
}

/** Makes a bar. */
export function shareBar(): ShareBar {
  const fill = h("i");
  const label = h("span");
  return Object.assign(h("span.share", h("b", fill), label), {
    show(share: number, length = share) {
      fill.style.transform = `scaleX(${Math.max(0, Math.min(1, length || 0)).toFixed(4)})`;
      put(label, percent(share));
    },
  });
}

/** Text in which what was searched for is marked. */
export function marked(node: HTMLElement, value: string, words: readonly string[]): void {
  const key = `${value}\0${words.join("\0")}`;
  if (said.get(node) === key) return;
  said.set(node, key);
  node.title = value;
  const low = value.toLowerCase();
  const hits = words.map((word) => [low.indexOf(word), word.length])
    .filter(([at, length]) => at >= 0 && length > 0).sort((a, b) => a[0] - b[0]);
  node.textContent = "";
  let at = 0;
  for (const [start, length] of hits) {
    if (start < at) continue;
    node.append(value.slice(at, start), h("mark", value.slice(start, start + length)));
    at = start + length;
  }
  node.append(value.slice(at));
}

/** A box with a heading. */
export interface Panel extends HTMLElement {
  readonly heading: HTMLElement;
  readonly note: HTMLElement;
}

/** Makes a box with a heading and a note beside it. */
export function panel(title: string, testid: string, ...children: Child[]): Panel {
  const heading = h("h2", title);
  const note = h("span.note");
  const box = h(`section.panel@${testid}`, h("header", heading, note), ...children);
  return Object.assign(box, { heading, note });
}

/** Figures side by side, names above. */
export function numbers(names: readonly string[]): { node: HTMLElement; values: Figure[] } {
  const values = names.map(figure);
  const boxes = names.map((name, i) => h("div", h("dt", name), h("dd", values[i])));
  return { node: h("dl.numbers@numbers", ...boxes), values };
}
