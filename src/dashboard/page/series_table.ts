/**
 * The series of a metric: searched, sorted, ten thousand of them.
 *
 * @module
 */
import { exact, percent } from "../shared/format.ts";
import type { MetricInfo } from "../shared/protocol.ts";
import { parseOrder, parseSearch } from "../shared/search.ts";
import { h, on, put } from "./dom.ts";
import type { Model } from "../shared/model.ts";
import { columnsOf } from "./series_columns.ts";
import { seriesDetail } from "./series_detail.ts";
import { lineLoader } from "../shared/series_lines.ts";
import { Table } from "./table.ts";
import type { App } from "./view.ts";

/** So long after the last key a search goes to the program, where not all series are here. */
const TYPING_MS = 300;

/** The table with its search. */
export interface SeriesPanel {
  readonly nodes: readonly HTMLElement[];
  update(model: Model): void;
  resize(): void;
  destroy(): void;
  focusSearch(): void;
}

/** Makes it. */
export function seriesPanel(app: App, info: MetricInfo): SeriesPanel {
  let model = app.model!;
  const series = () => model.series!;
  const hasLabels = info.labels.length > 0;
  const hint = hasLabels
    ? `Search: words, or ${info.labels[info.labels.length - 1]}:value`
    : "Search: #id";
  const field = h<HTMLInputElement>("input@search", {
    ...{ type: "search", placeholder: hint, "aria-label": "Search series" },
    ...{ autocomplete: "off", spellcheck: "false" },
  });
  field.value = app.state.q;
  const count = h("span.note@count");
  const clear = () => {
    field.value = "";
    field.dispatchEvent(new Event("input"));
    field.focus();
  };
  const none = h(
    "p.none@no-match",
    "No series matches. ",
    h("button.link", { onclick: clear }, "Clear the search"),
  );
  const scale = { all: 1, most: 1 };
  const columns = columnsOf(info, { series, model: () => model, now: () => app.now(), scale });
  const sortable = new Set(columns.flatMap(({ key, sort }) => sort ? [key] : []));
  const fallback = {
    key: info.kind === "gauge" ? "value" : columns.find((c) => c.isRight)!.key,
    down: true,
  };
  const asked = parseOrder(app.state.sort, fallback);
  const lines = lineLoader({ metric: info.name, series, loaded: () => table.draw() });
  const table = new Table({
    label: `Series of ${info.name}`,
    testid: "series",
    rowHeight: 28,
    order: sortable.has(asked.key) ? asked : fallback,
    columns,
    onOrder: ({ key, down }) => app.go({ sort: (down ? "-" : "") + key }, true),
    onOpen: (id) => app.go({ at: String(id) }, true),
    onSight: lines.inSight,
    last: () => model.series?.overflow ?? -1,
  });
  const detail = seriesDetail(info, () => app.go({ at: "" }, true));
  const sumColumn = info.columns.findIndex(({ mode }) => mode === "sum");
  const weight = (id: number) => sumColumn < 0 ? 0 : series().rate(sumColumn, id) || 0;
  const search = () => {
    const terms = parseSearch(field.value, info.labels);
    const rows = series().search(terms);
    const sum = (ids: readonly number[]) => ids.reduce((all, id) => all + weight(id), 0);
    scale.all = sum(series().ids) || 1;
    scale.most = rows.reduce((most, id) => Math.max(most, weight(id)), 0) || 1;
    const isOverflowAlone = rows.length === 1 && rows[0] === series().overflow && terms.length > 0;
    table.set(rows, terms.map(({ word }) => word).filter(Boolean));
    const found = isOverflowAlone ? 0 : rows.length;
    const total = series().ids.length;
    const all = model.cut > 0 ? model.byName.get(info.name)!.count : total;
    const over = model.self.overflowed[info.name];
    put(
      count,
      [
        `${found < all ? `${exact(found)} of ` : ""}${exact(all)} series`,
        model.cut > 0 && terms.length === 0 && "by rate",
        sumColumn >= 0 && `${percent(sum(rows) / scale.all)} of the rate`,
        over && `${exact(over)} updates overflowed`,
      ].filter(Boolean).join(" · "),
    );
    none.hidden = found > 0 || total === 0 && terms.length === 0;
  };
  let typing: ReturnType<typeof setTimeout> | undefined;
  on(field, "input", () => {
    clearTimeout(typing);
    // Where not all series are here, the program searches.
    if (model.cut > 0) {
      typing = setTimeout(() => app.go({ q: field.value }, true), TYPING_MS);
    } else app.go({ q: field.value }, true);
    table.toTop();
    search();
  });
  return {
    nodes: [
      h("section.panel.flush@series-panel", h("header", field, count), table.node, none),
      detail.node,
    ],
    update(now) {
      const isSame = model.series === now.series;
      model = now;
      if (model.series === undefined) return;
      if (table.isHeld && isSame) {
        table.draw();
      } else search();
      const id = /^\d+$/.test(app.state.at) ? Number(app.state.at) : -1;
      detail.show(model, series().ids.includes(id) ? id : -1, lines.ask);
    },
    resize: () => table.measure(),
    destroy() {
      clearTimeout(typing);
      lines.stop();
      table.destroy();
    },
    focusSearch: () => field.focus(),
  };
}
