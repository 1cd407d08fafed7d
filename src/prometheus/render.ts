/**
 * Renders families in the Prometheus text format 0.0.4 or in OpenMetrics 1.0.
 *
 * Sources: "Exposition formats" in the documentation of Prometheus, and the OpenMetrics
 * specification, 1.0.0.
 *
 * @module
 */
import { type Family, valueOf } from "../export/family.ts";
import { threadSamples } from "../export/thread_samples.ts";
import { CumulativeCounts } from "../metrics/histogram/cumulative_counts.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { Row } from "../snapshots/snapshot_data.ts";
import { ByteWriter, escapeText, NEWLINE } from "./byte_writer.ts";
import { LabelWriter } from "./label_writer.ts";
import { boundsOf } from "./prometheus_buckets.ts";
import type { CheckedOptions } from "./prometheus_options.ts";

/** A format: `text` is the Prometheus text format 0.0.4, `openmetrics` is OpenMetrics 1.0. */
export type TextFormat = "text" | "openmetrics";

/** The last line of an OpenMetrics text. A text without it is incomplete. */
export const END = "# EOF\n";

/** The approximate size of a chunk. */
const CHUNK_BYTES = 65_536;

const BRACE = 0x7b;

/** Options of {@linkcode render}. */
export interface RenderOptions extends Omit<CheckedOptions, "selfMetrics"> {
  readonly format: TextFormat;
  /** When a series began to count, in milliseconds since 1970. */
  readonly startOf: (metric: string, row: Row) => number | undefined;
}

/** Writes the lines of one series. `start` is in milliseconds since 1970. */
type Printer = (labels: ByteWriter, value: unknown, start: number | undefined) => void;

/**
 * Renders families as UTF-8, one chunk at a time, so that only one chunk is in memory. The caller
 * adds {@linkcode END}.
 */
export function* render(
  families: Iterable<Family>,
  options: RenderOptions,
): Generator<Uint8Array<ArrayBuffer>> {
  const { format, startOf } = options;
  const out = new ByteWriter(CHUNK_BYTES * 5 / 4);
  const labels = new ByteWriter(1024);
  for (const family of families) {
    const isInSchema = family.definition !== undefined;
    const hasStart = format === "openmetrics" && options.created && isInSchema &&
      family.kind !== "gauge";
    const print = printerOf(out, family, options);
    const labelWriter = new LabelWriter(labels, family, options);
    writeHead(out, family, format);
    if (out.length >= CHUNK_BYTES) yield out.take();
    for (const row of family.rows) {
      const start = hasStart ? startOf(family.metric, row) : undefined;
      if (options.perThread && isInSchema) {
        for (const sample of threadSamples(family, row)) {
          labelWriter.write(row, sample);
          print(labels, sample.value, start);
        }
      } else {
        labelWriter.write(row);
        print(labels, valueOf(family, row), start);
      }
      if (out.length >= CHUNK_BYTES) yield out.take();
    }
  }
  if (out.length > 0) yield out.take();
}

/** Writes the metadata lines of a family, which precede its samples. */
function writeHead(
  out: ByteWriter,
  { kind, name, unit, help }: Family,
  format: TextFormat,
): void {
  if (format === "text") {
    // In this format, a counter's family has the name of its samples.
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
 * A value of `le` as Go's `%g` writes it, as do the client libraries of other languages. Servers
 * compare `le` as text, and can add up the Prometheus buckets of several programs only if the
 * texts are equal.
 */
function canonicalFloat(value: number): string {
  const [digits, power] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return `${value}`;
  return `${digits}e${exponent < 0 ? "-" : "+"}${`${Math.abs(exponent)}`.padStart(2, "0")}`;
}

/** The same for OpenMetrics, where integers have a decimal point too. */
function openMetricsFloat(value: number): string {
  const text = canonicalFloat(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
