/**
 * The options that all kinds of metrics share: name, help, unit and labels.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { assertInteger, type OptionNames } from "../base/options.ts";
import { isArray } from "../base/shapes.ts";
import { assertExactLabels } from "./exact_labels.ts";
import { assertExactName, assertName, snakeCase } from "./names.ts";

/** Options that describe a metric to people and to exporters. */
export interface MetricOptions {
  /**
   * The exact name that exporters use, such as `"HTTP_requests"`, `"job:errors:rate5m"` or
   * `"http.server.duration"`: any text that Prometheus takes as a name. Exporters then convert
   * nothing and append neither the unit nor `_total`, and write the names of the labels as they are
   * too. A record's fields are appended as they are, with `_` (in OpenTelemetry with a dot).
   *
   * OpenMetrics demands that a counter's samples end with `_total`, so there it is appended if it
   * is missing, as all client libraries do. Scrapers that do not read names in quotes get such
   * names escaped, by the scheme that they ask for.
   *
   * @default The name in the schema in snake case, with the unit and `_total` where they belong
   */
  name?: string;
  /**
   * What the metric counts or measures, in a few words.
   *
   * @default {""}
   */
  help?: string;
  /**
   * Unit of the values, as a plural noun: `"bytes"`, `"seconds"`.
   *
   * @default {""}
   */
  unit?: string;
}

/** Options of a metric with labels: it has one bucket for each set of label values. */
export interface LabelOptions<Label extends string> {
  /**
   * Names of the labels, at most 512. Without any the metric has one bucket, without labels. They
   * consist of letters, digits and `_`; with the option `name` they may be any text.
   *
   * @default {[]}
   */
  labels?: readonly Label[];
  /**
   * The most buckets with labels. Updates with further labels go to one overflow series with the
   * label `otel_metric_overflow="true"`, as in OpenTelemetry.
   *
   * @default {2000}
   */
  maxSeries?: number;
  /**
   * The most UTF-16 code units of a label's value, at most 2^20. Labels with a longer value mean
   * the overflow series, for writers and for readers, so that texts from outside the program cannot
   * fill the memory.
   *
   * @default {1024}
   */
  maxLabelLength?: number;
}

/** The names of the options that all kinds of metrics share. */
export const METRIC_OPTIONS: OptionNames<MetricOptions & LabelOptions<string>> = {
  name: true,
  help: true,
  unit: true,
  labels: true,
  maxSeries: true,
  maxLabelLength: true,
};

/**
 * Values of a metric's labels, by the labels' names. In a value that is not well-formed Unicode,
 * such as one that was cut in the middle of a character, U+FFFD replaces each lone surrogate.
 */
export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** The parts of a definition that all kinds of metrics have. */
interface CommonParts<Kind extends string, Label extends string> {
  readonly kind: Kind;
  readonly name?: string;
  readonly help: string;
  readonly unit: string;
  readonly labels: readonly Label[];
  readonly maxSeries: number;
  readonly maxLabelLength: number;
}

/** The default of OpenTelemetry's SDKs. */
const DEFAULT_MAX_SERIES = 2000;
const DEFAULT_MAX_LABEL_LENGTH = 1024;

const MAX_SERIES_RANGE = { least: 1, most: 2 ** 29 };
/** Longer texts are no labels: every thread that uses a label keeps a copy of its text. */
const MAX_LABEL_LENGTH_RANGE = { least: 1, most: 2 ** 20 };

/**
 * Four times as many as OpenTelemetry's SDKs keep attributes by default. Every look-up compares all
 * of them.
 */
const MAX_LABELS = 512;

/**
 * Checks the options that all kinds of metrics share, and completes them.
 *
 * @param kind The kind of metric that is being defined.
 * @param options A copy by `takeOptions`.
 * @throws {TypeError} When an option has the wrong shape.
 * @throws {RangeError} When `maxSeries` or `maxLabelLength` is out of range, or there are too many
 * labels.
 */
export function validateMetricOptions<Kind extends string, Label extends string>(
  kind: Kind,
  options: MetricOptions & LabelOptions<Label>,
): CommonParts<Kind, Label> {
  const action = `define a ${kind}`;
  return {
    kind,
    ...validateName(action, options),
    ...validateHelpAndUnit(action, options),
    ...validateLabels(action, kind, options),
  };
}

/** The property is left out if there is no name: the texts of such schemas have never had one. */
function validateName(action: string, { name }: MetricOptions): { name?: string } {
  if (name === undefined) return {};
  assertExactName(action, "name", name);
  return { name };
}

function validateHelpAndUnit(
  action: string,
  { help = "", unit = "" }: MetricOptions,
): { help: string; unit: string } {
  for (const [name, text] of Object.entries({ help, unit })) {
    if (typeof text !== "string") {
      throw new TypeError(cannot(action, `${name} must be a string`, text));
    }
  }
  // Exporters would each write something else for half of a character.
  return { help: help.toWellFormed(), unit: unit.toWellFormed() };
}

function validateLabels<Label extends string>(
  action: string,
  kind: string,
  {
    name,
    labels: given = [],
    maxSeries = DEFAULT_MAX_SERIES,
    maxLabelLength = DEFAULT_MAX_LABEL_LENGTH,
  }: MetricOptions & LabelOptions<Label>,
): { labels: readonly Label[]; maxSeries: number; maxLabelLength: number } {
  if (!isArray(given)) {
    throw new TypeError(cannot(action, "labels must be an array", given));
  }
  // Before the copy, because an array of any length may take no memory.
  if (given.length > MAX_LABELS) {
    throw new RangeError(
      cannot(action, `it may have at most ${MAX_LABELS} labels`, got(`${given.length}`)),
    );
  }
  const labels: readonly Label[] = Object.freeze([...given]);
  if (name === undefined) assertLabels(action, kind, labels);
  else assertExactLabels(action, kind, labels);
  assertInteger(action, "maxSeries", maxSeries, MAX_SERIES_RANGE);
  assertInteger(action, "maxLabelLength", maxLabelLength, MAX_LABEL_LENGTH_RANGE);
  return { labels, maxSeries, maxLabelLength };
}

function assertLabels(action: string, kind: string, labels: readonly string[]): void {
  for (const label of labels) assertLabel(kind, label);
  // Exporters write both `aB` and `a_b` as `a_b`.
  if (new Set(labels.map(snakeCase)).size !== labels.length) {
    throw new TypeError(cannot(action, "no two labels may be the same in snake case", labels));
  }
}

/** Throws unless a label has a legal name, which no exporter uses for a label of its own. */
function assertLabel(kind: string, label: unknown): asserts label is string {
  const action = "define a label";
  assertName(action, label);
  if (label.startsWith("__")) {
    throw new TypeError(cannot(action, "Prometheus reserves names that begin with __", label));
  }
  if (snakeCase(label) === "otel_metric_overflow") {
    throw new TypeError(
      cannot(action, "otel_metric_overflow is the label of the overflow series", label),
    );
  }
  if (kind === "histogram" && snakeCase(label) === "le") {
    throw new TypeError(
      cannot(action, "le is the label of a histogram's Prometheus buckets", label),
    );
  }
}
