/**
 * What a view of the page shows, as JSON and as text: for the page's copies, for `curl` and for
 * scripts. All rows, not only those in sight.
 *
 * @module
 */
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { MetricHistory } from "./metric_history.ts";
import type { Sample, Sampler } from "./sampler.ts";
import { chooseSeries, hasSeries, isOverflow, labelsOf } from "./series_list.ts";
import { evidenceOf, SIGNS, toThread, verdictOf } from "./shared/conditions.ts";
import { printable } from "./shared/printable.ts";
import { clock, duration, exact, parts, percent, rate, shortUnit, text } from "./shared/format.ts";

/** What is asked for. */
export interface DataQuery {
  /** Empty: the overview; `threads`; `m`: one metric. */
  readonly view: string;
  readonly metric: string;
  readonly q: string;
  readonly sort: string;
  /** Seconds. */
  readonly window: number;
}

/** A value as JSON has it: integers beyond 2^53 as text, `null` for what is no number. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") {
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
  }
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (!("quantile" in value)) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
  }
  const histogram = value as HistogramValue;
  const { count, sum, min, max, mean } = histogram;
  return plain({ count, sum, min, max, mean, ...quantilesOf(histogram) });
}

function quantilesOf(value: HistogramValue | undefined): Record<string, number> {
  const of = (q: number) => value?.quantile(q) ?? NaN;
  return { p50: of(0.5), p90: of(0.9), p99: of(0.99), "p99.9": of(0.999) };
}

/**
 * What a metric does now: rates of its sums, a gauge's value, a histogram's quantiles over the
 * window.
 */
function figuresOf(history: MetricHistory, { seconds }: Sample, window: number) {
  const { definition, latest, lines, totals, histogram } = history;
  if (definition.kind === "gauge") return { value: latest[0] };
  const sums = lines.slice(0, totals.length);
  const rates = Object.fromEntries(sums.map((name, i) => [name, latest[i] / seconds]));
  const all = Object.fromEntries(sums.map((name, i) => [name, totals[i]]));
  if (definition.kind === "record") return { rates, totals: all };
  const figures = { rate: latest[0] / seconds, total: totals[0] };
  if (histogram === undefined) return figures;
  const over = histogram.over(window);
  return { ...figures, ...quantilesOf(over), max: over?.max ?? NaN };
}

/** A view as JSON. `undefined`: there is no such metric. */
export function dataJson(sampler: Sampler, sample: Sample, query: DataQuery): unknown {
  const threads = sampler.threads.rows.map(toThread);
  const histories = [...sampler.metrics.values()];
  const about = {
    at: sample.at,
    started: sample.snapshot.startedAt,
    window: query.window,
    verdict: verdictOf(threads),
  };
  const threadList = threads.map((thread) => ({
    ...thread,
    updates: sampler.threads.steps[thread.slot] ?? 0,
    rate: plain((sampler.threads.steps[thread.slot] ?? 0) / sample.seconds),
  }));
  if (query.view === "m") {
    const history = sampler.metrics.get(query.metric);
    if (history === undefined) return undefined;
    const { name, definition, series } = history;
    const found = hasSeries(definition) ? chooseSeries(history, query) : series.rows;
    return {
      ...about,
      metric: { name, ...definition, ...plain(figuresOf(history, sample, query.window)) as object },
      threads: threads.map(({ slot, name }) => ({
        slot,
        name,
        value: plain(history.parts()[slot]),
      })),
      series: found.map((row) => ({
        id: row.id,
        labels: row.labels,
        value: plain(row.value),
        ...(definition.kind !== "gauge" && { rate: plain(series.rate(0, row.id)) }),
      })),
    };
  }
  if (query.view === "threads") {
    return {
      ...about,
      threads: threadList.map((thread) => ({
        ...thread,
        metrics: Object.fromEntries(
          histories.flatMap((one) => {
            const part = one.parts()[thread.slot];
            return part === undefined ? [] : [[one.name, plain(part)]];
          }),
        ),
      })),
    };
  }
  return {
    ...about,
    threads: threadList,
    metrics: Object.fromEntries(
      histories.map((one) => [one.name, {
        kind: one.definition.kind,
        help: one.definition.help,
        unit: one.definition.unit,
        series: one.series.rows.length,
        ...plain(figuresOf(one, sample, query.window)) as object,
      }]),
    ),
    self: sample.snapshot.self,
  };
}

