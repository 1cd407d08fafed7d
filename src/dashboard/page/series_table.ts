/**
 * The series of a metric: searched, sorted, ten thousand of them; and one of them opened.
 *
 * @module
 */
import {
  age,
  duration,
  exact,
  parts,
  percent,
  rate as rateText,
  shortUnit,
  text,
} from "../shared/format.ts";
import type { Column, MetricInfo } from "../shared/protocol.ts";
import { parseOrder, parseSearch } from "../shared/search.ts";
import { type Figure, figure, h, marked, on, put, type ShareBar, shareBar } from "./dom.ts";
import type { Model } from "./model.ts";
import type { SeriesModel } from "./series.ts";
import { spark } from "./spark.ts";
import { Table, type TableColumn } from "./table.ts";
import { type App, heading, unitOfField } from "./view.ts";

/** Lines are asked for when the rows have stood still for so long. */
const SIGHT_MS = 150;
/** So many at a time. */
const MOST_LINES = 100;
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
  const lines = lineLoader(info.name, series, () => table.draw());
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

/** Asks for the lines of series that have come into sight. */
function lineLoader(metric: string, series: () => SeriesModel, draw: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const load = async (wanted: readonly number[]) => {
    const known = series();
    const ids = wanted.filter((id) => known.line(id) === undefined).slice(0, MOST_LINES);
    if (ids.length === 0) return;
    // Not asked for again while the answer is on its way.
    for (const id of ids) known.setLine(id, []);
    try {
      const query = new URLSearchParams({ m: metric, ids: ids.join(",") });
      const { points } = await (await fetch(`points?${query}`)).json();
      for (const id of ids) if (points[id]) known.setLine(id, points[id]);
      draw();
    } catch {
      // The connection is lost, and says so elsewhere.
    }
  };
  return {
    inSight(ids: readonly number[]) {
      clearTimeout(timer);
      timer = setTimeout(() => load(ids), SIGHT_MS);
    },
    ask: (id: number) => void load([id]),
    stop: () => clearTimeout(timer),
  };
}

/** What a column of the table may ask. */
interface Sources {
  series(): SeriesModel;
  model(): Model;
  now(): number;
  /** The rate of all series, and the greatest of the result. */
  readonly scale: { readonly all: number; readonly most: number };
}

// deno-lint-ignore no-explicit-any -- each column has cells of its own kind
function columnsOf(info: MetricInfo, sources: Sources): TableColumn<any>[] {
  const { kind, labels, columns } = info;
  const { series, model, scale } = sources;
  const unit = shortUnit(info.unit);
  const line: TableColumn<HTMLCanvasElement> = {
    key: "line",
    title: `Last ${model().full.every === 1000 ? "minute" : duration(60 * model().full.every)}`,
    width: "96px",
    isWide: true,
    make: () => h<HTMLCanvasElement>("canvas.spark"),
    fill: (cell, id) => spark(cell, series().line(id)),
  };
  const rate = (c: number, title: string, u: string): TableColumn<Figure> => ({
    key: kind === "record" ? columns[c].name : "rate",
    title,
    width: "108px",
    isRight: true,
    isWide: kind === "record" && c !== columns.findIndex(({ mode }) => mode === "sum"),
    sort: (id) => series().rate(c, id),
    make: figure,
    fill: (cell, id) => cell.showRate(series().rate(c, id), u),
  });
  const value = (
    c: number,
    title: string,
    u: string,
    key = columns[c].name,
  ): TableColumn<Figure> => ({
    key,
    title,
    width: "92px",
    isRight: true,
    isWide: kind !== "gauge",
    sort: (id) => series().value(c, id),
    make: figure,
    fill(cell, id) {
      cell.show(series().value(c, id), u);
      cell.title = exact(series().value(c, id));
    },
  });
  const share: TableColumn<ShareBar> = {
    key: "share",
    title: "Share",
    width: "130px",
    isWide: true,
    make: shareBar,
    fill(cell, id) {
      const own = series().rate(0, id) || 0;
      cell.show(own / scale.all, own / scale.most);
    },
  };
  const names = labels.length > 0
    ? labels.map((label, l) => labelColumn(label, l, info, series))
    : [idColumn()];
  switch (kind) {
    case "counter":
      return [...names, rate(0, "Rate", unit), share, line, value(0, "In all", unit, "total")];
    case "gauge":
      return [...names, value(0, "Value", unit), line];
    case "histogram":
      return [
        ...names,
        ...[
          rate(0, "Rate", ""),
          share,
          line,
          value(1, "p99", unit),
          value(0, "In all", "", "total"),
        ],
      ];
    case "record": {
      const sums = columns.flatMap(({ mode }, c) => mode === "sum" ? [c] : []);
      const first = sums[0];
      return [
        ...names,
        ...sums.map((c) => rate(c, heading(columns[c].name), unitOfField(columns[c].name))),
        ...(columns[0].mode === "sum" ? [line] : []),
        ...(first === undefined
          ? []
          : [value(first, "In all", unitOfField(columns[first].name), "total")]),
        ...columns.flatMap((column, c) =>
          column.mode === "value" ? [fieldColumn(column, c, sources)] : []
        ),
      ];
    }
  }
}

