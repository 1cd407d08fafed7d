/**
 * One metric: figures, chart, parts of the threads, series.
 *
 * @module
 */
import { unitOfField } from "../shared/figures.ts";
import { clock, duration, percent, shortUnit, text } from "../shared/format.ts";
import type { MetricInfo } from "../shared/protocol.ts";
import { type Bar, Bars } from "./bars.ts";
import { type Figure, h, numbers, on, panel, put } from "./dom.ts";
import { type Cells, drawCells, drawDistribution, legend, type Mark } from "./heat_map.ts";
import { LineChart, type LineStyle } from "./line_chart.ts";
import type { MetricModel, Model } from "../shared/model.ts";
import { seriesPanel } from "./series_table.ts";
import { type App, heading, type View } from "./view.ts";

const HISTOGRAM_LINES: readonly LineStyle[] = [
  { color: "surface", width: 4 },
  { color: "p50", width: 2 },
  { color: "surface", width: 4 },
  { color: "p99", width: 2 },
];

/** Makes the view. */
export function metricView(app: App, { info }: MetricModel): View {
  const { name, kind, help, labels, error, lines } = info;
  const isHistogram = kind === "histogram";
  const unit = shortUnit(info.unit);
  const figures = numbers(figureNames(info));
  const host = h("div.chart");
  const distribution = isHistogram
    ? h<HTMLCanvasElement>("canvas.margin", { "aria-hidden": "true" })
    : null;
  const titles = {
    histogram: "Distribution over time",
    gauge: "Value",
    record: `${heading(lines[0] ?? "series")} per second`,
    counter: "Per second",
  };
  const chartPanel = panel(
    titles[kind],
    "chart",
    h("div.plot", host, distribution),
    isHistogram ? legend() : null,
  );
  const bars = new Bars("thread-shares");
  const facts = [
    help,
    labels.length > 0 && `by ${labels.join(", ")}`,
    error !== undefined && `quantiles within ${percent(error)}`,
    info.aggregate && info.aggregate !== "sum" && `${info.aggregate} of the threads`,
  ].filter(Boolean).join(" · ");
  const title = h("h1", h("code", name), h("span.kind", kind));
  const pair = h("div.pair", chartPanel, panel("By thread", "by-thread", bars.node));
  const hasSeries = labels.length > 0 || kind === "record";
  const series = hasSeries && app.model!.series ? seriesPanel(app, info) : undefined;
  let model = app.model!;
  let cursor: number | null = null;
  let columns: number[][] = [];
  const axisUnit = kind === "gauge" || isHistogram
    ? unit
    : `${kind === "record" ? unitOfField(lines[0]) : unit}/s`;
  const readout = () => {
    const last = (columns[0]?.length ?? 0) - 1;
    if (last < 0) return;
    const i = Math.min(cursor ?? last, last);
    const past = (last - i) * model.full.window / (last + 1);
    const when = i === last
      ? "now"
      : `${clock(app.now() - past * 1000)}, ${duration(past * 1000)} ago`;
    const words = isHistogram
      ? lines.slice(1).map((line, n) => `${line} ${text(columns[n][i], unit)}`).join(" · ")
      : text(columns[0][i], axisUnit);
    put(chartPanel.note, `${when}: ${words}`);
  };
  let cells: Cells | undefined;
  const chart = lines.length === 0 ? undefined : new LineChart(host, {
    height: isHistogram ? 340 : 196,
    // The heading says that it is per second.
    unit: axisUnit.replace(/\/s$/, ""),
    log: isHistogram,
    label: `${name} over the window`,
    lines: isHistogram ? HISTOGRAM_LINES : [{ color: "accent", fill: "accent-fill" }],
    below: (plot, window) => cells && drawCells(plot, cells, window),
    onCursor(index) {
      cursor = index;
      readout();
    },
  });
  on(host, "moved", () => app.say(chartPanel.note.textContent ?? ""));
  const draw = (metric: MetricModel) => {
    const { window } = model.full;
    const clears = (model.full.clears[name] ?? []).map((at) => (model.at - at) / 1000);
    if (!isHistogram) {
      columns = metric.rings.map((ring) => ring.values());
      chart?.set({ window, columns, clears });
      return;
    }
    columns = metric.rings.slice(1).map((ring) => ring.values());
    const { bounds, lowest = 0 } = info;
    if (bounds === undefined) return;
    cells = { columns: model.cells, bounds: bounds.map((bound) => bound ?? Infinity), lowest };
    const drawn = [columns[0], columns[0], columns[2], columns[2]];
    chart?.set({ window, columns: drawn, range: rangeOf(cells), clears });
    if (chart) drawDistribution(distribution!, chart.plot, cells, marksOf(model, unit));
  };
  return {
    nodes: [
      h("div.headline.metric", title, h("p.facts@facts", facts)),
      figures.node,
      pair,
      ...(series?.nodes ?? []),
    ],
    focusSearch: series?.focusSearch,
    update(now) {
      model = now;
      const metric = now.byName.get(name)!;
      showFigures(figures.values, metric, now);
      draw(metric);
      readout();
      bars.show(barsOf(now, info));
      series?.update(now);
    },
    resize() {
      series?.resize();
      series?.update(model);
    },
    restyle: () => chart?.restyle(),
    destroy() {
      chart?.destroy();
      series?.destroy();
    },
  };
}