/** A view as text for people. `undefined`: there is no such metric. */
export function dataText(
  sampler: Sampler,
  sample: Sample,
  query: DataQuery & { readonly title: string },
): string | undefined {
  const threads = sampler.threads.rows.map(toThread);
  const { words, also } = verdictOf(threads);
  const running = duration(sample.at - sample.snapshot.startedAt);
  const head = [
    `${query.title}  ${clock(sample.at)}  running for ${running}`,
    also ? `${words} · ${also}` : words,
  ];
  if (query.view === "m") {
    const history = sampler.metrics.get(query.metric);
    if (history === undefined) return undefined;
    return layout([...head, "", ...metricLines(history, sample, query)]);
  }
  const lines = [
    ...head,
    "",
    ...table([
      ["", "thread", "state", "updates", "share", ""],
      ...threads.map((thread) => {
        const step = sampler.threads.steps[thread.slot] ?? 0;
        const all = sampler.threads.steps.reduce<number>((sum, one) => sum + (one ?? 0), 0);
        const isActive = thread.state === "active";
        return [
          SIGNS[thread.condition],
          thread.name,
          thread.condition,
          isActive ? join(rate(step / sample.seconds)) : "–",
          percent(all ? step / all : 0),
          thread.condition === "moving" ? "" : evidenceOf(thread, sample.at),
        ];
      }),
    ]),
  ];
  if (query.view === "threads") return layout(lines);
  const metrics = [...sampler.metrics.values()].map((history) => {
    const { name, definition } = history;
    return [name, definition.kind, ...mainFigures(history, sample, query.window)];
  });
  return layout([...lines, "", ...table([["metric", "kind", "now", "in all"], ...metrics])]);
}

function join([number, unit]: readonly [string, string]): string {
  return unit ? `${number} ${unit}` : number;
}

/** What a metric does, and what it did in all. */
function mainFigures(history: MetricHistory, sample: Sample, window: number): [string, string] {
  const { definition, latest, totals, histogram } = history;
  const unit = shortUnit(definition.unit);
  switch (definition.kind) {
    case "gauge":
      return [text(latest[0], unit), ""];
    case "counter":
      return [join(rate(latest[0] / sample.seconds, unit)), text(totals[0], unit)];
    case "histogram": {
      const { p50, p99 } = quantilesOf(histogram?.over(window));
      return [`p50 ${text(p50, unit)}, p99 ${text(p99, unit)}`, text(totals[0])];
    }
    case "record": {
      const names = history.lines.slice(0, totals.length);
      return [
        names.map((name, i) => `${name} ${join(rate(latest[i] / sample.seconds))}`).join(", "),
        names.map((name, i) => `${name} ${text(totals[i])}`).join(", "),
      ];
    }
  }
}

function metricLines(history: MetricHistory, sample: Sample, query: DataQuery): string[] {
  const { name, definition, series, columns } = history;
  const { kind, help, unit } = definition;
  const lines = [`${name} (${kind}${unit && `, in ${unit}`})${help && `: ${help}`}`];
  for (const [action, value] of Object.entries(figuresOf(history, sample, query.window))) {
    const fields = typeof value === "object" ? Object.entries(value) : [["", value]];
    const behind = unitBehind(definition, action);
    for (const [field, one] of fields) {
      lines.push(`  ${action} ${field}`.padEnd(24) + show(one) + behind);
    }
  }
  if (!hasSeries(definition)) return lines;
  const found = chooseSeries(history, query);
  lines.push("", `${exact(found.length)} of ${exact(series.rows.length)} series`, "");
  const labels = definition.labels.length > 0 ? definition.labels : ["id"];
  return lines.concat(table([
    [...labels, ...columns.flatMap(({ name, mode }) => mode === "sum" ? [name, "/s"] : [name])],
    ...found.map((row) => [
      ...(definition.labels.length > 0
        ? labelsOf(definition, row).map((label, i) =>
          label ?? (i > 0 ? "" : isOverflow(row) ? "(overflow)" : `#${row.id}`)
        )
        : [`#${row.id}`]),
      ...columns.flatMap(({ mode }, c) => {
        const value = show(series.value(c, row.id));
        return mode === "sum" ? [value, show(series.rate(c, row.id))] : [value];
      }),
    ]),
  ]));
}

/** What stands behind a figure of a metric: its unit. Those of a histogram are of its values. */
function unitBehind({ kind, unit }: MetricHistory["definition"], figure: string): string {
  const isCount = kind === "histogram" && (figure === "rate" || figure === "total");
  const short = isCount ? "" : shortUnit(unit);
  const whole = figure === "rate" || figure === "rates" ? `${short}/s` : short;
  return whole && ` ${whole}`;
}

/** Numbers in copies are whole: who copies them goes on to reckon with them. */
function show(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  const number = Number(value);
  if (Number.isInteger(number)) return BigInt(number).toString();
  return Number.isFinite(number) ? String(Number(number.toPrecision(6))) : parts(number)[0];
}

/** Rows with their columns below each other. */
function table(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map(printable));
  const widths = clean[0].map((_, c) =>
    // Not by Math.max of all rows: an engine takes only so many arguments.
    clean.reduce((most, row) => Math.max(most, row[c]?.length ?? 0), 0)
  );
  return clean.map((row) => row.map((cell, c) => cell.padEnd(widths[c])).join("  ").trimEnd());
}

function layout(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
