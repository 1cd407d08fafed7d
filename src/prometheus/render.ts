/**
 * Renders families in the Prometheus text format 0.0.4 or in OpenMetrics 1.0.
 *
 * Sources: "Exposition formats" in the documentation of Prometheus, and the OpenMetrics
 * specification, 1.0.0.
 *
 * @module
 */
import { type Family, valueOf } from "../export/family.ts";
import { seriesParts } from "../export/series_parts.ts";
import { threadSamples } from "../export/thread_samples.ts";
import { CumulativeCounts } from "../metrics/histogram/cumulative_counts.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { Exemplar } from "../metrics/exemplars/exemplar.ts";
import type { EscapingScheme } from "../schema/escaping.ts";
import { endsWithUnit, writtenNames } from "../schema/exported_names.ts";
import { exemplarsOf } from "../snapshots/exemplars.ts";
import { meterOriginOf } from "../schema/meter_origin.ts";
import { ByteWriter, escapeText, NEWLINE } from "./byte_writer.ts";
import { latestByBucket, writeExemplar } from "./exemplar_text.ts";
import { BLOCK_IDS, type RowPrinter } from "./kept_rows.ts";
import type { KeptText } from "./kept_text.ts";
import { LabelWriter } from "./label_writer.ts";
import { writtenFamilies } from "./meter_families.ts";
import { type SampleName, sampleName, writtenFamily } from "./name_writer.ts";
import { boundsOf } from "./prometheus_buckets.ts";
import type { CheckedOptions } from "./prometheus_options.ts";
import { numberText, writeCreated, writeSample, writeSampleHead } from "./sample_writer.ts";

/** A format: `text` is the Prometheus text format 0.0.4, `openmetrics` is OpenMetrics 1.0. */
export type TextFormat = "text" | "openmetrics";

/** The last line of an OpenMetrics text. A text without it is incomplete. */
export const END = "# EOF\n";

/** The approximate size of a chunk. */
const CHUNK_BYTES = 65_536;

/** Options of {@linkcode render}. */
export interface RenderOptions extends Omit<CheckedOptions, "selfMetrics"> {
  readonly format: TextFormat;
  /** How names that are not plain are written. */
  readonly escaping: EscapingScheme;
  /** When a series began to count, in milliseconds since 1970. */
  readonly startsIn: (metric: string) => (id: number, epoch: number) => number | undefined;
  /** What was kept of earlier texts. */
  readonly kept?: KeptText;
}

/** Writes the lines of one series. `start` is in milliseconds since 1970. */
type Printer = (
  labels: ByteWriter,
  value: unknown,
  start: number | undefined,
  exemplars: readonly Exemplar[],
) => void;

const unknownStart = () => undefined;
const NO_EXEMPLARS: readonly Exemplar[] = [];

/**
 * Renders families as UTF-8, one chunk at a time, so that only one chunk is in memory. The caller
 * adds {@linkcode END}.
 */
export function* render(
  families: Iterable<Family>,
  options: RenderOptions,
): Generator<Uint8Array<ArrayBuffer>> {
  const { format, startsIn } = options;
  const out = new ByteWriter(CHUNK_BYTES * 5 / 4);
  const labels = new ByteWriter(1024);
  const kept = options.perThread ? undefined : options.kept?.form(`${format} ${options.escaping}`);
  for (const { family, isContinued } of writtenFamilies(families, options.escaping)) {
    const isInSchema = family.definition !== undefined;
    const hasStart = format === "openmetrics" && options.created && isInSchema &&
      family.kind !== "gauge";
    const startOf = hasStart ? startsIn(family.metric) : unknownStart;
    const hasExemplars = format === "openmetrics" && isInSchema;
    const labelWriter = new LabelWriter(labels, family, options);
    if (!isContinued) writeHead(out, family, options);
    if (out.length >= CHUNK_BYTES) yield out.take();
    const keptRows = kept?.rowsOf(family);
    if (keptRows !== undefined) {
      const printer = rowPrinterOf(family, options, { labels, labelWriter, startOf });
      for (const _ of keptRows.write(out, seriesParts(family, BLOCK_IDS), printer)) {
        if (out.length >= CHUNK_BYTES) yield out.take();
      }
      continue;
    }
    const print = printerOf(out, family, options);
    for (const row of family.rows) {
      const start = startOf(row.id, row.epoch);
      if (family.isByThread || (options.perThread && isInSchema)) {
        for (const sample of threadSamples(family, row)) {
          labelWriter.write(row, sample);
          print(labels, sample.value, start, hasExemplars ? sample.exemplars : NO_EXEMPLARS);
        }
      } else {
        labelWriter.write(row);
        print(labels, valueOf(family, row), start, hasExemplars ? exemplarsOf(row) : NO_EXEMPLARS);
      }
      if (out.length >= CHUNK_BYTES) yield out.take();
    }
  }
  if (out.length > 0) yield out.take();
}

