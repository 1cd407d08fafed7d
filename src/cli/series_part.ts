/**
 * One metric on the whole screen: how it is spread, its threads, its series.
 *
 * @module
 */
import { duration, exact, percent, rate, shortUnit, text } from "../dashboard/shared/format.ts";
import { unitOfField } from "../dashboard/shared/figures.ts";
import type { MetricModel } from "../dashboard/shared/model.ts";
import { compareValues, parseSearch } from "../dashboard/shared/search.ts";
import type { SeriesModel } from "../dashboard/shared/series.ts";
import { fieldText } from "../dashboard/shared/series_fields.ts";
import { HEAT_HEIGHT, HEAT_WIDTH, heatLines, quantileLines } from "./heat_part.ts";
import { mainLine } from "./metric_part.ts";
import { type Line, line, shareBar, sparkline } from "./paint.ts";
import { type Drawn, hold, inSight, orderWords, type Screen, WIDE } from "./screen.ts";
import { SORTS } from "./state.ts";
import { type Column, rule, table } from "./table.ts";
import { pad, safe } from "./width.ts";

const BAR = 14;

/** The metric, in so many lines. */
export function metricDetail(screen: Screen, metric: MetricModel, height: number): Drawn {
  const { model, width } = screen;
  const { info } = metric;
  const lines: Line[] = [];
  if (info.kind === "histogram") {
    const isHigh = width >= 72 && height >= HEAT_HEIGHT + 6;
    const room = Math.min(height - 6, width >= HEAT_WIDTH ? 16 : HEAT_HEIGHT);
    if (isHigh) lines.push(...heatLines(screen, metric, room));
    if (!isHigh || width < HEAT_WIDTH) {
      lines.push(...quantileLines(screen, metric).slice(isHigh ? 1 : 0));
    }
  } else {
    const help = info.help === "" ? "" : ` · ${safe(info.help)}`;
    lines.push(
      rule(`${safe(info.name)}${help}`, "Esc: back", width),
      line(`   ${sparkline(mainLine(metric), Math.max(10, Math.min(60, width - 6)))}`),
    );
  }
  const series = info.labels.length > 0 || info.kind === "record" ? model.series : undefined;
  const room = height - lines.length;
  const threads = byThread(screen, metric, series ? Math.floor(room / 2) : room);
  lines.push(...threads);
  if (series === undefined) return { lines, rows: [] };
  const part = seriesTable(screen, metric, { series, height: room - threads.length });
  return { ...part, lines: [...lines, ...part.lines] };
}

function byThread({ model, width }: Screen, { info }: MetricModel, height: number): Line[] {
  const rows = model.threads.map(({ slot, name }) => ({ name, value: model.by[slot] ?? NaN }))
    .filter(({ value }) => Number.isFinite(value));
  const isGauge = info.kind === "gauge";
  const all = rows.reduce((sum, { value }) => sum + value, 0);
  if (!isGauge) rows.sort((a, b) => b.value - a.value);
  const room = Math.max(1, height - 1);
  const shown = rows.length > room ? rows.slice(0, room - 1) : rows;
  const unit = info.kind === "record"
    ? unitOfField(info.lines[0])
    : isGauge || info.kind === "counter"
    ? shortUnit(info.unit)
    : "";
  const out = [rule("by thread", "", width)];
  for (const { name, value } of shown) {
    const part = all > 0 ? value / all : 0;
    const bar = isGauge ? "" : `${shareBar(part, BAR)} ${percent(part)}`;
    const figure = isGauge ? text(value, unit) : rate(value / model.seconds, unit).join(" ");
    out.push(line(`   ${pad(safe(name), 16)} ${pad(safe(figure), 12, "right")}   ${bar}`));
  }
  if (shown.length < rows.length) {
    out.push(line([`   and ${rows.length - shown.length} more`, "dim"]));
  }
  if (rows.length === 0) out.push(line(["   no thread has a part of it now", "dim"]));
  return out;
}

/** The series that the filter leaves, in their order; the overflow series is the last. */
function seriesRows(
  { state, held }: Screen,
  { info }: MetricModel,
  series: SeriesModel,
): readonly number[] {
  const found = [...series.search(parseSearch(state.filter, info.labels))];
  const by = SORTS.series[state.sort.series];
  const isSum = series.columns[0]?.mode === "sum";
  const keyOf = (id: number): string | number =>
    by === "labels"
      ? info.labels.map((_, l) => series.label(l, id) ?? "").join(" ")
      : by === "rate" && isSum
      ? series.rate(0, id)
      : series.value(0, id);
  const keys = new Map(found.map((id) => [id, keyOf(id)]));
  const isDown = (by !== "labels") !== state.isReversed.series;
  found.sort((a, b) =>
    Number(a === series.overflow) - Number(b === series.overflow) ||
    compareValues(keys.get(a)!, keys.get(b)!, isDown)
  );
  return state.row === undefined ? found : hold(found, held, String);
}

