/**
 * Families as text: Prometheus' own format 0.0.4, and OpenMetrics 1.0.
 *
 * Sources: "Exposition formats" in Prometheus' documentation, and the OpenMetrics specification, 1.0.0.
 *
 * @module
 */
import type { Family, Row } from "../export/families.ts";
import { isAnonymous, valueOf } from "../export/families.ts";
import { threadSamples } from "../export/threads.ts";
import type { HistogramValue } from "../metrics/histogram_value.ts";
import { snakeCase } from "../schema/names.ts";
import { Buckets } from "./buckets.ts";
import type { CheckedOptions } from "./options.ts";

/** The formats. */
export type TextFormat = "text" | "openmetrics";

/** What ends an OpenMetrics text, so that one cut short is told from a whole one. */
export const END = "# EOF\n";

/** About how many UTF-16 code units a chunk has. */
const CHUNK = 65_536;

/** What {@linkcode render} needs besides the families. */
export interface RenderOptions extends Omit<CheckedOptions, "selfMetrics"> {
  readonly format: TextFormat;
  /** When a series began, in milliseconds since 1970. */
  readonly startOf: (metric: string, row: Row) => number | undefined;
}

/** The lines of one series: `labels` without braces, `start` in milliseconds. */
type Printer = (labels: string, value: unknown, start: number | undefined) => string;

/** The text, in chunks. Only one of them is in memory at a time. {@linkcode END} is left to the caller. */
export function* render(families: Iterable<Family>, options: RenderOptions): Generator<string> {
  const { startOf } = options;
  let text = "";
  for (const family of families) {
    text += headOf(family, options.format);
    const print = printerOf(family, options);
    const labelsOf = labeller(family, options);
    const isTold = options.perThread && family.definition !== undefined;
    const hasStart = options.format === "openmetrics" && options.created &&
      family.definition !== undefined && family.kind !== "gauge";
    for (const row of family.rows) {
      const labels = labelsOf(row);
      const start = hasStart ? startOf(family.metric, row) : undefined;
      if (isTold) {
        for (const { thread, value } of threadSamples(family, row)) {
          text += print(join(labels, `thread="${escapeValue(thread)}"`), value, start);
        }
      } else {
        text += print(labels, valueOf(family, row), start);
      }
      if (text.length >= CHUNK) {
        yield text;
        text = "";
      }
    }
  }
  if (text !== "") yield text;
}

/** What stands above a family's samples. */
function headOf({ kind, name, unit, help }: Family, format: TextFormat): string {
  if (format === "openmetrics") {
    return `# TYPE ${name} ${kind}\n` +
      (unit === "" ? "" : `# UNIT ${name} ${unit}\n`) +
      (help === "" ? "" : `# HELP ${name} ${escapeValue(help)}\n`);
  }
  // Before OpenMetrics a counter's family had the name of its samples.
  const family = kind === "counter" ? `${name}_total` : name;
  return (help === "" ? "" : `# HELP ${family} ${escapeHelp(help)}\n`) +
    `# TYPE ${family} ${kind}\n`;
}

function printerOf(family: Family, options: RenderOptions): Printer {
  const { kind, name } = family;
  switch (kind) {
    case "counter":
      return (labels, value, start) =>
        sample(`${name}_total`, labels, numberText(value)) + created(name, labels, start);
    case "gauge":
      return (labels, value) => sample(name, labels, numberText(value));
    case "histogram":
      return histogramPrinter(family, options);
  }
}

function histogramPrinter({ metric, name, bins }: Family, options: RenderOptions): Printer {
  const buckets = new Buckets(bins!, options.boundariesOf(metric));
  const isOpen = options.format === "openmetrics";
  const bounds = buckets.bounds.map((bound) => `le="${isOpen ? floatText(bound) : bound}"`);
  const last = 'le="+Inf"';
  return (labels, given, start) => {
    const value = given as HistogramValue;
    let text = "";
    buckets.forEach(value, (index, count) => {
      text += sample(`${name}_bucket`, join(labels, bounds[index]), `${count}`);
    });
    return text + sample(`${name}_bucket`, join(labels, last), `${value.count}`) +
      sample(`${name}_sum`, labels, numberText(value.sum)) +
      sample(`${name}_count`, labels, `${value.count}`) +
      created(name, labels, start);
  };
}

/** Gives the labels of a family's series as text. */
function labeller(family: Family, { perThread }: RenderOptions): (row: Row) => string {
  const prefixes = new Map<string, string>();
  return (row) => {
    let text = "";
    const { labels } = row;
    for (const key of Object.keys(labels)) {
      let prefix = prefixes.get(key);
      if (prefix === undefined) {
        const name = snakeCase(key);
        prefix = perThread && name === "thread" ? 'exported_thread="' : `${name}="`;
        prefixes.set(key, prefix);
      }
      const value = escapeValue(labels[key]!);
      text += text === "" ? `${prefix}${value}"` : `,${prefix}${value}"`;
    }
    return text === "" && isAnonymous(family, row) ? `id="${row.id}"` : text;
  };
}

function sample(name: string, labels: string, value: string): string {
  return labels === "" ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
}

function created(name: string, labels: string, start: number | undefined): string {
  return start === undefined ? "" : sample(`${name}_created`, labels, `${start / 1000}`);
}

function join(labels: string, label: string): string {
  return labels === "" ? label : `${labels},${label}`;
}

function escapeValue(text: string): string {
  if (!/[\\"\n]/.test(text)) return text;
  return escapeHelp(text).replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: unknown): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return `${value}`;
}

/** A bucket's bound as OpenMetrics writes it: always with a point or an exponent, so that it is the same text from every program. */
function floatText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : `${value}`;
}
