/**
 * Families as text: Prometheus' own format 0.0.4, and OpenMetrics 1.0.
 *
 * Sources: "Exposition formats" in Prometheus' documentation, and the OpenMetrics specification, 1.0.0.
 *
 * @module
 */
import { type Family, type Row, valueOf } from "../export/families.ts";
import { threadSamples } from "../export/thread_samples.ts";
import { CumulativeCounts } from "../metrics/histogram/cumulative_counts.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import { boundsOf } from "./bounds.ts";
import { ByteWriter, escapeText, NEWLINE } from "./byte_writer.ts";
import { LabelWriter } from "./label_writer.ts";
import type { CheckedOptions } from "./options.ts";

/** The formats. */
export type TextFormat = "text" | "openmetrics";

/** What ends an OpenMetrics text, so that one cut short is told from a whole one. */
export const END = "# EOF\n";

/** About how many bytes a chunk has. */
const CHUNK = 65_536;

const BRACE = 0x7b;

/** What {@linkcode render} needs besides the families. */
export interface RenderOptions extends Omit<CheckedOptions, "selfMetrics"> {
  readonly format: TextFormat;
  /** When a series began, in milliseconds since 1970. */
  readonly startOf: (metric: string, row: Row) => number | undefined;
}

/** Writes the lines of one series. `start` is in milliseconds. */
type Printer = (labels: ByteWriter, value: unknown, start: number | undefined) => void;

/** The text in UTF-8, in chunks of which only one is in memory at a time. {@linkcode END} is left to the caller. */
export function* render(
  families: Iterable<Family>,
  options: RenderOptions,
): Generator<Uint8Array<ArrayBuffer>> {
  const { format, startOf } = options;
  const out = new ByteWriter(CHUNK + CHUNK / 4);
  const labels = new ByteWriter(1024);
  for (const family of families) {
    const isOurs = family.definition === undefined;
    const hasStart = format === "openmetrics" && options.created && !isOurs &&
      family.kind !== "gauge";
    const print = printerOf(out, family, options);
    const labelWriter = new LabelWriter(labels, family, options);
    writeHead(out, family, format);
    if (out.length >= CHUNK) yield out.take();
    for (const row of family.rows) {
      const start = hasStart ? startOf(family.metric, row) : undefined;
      if (options.perThread && !isOurs) {
        for (const sample of threadSamples(family, row)) {
          labelWriter.write(row, sample);
          print(labels, sample.value, start);
        }
      } else {
        labelWriter.write(row);
        print(labels, valueOf(family, row), start);
      }
      if (out.length >= CHUNK) yield out.take();
    }
  }
  if (out.length > 0) yield out.take();
}

/** Writes what stands above a family's samples. */
function writeHead(
  out: ByteWriter,
  { kind, name, unit, help }: Family,
  format: TextFormat,
): void {
  if (format === "text") {
    // Before OpenMetrics a counter's family had the name of its samples.
    const family = kind === "counter" ? `${name}_total` : name;
    if (help !== "") out.text(`# HELP ${family} ${escapeText(help)}\n`);
    out.text(`# TYPE ${family} ${kind}\n`);
    return;
  }
  out.text(`# TYPE ${name} ${kind}\n`);
  if (unit !== "") out.text(`# UNIT ${name} ${unit}\n`);
  if (help === "") return;
  out.text(`# HELP ${name} `);
  out.quoted(help);
  out.text("\n");
}

function printerOf(out: ByteWriter, family: Family, options: RenderOptions): Printer {
  const { kind, name } = family;
  switch (kind) {
    case "counter": {
      const total = `${name}_total`;
      return (labels, value, start) => {
        writeSample(out, total, labels, numberText(value));
        writeCreated(out, name, labels, start);
      };
    }
    case "gauge":
      return (labels, value) => writeSample(out, name, labels, numberText(value));
    case "histogram":
      return histogramPrinter(out, family, options);
  }
}

function histogramPrinter(
  out: ByteWriter,
  { metric, name, bins }: Family,
  { format, boundariesOf }: RenderOptions,
): Printer {
  const buckets = new CumulativeCounts(bins!, boundsOf(bins!, boundariesOf(metric)));
  const texts = buckets.bounds.map((bound) =>
    `le="${format === "openmetrics" ? openMetricsFloat(bound) : canonicalFloat(bound)}"`
  );
  return (labels, given, start) => {
    const value = given as HistogramValue;
    const writeBucket = (bound: string, count: number) => {
      out.text(`${name}_bucket{`);
      out.append(labels);
      if (labels.length > 0) out.text(",");
      out.text(`${bound}} ${count}\n`);
    };
    buckets.forEach(value, (index, count) => writeBucket(texts[index], count));
    writeBucket('le="+Inf"', value.count);
    writeSample(out, `${name}_sum`, labels, numberText(value.sum));
    writeSample(out, `${name}_count`, labels, `${value.count}`);
    writeCreated(out, name, labels, start);
  };
}

function writeSample(out: ByteWriter, name: string, labels: ByteWriter, value: string): void {
  out.text(name);
  if (labels.length > 0) {
    out.byte(BRACE);
    out.append(labels);
    out.text("} ");
  } else {
    out.text(" ");
  }
  out.text(value);
  out.byte(NEWLINE);
}

function writeCreated(
  out: ByteWriter,
  name: string,
  labels: ByteWriter,
  start: number | undefined,
): void {
  if (start !== undefined) writeSample(out, `${name}_created`, labels, `${start / 1000}`);
}

function numberText(value: unknown): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return `${value}`;
}

/**
 * A bucket's bound as Go's `%g` writes it, and with it the client libraries of other languages: `le` is text to a server, and buckets of several programs
 * are added up only where it is the same.
 */
function canonicalFloat(value: number): string {
  const [digits, power] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return `${value}`;
  return `${digits}e${exponent < 0 ? "-" : "+"}${`${Math.abs(exponent)}`.padStart(2, "0")}`;
}

/** The same in OpenMetrics, where a whole number has a point too. */
function openMetricsFloat(value: number): string {
  const text = canonicalFloat(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
