/**
 * The columns of a metric's series, by its kind.
 *
 * @module
 */
import { unitOfField } from "../shared/figures.ts";
import { duration, exact, shortUnit } from "../shared/format.ts";
import type { Column, MetricInfo } from "../shared/protocol.ts";
import { type Figure, figure, h, marked, put, type ShareBar, shareBar } from "./dom.ts";
import type { Model } from "../shared/model.ts";
import { fieldText } from "../shared/series_fields.ts";
import type { SeriesModel } from "../shared/series.ts";
import { spark } from "./spark.ts";
import type { TableColumn } from "./table_column.ts";
import { heading } from "./view.ts";

/** What a column of the table may ask. */
export interface Sources {
  series(): SeriesModel;
  model(): Model;
  now(): number;
  /** The rate of all series, and the greatest of the result. */
  readonly scale: { readonly all: number; readonly most: number };
}

// deno-lint-ignore no-explicit-any -- each column has cells of its own kind
export function columnsOf(info: MetricInfo, sources: Sources): TableColumn<any>[] {
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
