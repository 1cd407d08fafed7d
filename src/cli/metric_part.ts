/**
 * The metrics.
 *
 * @module
 */
import { mainFigure, unitOfField } from "../dashboard/shared/figures.ts";
import { exact, shortUnit, text, trend } from "../dashboard/shared/format.ts";
import type { MetricModel } from "../dashboard/shared/model.ts";
import { compareValues } from "../dashboard/shared/search.ts";
import { sparkline } from "./paint.ts";
import { type Drawn, hold, inSight, orderWords, type Screen, WIDE } from "./screen.ts";
import { SORTS } from "./state.ts";
import { type Column, rule, table } from "./table.ts";
import { pad, safe, widthOf } from "./width.ts";

/** The values that stand for a metric: p99 of a histogram, else its first line. */
export function mainLine({ info, rings }: MetricModel): number[] {
  const line = info.kind === "histogram" ? info.lines.indexOf("p99") : 0;
  return rings[line]?.values() ?? [];
}

/** What a metric counted in all; of others what its figure is. */
function inAll({ info, totals }: MetricModel): string {
  switch (info.kind) {
    case "counter":
      return text(totals[0], shortUnit(info.unit));
    case "record":
      return totals.length === 0 ? "" : text(totals[0], unitOfField(info.lines[0]));
    case "gauge":
      return "now";
    case "histogram":
      return "p99";
  }
}

/** The metrics that the filter leaves, in their order. */
export function metricRows({ model, state, held }: Screen): readonly MetricModel[] {
  const words = state.part === "metrics" ? state.filter.toLowerCase().match(/\S+/g) ?? [] : [];
  const rows = model.metrics.filter(({ info: { name, kind, help } }) =>
    words.every((word) => `${name} ${kind} ${help}`.toLowerCase().includes(word))
  );
  const by = SORTS.metrics[state.sort.metrics];
  const figure = (metric: MetricModel) =>
    (metric.info.kind === "histogram" ? metric.q[2] : metric.latest[0]) ?? NaN;
  if (by === "name") rows.sort((a, b) => compareValues(a.info.name, b.info.name, false));
  if (by === "now") rows.sort((a, b) => compareValues(figure(a), figure(b), true));
  if (by === "in all") {
    rows.sort((a, b) => compareValues(a.totals[0] ?? NaN, b.totals[0] ?? NaN, true));
  }
  if (state.isReversed.metrics) rows.reverse();
  return state.part === "metrics" && state.row !== undefined
    ? hold(rows, held, ({ info }) => info.name)
    : rows;
}

/** The metric whose values are shown below: the chosen one, else the first histogram. */
export function detailMetric({ model, state }: Screen): MetricModel | undefined {
  const chosen = state.part === "metrics" && state.row !== undefined
    ? model.byName.get(state.row)
    : undefined;
  if (chosen !== undefined) return chosen.info.kind === "histogram" ? chosen : undefined;
  return model.metrics.find(({ info }) => info.kind === "histogram");
}

/** The part, in so many lines. */
export function metricPart(screen: Screen, height: number): Drawn {
  const { model, state, width } = screen;
  const rows = metricRows(screen);
  const keys = rows.map(({ info }) => info.name);
  const isHere = state.part === "metrics";
  const filter = isHere && (state.filter || state.isTyping)
    ? ` · filter: ${safe(state.filter)}${state.isTyping ? "_" : ""}`
    : "";
  const order = orderWords(
    isHere ? screen : { ...screen, state: { ...state, row: undefined } },
    SORTS.metrics[state.sort.metrics],
    state.isReversed.metrics,
  );
  const count = filter ? `${rows.length} of ${model.metrics.length}` : `${rows.length}`;
  const right = filter || !isHere ? order : `${order}  /: filter`;
  const chosen = isHere && state.row !== undefined ? keys.indexOf(state.row) : -1;
  const detail = detailMetric(screen);
  const drawn = table(inSight(rows, height - 2, chosen), columnsOf(screen), {
    width,
    sign: (metric) => [metric === detail ? " ▌ " : "   ", "plain"],
    isChosen: ({ info }) => isHere && info.name === state.row,
  });
  return {
    lines: [rule(`metrics ${count}${filter}`, right, width), drawn.head, ...drawn.lines],
    rows: keys,
  };
}

function columnsOf({ model, width }: Screen): readonly Column<MetricModel>[] {
  const isWide = width >= WIDE;
  const longest = model.metrics.reduce(
    (most, { info }) => Math.max(most, widthOf(safe(info.name))),
    0,
  );
  const line = isWide ? 40 : 20;
  return [
    {
      ...{ head: "METRIC", width: Math.min(Math.max(12, longest), isWide ? 24 : 14), drop: 0 },
      cell: ({ info }) => safe(info.name),
    },
    { head: "KIND", width: 9, drop: 3, style: "dim", cell: ({ info }) => info.kind },
    {
      ...{ head: "NOW  ", width: 12, side: "right", drop: 0 },
      cell: (metric) => {
        const [number, unit] = mainFigure(metric);
        return `${number} ${pad(safe(unit), 4)}`;
      },
    },
    {
      ...{ head: "TREND", width: 9, side: "right", drop: 2 },
      cell: (metric) => trend(mainLine(metric)),
    },
    {
      ...{ width: line, drop: 1 },
      head: model.full.window === 60 ? "LAST MINUTE" : "WINDOW",
      cell: (metric) => sparkline(mainLine(metric), line),
    },
    { head: "IN ALL", width: 8, side: "right", drop: 4, cell: inAll },
    ...(isWide
      ? [{
        ...{ head: "SERIES", width: 8, side: "right" as const, drop: 5 },
        cell: ({ info, count }: MetricModel) => info.labels.length > 0 ? exact(count) : "",
      }]
      : []),
  ];
}
