/**
 * What is known as lines for programs and pipes.
 *
 * @module
 */
import { evidenceOf, verdictOf } from "../dashboard/shared/conditions.ts";
import { mainFigure } from "../dashboard/shared/figures.ts";
import { clock, rate, text, trend } from "../dashboard/shared/format.ts";
import type { Model } from "../dashboard/shared/model.ts";
import type { FullMessage } from "../dashboard/shared/protocol.ts";
import { SeriesModel } from "../dashboard/shared/series.ts";
import { mainLine } from "./metric_part.ts";
import { type Looks, signs } from "./paint.ts";
import { safe } from "./width.ts";

/** One line for each thread and metric, with tabs between its fields; ends with an empty line. */
export function plainBlock(model: Model, now: number, looks: Looks): string {
  const at = clock(model.at);
  const lines = [
    [at, "verdict", verdictOf(model.threads).words, `${text(model.rate)} updates/s`],
    ...model.threads.map((thread) => [
      ...[at, "thread", thread.name, thread.condition, rate(model.rates[thread.slot]).join(" ")],
      thread.condition === "moving" ? "" : evidenceOf(thread, now),
    ]),
    ...model.metrics.map((metric) => {
      const [number, unit] = mainFigure(metric);
      const { name, kind } = metric.info;
      return [at, "metric", name, kind, `${number} ${unit}`.trim(), trend(mainLine(metric))];
    }),
  ];
  // Tabs in names would be further fields.
  const rows = lines.map((fields) =>
    fields.map((field) => signs(safe(field), looks)).join("\t").trimEnd()
  );
  return `${rows.join("\n")}\n\n`;
}

/** The message `full` with text for labels and numbers for values, in place of their codes. */
export function plainFull(full: FullMessage): unknown {
  const { series, ...rest } = full;
  const info = full.metrics.find(({ name }) => name === series?.m);
  if (series === undefined || info === undefined) return rest;
  const { columns, labels } = info;
  const known = new SeriesModel(columns, series, full.n);
  const finite = (value: number) => Number.isFinite(value) ? value : null;
  const rows = known.ids.map((id) => ({
    id,
    labels: Object.fromEntries(labels.map((label, l) => [label, known.label(l, id) ?? null])),
    values: Object.fromEntries(columns.map(({ name }, c) => [name, finite(known.value(c, id))])),
    rates: Object.fromEntries(
      columns.flatMap(({ name, mode }, c) =>
        mode === "sum" ? [[name, finite(known.rate(c, id))]] : []
      ),
    ),
  }));
  return { ...rest, series: { m: series.m, overflow: series.overflow, rows } };
}
