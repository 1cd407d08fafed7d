/**
 * What the views of the page have in common.
 *
 * @module
 */
import { isIll, SIGNS, type ThreadView, type Verdict, verdictOf } from "../shared/conditions.ts";
import { seriesCount } from "../shared/figures.ts";
import { duration, exact, text } from "../shared/format.ts";
import { glyph, h, put } from "./dom.ts";
import type { State } from "./link.ts";
import type { Model } from "../shared/model.ts";

/** What a view may ask of the page. */
export interface App {
  readonly state: State;
  readonly model: Model | undefined;
  /** Since when nothing is known any more, in milliseconds since 1970; 0: all is well. */
  readonly lostAt: number;
  /** The time that the figures are of, on the program's clock. */
  now(): number;
  /** Goes somewhere. `isQuiet`: the same place, and no entry in the history. */
  go(change: Partial<State>, isQuiet?: boolean): void;
  /** Says something to screen readers, and shows it for a while. */
  say(words: string): void;
}

/** A part of the document that shows a place. Made once for each visit. */
export interface View {
  readonly nodes: readonly HTMLElement[];
  /** New figures. */
  update(model: Model): void;
  /** What counts on between two messages. */
  ages?(model: Model): void;
  /** The window has another size. */
  resize?(): void;
  /** The colours have changed. */
  restyle?(): void;
  destroy?(): void;
  focusSearch?(): void;
}

/** The verdict on all threads. */
export function verdict(app: App, model: Model): Verdict {
  const killedSince = model.at - app.state.window * 1000;
  return verdictOf(model.threads, { killedSince, lostAt: app.lostAt });
}

/** How many threads ask for somebody. */
export function illCount(threads: readonly ThreadView[]): number {
  return threads.filter(isIll).length;
}

/** A name as a heading has it. */
export function heading(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The line at the top of overview and threads. */
export function headline(app: App): { node: HTMLElement; update(model: Model): void } {
  const sign = glyph();
  const words = h("span@verdict");
  const also = h("span.also");
  const facts = h("p.facts@facts");
  const node = h("div.headline", h("h1", sign, words, also), facts);
  return {
    node,
    update(model) {
      const found = verdict(app, model);
      node.dataset.level = found.level;
      const signs: Record<string, string> = { ok: "●", warn: "◐", bad: "▲" };
      put(sign, signs[found.level] ?? "○");
      put(words, found.words);
      put(also, found.also && ` · ${found.also}`);
      const series = seriesCount(model);
      const running = duration(app.now() - model.full.started);
      put(
        facts,
        `${text(model.rate)} updates/s · ${exact(series)} series · running for ${running}`,
      );
    },
  };
}

/** Shows a thread's condition: its sign, and what colours it. */
export function showCondition(node: HTMLElement, sign: HTMLElement, thread: ThreadView): void {
  if (node.dataset.state !== thread.condition) node.dataset.state = thread.condition;
  put(sign, SIGNS[thread.condition]);
}