function seriesTable(
  screen: Screen,
  metric: MetricModel,
  { series, height }: { readonly series: SeriesModel; readonly height: number },
): Drawn {
  const { state, width, model } = screen;
  const rows = seriesRows(screen, metric, series);
  const keys = rows.map(String);
  const chosen = state.row === undefined ? -1 : keys.indexOf(state.row);
  const sight = inSight(rows, height - 2, chosen);
  const drawn = table(sight, seriesColumns(screen, metric, series), {
    width,
    sign: () => ["   ", "plain"],
    isChosen: (id) => state.row === `${id}`,
  });
  const cut = model.cut > 0 ? `, ${exact(model.cut)} more left out` : "";
  const filter = state.filter || state.isTyping
    ? ` · filter: ${safe(state.filter)}${state.isTyping ? "_" : ""}`
    : "";
  const order = orderWords(screen, SORTS.series[state.sort.series], state.isReversed.series);
  const words = `series ${exact(rows.length)} of ${exact(series.ids.length)}${cut}${filter}`;
  const lines = [rule(words.replaceAll("\u202f", " "), order, width), drawn.head, ...drawn.lines];
  if (rows.length === 0) {
    lines.push(line(["   no series matches; Esc in the filter clears it", "dim"]));
  }
  return { lines, rows: keys, sight };
}

/** What the share of a series is of, and what its line shows. */
function lookColumns(
  { model, width }: Screen,
  { info }: MetricModel,
  series: SeriesModel,
): readonly Column<number>[] {
  const { every } = model.full;
  const columns = width >= WIDE ? 30 : 20;
  const line: Column<number> = {
    ...{ head: every === 1000 ? "LAST MINUTE" : `LAST ${duration(60 * every)}`, drop: 1 },
    width: columns,
    cell: (id) => sparkline(series.line(id) ?? [], columns),
  };
  if (series.columns[0]?.mode !== "sum") return info.kind === "gauge" ? [line] : [];
  const all = series.ids.reduce((sum, id) => sum + (series.rate(0, id) || 0), 0);
  const share: Column<number> = {
    ...{ head: " SHARE", width: BAR + 9, drop: 2 * series.columns.length + 2 },
    cell: (id) => {
      const part = all > 0 ? (series.rate(0, id) || 0) / all : 0;
      return ` ${shareBar(part, BAR)} ${pad(percent(part), 7, "right")}`;
    },
  };
  return [share, line];
}

function seriesColumns(
  screen: Screen,
  metric: MetricModel,
  series: SeriesModel,
): readonly Column<number>[] {
  const { model, now, width } = screen;
  const { info } = metric;
  const { every } = model.full;
  const widest = Math.max(8, Math.floor(width / 2 / Math.max(1, info.labels.length)) - 1);
  const labels: Column<number>[] = info.labels.map((name, l) => ({
    head: safe(name).toUpperCase(),
    width: Math.min(widest, Math.max(name.length, series.longest(l), l === 0 ? 10 : 4)),
    drop: 0,
    cell: (id) =>
      safe(series.label(l, id) ?? (l > 0 ? "" : id === series.overflow ? "(overflow)" : `#${id}`)),
  }));
  if (labels.length === 0) labels.push({ head: "ID", width: 10, drop: 0, cell: (id) => `#${id}` });
  const fields = series.columns.flatMap((column, c): Column<number>[] => {
    const unit = info.kind === "record" ? unitOfField(column.name) : shortUnit(info.unit);
    const name = safe(column.name).toUpperCase();
    const common = { side: "right" as const, drop: c === 0 ? 0 : c + 1 };
    if (column.mode === "value") {
      const cell = (id: number) =>
        info.kind === "gauge"
          ? text(series.value(c, id), unit)
          : fieldText(column, series.value(c, id), { now, every });
      return [{ ...common, head: name, width: 12, cell }];
    }
    return [
      {
        ...common,
        head: `${name} /S`,
        width: 12,
        cell: (id) => rate(series.rate(c, id), unit).join(" "),
      },
      {
        ...{ ...common, drop: c + 1 + series.columns.length, head: "IN ALL", width: 10 },
        cell: (id) => text(series.value(c, id), unit),
      },
    ];
  });
  return [
    ...labels,
    ...fields.slice(0, 1),
    ...lookColumns(screen, metric, series),
    ...fields.slice(1),
  ];
}