function figureNames({ kind, lines }: MetricInfo): readonly string[] {
  switch (kind) {
    case "histogram":
      return ["p50", "p90", "p99", "p99.9", "max", "per second"];
    case "gauge":
      return ["now", "least", "greatest"];
    case "counter":
      return ["now", "greatest", "in all"];
    case "record":
      return [...lines, "series"];
  }
}

function showFigures(values: readonly Figure[], metric: MetricModel, model: Model): void {
  const { info, latest, totals, count, rings } = metric;
  const unit = shortUnit(info.unit);
  const known = () => rings[0].values().filter(isFinite);
  switch (info.kind) {
    case "histogram":
      for (let i = 0; i < 5; i++) values[i].show(model.windowQ[i] ?? NaN, unit);
      values[5].showRate(latest[0]);
      return;
    case "gauge": {
      const all = known();
      values[0].show(latest[0], unit);
      values[1].show(all.length > 0 ? all.reduce((a, b) => Math.min(a, b)) : NaN, unit);
      values[2].show(all.length > 0 ? all.reduce((a, b) => Math.max(a, b)) : NaN, unit);
      return;
    }
    case "counter": {
      const all = known();
      values[0].showRate(latest[0], unit);
      values[1].showRate(all.length > 0 ? all.reduce((a, b) => Math.max(a, b)) : NaN, unit);
      values[2].show(totals[0], unit);
      return;
    }
    case "record":
      info.lines.forEach((line, i) => values[i].showRate(latest[i], unitOfField(line)));
      values[info.lines.length].show(count);
  }
}

/** From the bin below the lowest one that is used to the end of the highest. */
function rangeOf({ columns, bounds, lowest }: Cells): [number, number] {
  let first = bounds.length;
  let last = -1;
  for (const counts of columns) {
    for (let bin = 0; bin < bounds.length; bin++) {
      if (!counts[bin]) continue;
      if (bin < first) first = bin;
      if (bin > last) last = bin;
    }
  }
  if (last < 0) {
    first = 0;
    last = bounds.length - 1;
  }
  const finite = bounds.filter(isFinite);
  const low = Math.max(first > 0 ? bounds[first - 1] : lowest, 1e-300);
  const top = bounds[last];
  const high = isFinite(top) ? top * 1.05 : (finite[finite.length - 1] ?? 1) * 10;
  return [low, Math.max(high, low * 2)];
}

function marksOf({ windowQ: [p50, p90, p99, , max] }: Model, unit: string): Mark[] {
  const mark = (label: string, value: number, color: Mark["color"]): Mark => ({
    value,
    label: `${label} ${text(value, unit)}`,
    color,
  });
  return [
    mark("p50", p50, "p50"),
    mark("p90", p90, "muted"),
    mark("p99", p99, "p99"),
    mark("max", max, "muted"),
  ];
}

/** The threads' parts: shares of what grew, or values of a gauge. */
function barsOf(model: Model, { kind, unit, aggregate, lines }: MetricInfo): Bar[] {
  const sum = model.by.reduce((all, part) => all + (part || 0), 0) || 1;
  return model.threads.filter(({ state }) => state !== "reserved").flatMap((thread): Bar[] => {
    const part = model.by[thread.slot];
    const isKnown = part !== undefined && !isNaN(part);
    if (!isKnown && thread.state !== "active") return [];
    const bar = {
      key: thread.slot,
      name: thread.name,
      href: `#/threads?at=${thread.slot}`,
      condition: thread.condition,
    };
    if (kind === "gauge") {
      const share = aggregate === "sum" ? Math.max(0, part || 0) / sum : undefined;
      return [{ ...bar, share, value: part ?? NaN, unit: shortUnit(unit) }];
    }
    const u = kind === "record" ? unitOfField(lines[0]) : kind === "counter" ? shortUnit(unit) : "";
    // Before the second sample nothing is known of rates.
    const seconds = model.seconds || model.full.every / 1000;
    return [{ ...bar, share: (part || 0) / sum, rate: (part || 0) / seconds, unit: u }];
  });
}