/** Writes the metadata lines of a family, which precede its samples. */
function writeHead(
  out: ByteWriter,
  family: Family,
  { format, escaping }: Pick<RenderOptions, "format" | "escaping">,
): void {
  const { kind, unit, help } = family;
  const { text, openMetrics } = writtenNames(family, escaping);
  if (format === "text") {
    const name = writtenFamily(text);
    if (help !== "") out.text(`# HELP ${name} ${escapeText(help)}\n`);
    out.text(`# TYPE ${name} ${kind}\n`);
    return;
  }
  const name = writtenFamily(openMetrics);
  out.text(`# TYPE ${name} ${kind}\n`);
  // The escaped form of a name need not end with the unit.
  if (unit !== "" && endsWithUnit(openMetrics, unit)) out.text(`# UNIT ${name} ${unit}\n`);
  if (help === "") return;
  out.text(`# HELP ${name} `);
  out.quoted(help);
  out.text("\n");
}

/** Writes the rows of counters and gauges in the pieces that are kept. */
function rowPrinterOf(
  family: Family,
  options: RenderOptions,
  { labels, labelWriter, startOf }: {
    readonly labels: ByteWriter;
    readonly labelWriter: LabelWriter;
    readonly startOf: RowPrinter["startOf"];
  },
): RowPrinter {
  const [name, created] = valueNames(family, options);
  const hasExemplars = options.format === "openmetrics" && family.kind === "counter";
  return {
    hasExemplars,
    startOf,
    head: (out, row) => {
      labelWriter.write(row);
      writeSampleHead(out, name, labels);
    },
    tail: (out, row, start) => {
      const exemplar = hasExemplars ? exemplarsOf(row).at(-1) : undefined;
      if (exemplar !== undefined) writeExemplar(out, exemplar);
      out.byte(NEWLINE);
      writeCreated(out, created, labels, start);
    },
  };
}

/** The names of a counter's or a gauge's samples: of the value, and of the time of creation. */
function valueNames(family: Family, { escaping, format }: RenderOptions): SampleName[] {
  const { text, samples } = writtenNames(family, escaping);
  const [value, ...others] = samples;
  const isText = family.kind === "counter" && format === "text";
  return [isText ? text : value, ...others].map(sampleName);
}

function printerOf(out: ByteWriter, family: Family, options: RenderOptions): Printer {
  switch (family.kind) {
    case "counter": {
      const [name, created] = valueNames(family, options);
      return (labels, value, start, exemplars) => {
        writeSample(out, name, labels, numberText(value), exemplars.at(-1));
        writeCreated(out, created, labels, start);
      };
    }
    case "gauge": {
      const [name] = valueNames(family, options);
      return (labels, value) => writeSample(out, name, labels, numberText(value));
    }
    case "histogram": {
      const { samples } = writtenNames(family, options.escaping);
      return histogramPrinter(out, family, samples.map(sampleName), options);
    }
  }
}

function histogramPrinter(
  out: ByteWriter,
  { metric, bins, definition }: Family,
  [bucket, sum, total, created]: readonly SampleName[],
  { format, boundariesOf }: RenderOptions,
): Printer {
  const bounds = meterOriginOf(definition)?.boundaries ?? boundsOf(bins!, boundariesOf(metric));
  const buckets = new CumulativeCounts(bins!, bounds);
  const texts = buckets.bounds.map((bound) =>
    `le="${format === "openmetrics" ? openMetricsFloat(bound) : canonicalFloat(bound)}"`
  );
  return (labels, given, start, exemplars) => {
    const value = given as HistogramValue;
    const latest = exemplars.length === 0 ? undefined : latestByBucket(exemplars, buckets.bounds);
    const writeBucket = (bound: string, count: number, exemplar: Exemplar | undefined) => {
      out.text(bucket.beforeLabels);
      out.append(labels);
      if (labels.length > 0) out.text(",");
      out.text(`${bound}} ${count}`);
      if (exemplar !== undefined) writeExemplar(out, exemplar);
      out.byte(NEWLINE);
    };
    buckets.forEach(value, (index, count) => writeBucket(texts[index], count, latest?.get(index)));
    writeBucket('le="+Inf"', value.count, latest?.get(buckets.bounds.length));
    writeSample(out, sum, labels, numberText(value.sum));
    writeSample(out, total, labels, `${value.count}`);
    writeCreated(out, created, labels, start);
  };
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
