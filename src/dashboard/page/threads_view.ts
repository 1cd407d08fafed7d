/**
 * The threads: condition, rate, share, last update of each; below, what the chosen one did in the
 * window.
 *
 * @module
 */
import {
  evidenceOf,
  isIll,
  remarkOf,
  silenceOf,
  type ThreadView,
  worstFirst,
} from "../shared/conditions.ts";
import { unitOfField } from "../shared/figures.ts";
import { age, duration, exact, text } from "../shared/format.ts";
import { Bars } from "./bars.ts";
import { type Figure, figure, glyph, h, panel, put, type ShareBar, shareBar } from "./dom.ts";
import { metricHref } from "./link.ts";
import type { Model } from "../shared/model.ts";
import { spark } from "./spark.ts";
import { Table } from "./table.ts";
import type { TableColumn } from "./table_column.ts";
import { type App, headline, showCondition, type View } from "./view.ts";

/** The thread that is looked at: the one of the link, else one that is ill, else the first. */
export function chosenSlot(at: string, threads: readonly ThreadView[]): number {
  const asked = /^\d+$/.test(at) ? Number(at) : -1;
  if (threads.some(({ slot }) => slot === asked)) return asked;
  return (threads.find(isIll) ?? threads[0])?.slot ?? -1;
}

/** Makes the view. */
export function threadsView(app: App): View {
  const head = headline(app);
  let model = app.model!;
  let bySlot = new Map<number, ThreadView>();
  const thread = (slot: number) => bySlot.get(slot)!;
  const columns: readonly TableColumn[] = columnsOf(app, () => model, thread);
  const table = new Table({
    label: "Threads",
    testid: "threads",
    rowHeight: 32,
    isWhole: true,
    columns,
    onOpen: (slot) => app.go({ at: String(slot) }),
  });
  const bars = new Bars("thread-shares", { isBroad: true });
  const detail = panel("", "thread-detail", bars.node);
  return {
    nodes: [head.node, h("section.panel.flush", table.node), detail],
    update(now) {
      model = now;
      bySlot = new Map(now.threads.map((one) => [one.slot, one]));
      head.update(now);
      const order = now.threads.length > 24 ? worstFirst(now.threads) : now.threads;
      if (!table.isHeld || table.rows.length !== order.length) {
        table.set(order.map(({ slot }) => slot));
      } else table.draw();
      const chosen = thread(chosenSlot(app.state.at, now.threads));
      detail.hidden = chosen === undefined;
      if (chosen === undefined) return;
      put(detail.heading, `What ${chosen.name} did in this window`);
      const done = now.done[chosen.slot] ?? 0;
      put(detail.note, `slot ${chosen.slot} · ${text(done)} updates since this page is watched`);
      detail.note.title = exact(done);
      bars.show(now.metrics.flatMap(({ info }, i) => {
        const [own, all] = now.thread[i] ?? [0, 0];
        if (info.kind === "gauge") return [];
        return [{
          key: info.name,
          name: info.name,
          href: metricHref(info.name),
          share: all ? own / all : 0,
          rate: own / now.threadSeconds,
          unit: info.kind === "record" ? unitOfField(info.lines[0]) : "",
        }];
      }));
    },
    ages(now) {
      head.update(now);
      table.draw();
    },
    destroy: () => table.destroy(),
  };
}

type AnyColumn =
  // deno-lint-ignore no-explicit-any -- each column has cells of its own kind
  TableColumn<any>;

function columnsOf(
  app: App,
  model: () => Model,
  thread: (slot: number) => ThreadView,
): AnyColumn[] {
  const last = (one: ThreadView) => {
    if (one.state === "reserved") return "never";
    if (one.condition === "moving") return age(0, model().full.every);
    if (one.state === "revoked") return one.since ? duration(app.now() - one.since) : "–";
    return one.last || one.state === "active"
      ? age(silenceOf(one, app.now()), model().full.every)
      : "–";
  };
  return [
    {
      key: "name",
      title: "Thread",
      width: "150px",
      sort: (slot) => thread(slot).name,
      make: () => h("span.name", glyph(), h("span")),
      fill(cell: HTMLElement, slot) {
        const one = thread(slot);
        showCondition(cell, cell.firstElementChild as HTMLElement, one);
        put(cell.lastChild!, one.name);
        cell.title = one.name;
      },
    },
    {
      key: "state",
      title: "State",
      width: "84px",
      sort: (slot) => thread(slot).condition,
      make: () => h("span.state"),
      fill(cell: HTMLElement, slot) {
        cell.dataset.state = thread(slot).condition;
        put(cell, thread(slot).condition);
      },
    },
    {
      key: "rate",
      title: "Updates",
      width: "96px",
      isRight: true,
      sort: (slot) => model().rates[slot],
      make: figure,
      fill: (cell: Figure, slot) => cell.showRate(model().rates[slot]),
    },
    {
      key: "share",
      title: "Share",
      width: "150px",
      isWide: true,
      make: shareBar,
      fill: (cell: ShareBar, slot) => cell.show((model().rates[slot] || 0) / (model().rate || 1)),
    },
    {
      key: "line",
      title: "Last minute",
      width: "132px",
      isWide: true,
      make: () => h<HTMLCanvasElement>("canvas.spark"),
      fill: (cell: HTMLCanvasElement, slot) => spark(cell, model().work[slot]?.values()),
    },
    {
      key: "last",
      title: "Last update",
      width: "96px",
      isRight: true,
      sort: (slot) => -thread(slot).last,
      make: () => h("span"),
      fill(cell: HTMLElement, slot) {
        put(cell, last(thread(slot)));
        cell.title = evidenceOf(thread(slot), app.now());
      },
    },
    {
      key: "remark",
      title: "",
      isWide: true,
      make: () => h("span.also"),
      fill: (cell: HTMLElement, slot) => put(cell, remarkOf(thread(slot))),
    },
  ];
}