function labelColumn(
  label: string,
  l: number,
  { labels }: MetricInfo,
  series: () => SeriesModel,
): TableColumn {
  return {
    key: label,
    title: label,
    width: widthOf(series().longest(l), label),
    isWide: labels.length > 3 && l === 2,
    sort: (id) => series().label(l, id) ?? "",
    make: () => h("span.text"),
    fill(cell, id, words) {
      const value = series().label(l, id);
      const other = l > 0 ? "" : id === series().overflow ? "all others" : `#${id}`;
      marked(cell, value ?? other, value === undefined ? [] : words);
    },
  };
}

/** Short values get as much room as they need, so that long ones have the rest. */
function widthOf(longest: number, label: string): string | undefined {
  const letters = Math.max(longest, label.length);
  return letters <= 12 ? `${Math.max(80, Math.ceil(letters * 7.5) + 24)}px` : undefined;
}

function idColumn(): TableColumn {
  return {
    key: "id",
    title: "id",
    sort: (id) => id,
    make: () => h("span.text"),
    fill: (cell, id) => put(cell, `#${id}`),
  };
}

/**
 * A field of a record that is no sum: a time as an age, bits as hexadecimal, others as they are.
 */
function fieldColumn(column: Column, c: number, { series, model, now }: Sources): TableColumn {
  return {
    key: column.name,
    title: heading(column.name),
    width: "92px",
    isRight: true,
    isWide: true,
    sort: (id) => series().value(c, id),
    make: () => h("span"),
    fill(cell, id) {
      const value = series().value(c, id);
      put(cell, fieldText(column, value, { now: now(), every: model().full.every }));
      cell.title = exact(value);
    },
  };
}

/**
 * A time as milliseconds since 1970, whether it is one of seconds, milliseconds, micro- or
 * nanoseconds; `undefined` if it is none of the last ten years.
 */
function dayOf(value: number, now: number): number | undefined {
  return [1e3, 1, 1e-3, 1e-6].map((factor) => value * factor)
    .find((ms) => ms <= now + 86_400_000 && ms > now - 10 * 366 * 86_400_000);
}

function fieldText(
  { name, op }: Column,
  value: number,
  { now, every }: { now: number; every: number },
): string {
  if (op === "bitOr") return `0x${value.toString(16)}`;
  if (!isFinite(value)) return "–";
  if (/seen$|time$|At$/i.test(name)) {
    const day = dayOf(value, now);
    if (day !== undefined) return age(now - day, every);
  }
  return text(value, unitOfField(name));
}

/**
 * One series opened: all of its labels and figures, in a box that floats, so that nothing moves.
 */
function seriesDetail(info: MetricInfo, close: () => void) {
  const facts = h("dl");
  const line = h<HTMLCanvasElement>("canvas.spark");
  const node = h(
    "section.drawer@series-detail",
    { hidden: "", "aria-label": "One series" },
    h(
      "header",
      h("h2", "One series"),
      h("button.button", { onclick: close }, "Close"),
    ),
    facts,
    line,
  );
  let shown = -1;
  return {
    node,
    show(model: Model, id: number, ask: (id: number) => void) {
      node.hidden = id < 0;
      if (id < 0) {
        shown = -1;
        return;
      }
      const series = model.series!;
      const unit = shortUnit(info.unit);
      const rows: [string, string][] = info.labels.map((label, l) => [
        label,
        series.label(l, id) ?? (id === series.overflow ? "all others" : "–"),
      ]);
      rows.push(["id", `#${id}`]);
      info.columns.forEach((column, c) => {
        const value = series.value(c, id);
        const u = info.kind === "record"
          ? unitOfField(column.name)
          : column.name === "count"
          ? ""
          : unit;
        if (column.mode === "sum") {
          rows.push([`${column.name} per second`, rateText(series.rate(c, id), u).join("\u202f")]);
          rows.push([`${column.name} in all`, exact(value) + (u && `\u202f${u}`)]);
        } else {
          const words = column.op === undefined
            ? parts(value, unit).join("\u202f").trim()
            : fieldText(column, value, { now: model.at, every: model.full.every });
          rows.push([column.name, words]);
        }
      });
      if (facts.children.length !== rows.length * 2) {
        facts.replaceChildren(...rows.flatMap(() => [h("dt"), h("dd")]));
      }
      rows.forEach(([name, value], i) => {
        put(facts.children[2 * i], name);
        put(facts.children[2 * i + 1], value);
      });
      if (shown !== id) {
        shown = id;
        ask(id);
      }
      spark(line, series.line(id));
    },
  };
}
