/**
 * Lines of a name, a bar and a figure.
 *
 * @module
 */
import { type Condition, SIGNS } from "../shared/conditions.ts";
import { figure, glyph, h, put, shareBar } from "./dom.ts";

/** One line. */
export interface Bar {
  readonly key: string | number;
  readonly name: string;
  readonly href: string;
  readonly condition?: Condition;
  /** `undefined`: parts that are no part of a whole have no bar. */
  readonly share?: number;
  /** Per second. */
  readonly rate?: number;
  /** Instead of a rate. */
  readonly value?: number;
  readonly unit?: string;
}

type Line = ReturnType<typeof makeLine>;

/** A list of lines. */
export class Bars {
  readonly node: HTMLElement;
  readonly #lines = new Map<string | number, Line>();

  constructor(testid: string, { isBroad = false }: { isBroad?: boolean } = {}) {
    this.node = h("div.bars", { "data-testid": testid, tabindex: "0", role: "group" });
    if (isBroad) this.node.classList.add("broad");
  }

  /** Shows these, in their order. */
  show(bars: readonly Bar[]): void {
    const keys = new Set(bars.map(({ key }) => key));
    for (const [key, { row }] of this.#lines) {
      if (keys.has(key)) continue;
      row.remove();
      this.#lines.delete(key);
    }
    bars.forEach((bar, i) => {
      let line = this.#lines.get(bar.key);
      if (line === undefined) this.#lines.set(bar.key, line = makeLine(bar));
      if (this.node.children[i] !== line.row) {
        this.node.insertBefore(line.row, this.node.children[i] ?? null);
      }
      line.row.dataset.state = bar.condition ?? "";
      put(line.sign, bar.condition === undefined ? "" : SIGNS[bar.condition]);
      put(line.name, bar.name);
      line.share.style.visibility = bar.share === undefined ? "hidden" : "";
      line.share.show(bar.share ?? 0);
      if (bar.rate !== undefined) line.value.showRate(bar.rate, bar.unit);
      else line.value.show(bar.value, bar.unit);
    });
  }
}

function makeLine({ href, name, key }: Bar) {
  const sign = glyph();
  const label = h("span");
  const share = shareBar();
  const value = figure();
  const link = h("a.name", { href, title: name }, sign, label);
  const row = h("div.line", { "data-key": String(key) }, link, share, value);
  return { sign, name: label, share, value, row };
}
