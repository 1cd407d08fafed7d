/**
 * What the definitions of all kinds of metrics have in common: words and labels.
 *
 * @module
 */
import { isArray } from "../base/shapes.ts";
import { cannot } from "../base/errors.ts";
import { mark } from "./marks.ts";
import { assertName, snakeCase } from "./names.ts";
import type { OptionNames } from "../base/options.ts";

/** Words that describe a metric to people and to exporters. */
export interface MetricOptions {
  /**
   * What is counted, in a few words.
   *
   * @default {""}
   */
  help?: string;
  /**
   * Unit of the value, a plural noun: `"bytes"`, `"seconds"`.
   *
   * @default {""}
   */
  unit?: string;
}

/** The definitions that were checked, as they came from the functions that define metrics. */
const made = new WeakSet<object>();

/** Freezes a definition and notes that it was checked. */
export function define<Definition extends object>(definition: Definition): Definition {
  mark(definition, "definition");
  made.add(Object.freeze(definition));
  return definition;
}

/** Whether something is a definition that was checked. */
export function isDefinition(value: unknown): boolean {
  return typeof value === "object" && value !== null && made.has(value);
}

/**
 * A copy without a prototype, for the platform: it takes what stands on `Object.prototype` for an
 * option.
 */
export function own<Options extends object>(options: Options): Options {
  return Object.assign(Object.create(null), options);
}

/** Options of a metric that has one bucket for each set of labels. */
export interface LabelOptions<Label extends string> {
  /**
   * Names of the labels. None: the metric has one bucket without labels.
   *
   * @default {[]}
   */
  labels?: readonly Label[];
  /**
   * The most buckets with labels. What goes beyond is counted in one overflow series with the label
   * `otel_metric_overflow="true"`, as OpenTelemetry does it.
   *
   * @default {2000}
   */
  maxSeries?: number;
}

/** The names of the options that all metrics have. */
export const METRIC_OPTIONS: OptionNames<MetricOptions & LabelOptions<string>> = {
  help: true,
  unit: true,
  labels: true,
  maxSeries: true,
};

/**
 * Values of a metric's labels. Text that is not well-formed Unicode, such as text that was cut in the
 * middle of a character, gets U+FFFD there.
 */
export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** How many series a metric has at most when its definition does not say it: the default of OpenTelemetry's SDKs. */
const DEFAULT_MAX_SERIES = 2000;

/**
 * Checks what all metrics have in common, of options that are `takeOptions`' copy.
 *
 * @throws {TypeError} When an option has the wrong shape.
 */
export function words(
  kind: string,
  { help = "", unit = "" }: MetricOptions,
): { help: string; unit: string } {
  if (typeof help !== "string") {
    throw new TypeError(cannot(`define a ${kind}`, "help must be a string", help));
  }
  if (typeof unit !== "string") {
    throw new TypeError(cannot(`define a ${kind}`, "unit must be a string", unit));
  }
  // Cut in the middle of a character, they would be other words to each exporter.
  return { help: help.toWellFormed(), unit: unit.toWellFormed() };
}

/**
 * Checks the labels of a metric, of options that are `takeOptions`' copy.
 *
 * @throws {TypeError} When an option has the wrong shape.
 * @throws {RangeError} When `maxSeries` is out of range.
 */
export function labelling<Label extends string>(
  kind: string,
  { labels: given = [], maxSeries = DEFAULT_MAX_SERIES }: LabelOptions<Label>,
): { labels: readonly Label[]; maxSeries: number } {
  if (!isArray(given)) {
    throw new TypeError(cannot(`define a ${kind}`, "labels must be an array", given));
  }
  const labels: readonly Label[] = Object.freeze([...given]);
  for (const label of labels) assertLabel(kind, label);
  // As exporters write them: `aB` is `a_b` there.
  if (new Set(labels.map(snakeCase)).size !== labels.length) {
    throw new TypeError(cannot(`define a ${kind}`, "each label may stand once", labels));
  }
  if (typeof maxSeries !== "number") {
    throw new TypeError(cannot(`define a ${kind}`, "maxSeries must be a number", maxSeries));
  }
  if (!Number.isInteger(maxSeries) || maxSeries < 1 || maxSeries > 2 ** 29) {
    throw new RangeError(
      cannot(`define a ${kind}`, "maxSeries must be an integer from 1 to 2^29", maxSeries),
    );
  }
  return { labels, maxSeries };
}

/** Throws unless a label has a name, and that of no label that means something to Prometheus itself. */
function assertLabel(kind: string, label: unknown): asserts label is string {
  const action = "define a label";
  assertName(action, label);
  if (label.startsWith("__")) {
    throw new TypeError(cannot(action, "names that begin with __ are Prometheus' own", label));
  }
  if (snakeCase(label) === "otel_metric_overflow") {
    throw new TypeError(
      cannot(action, "otel_metric_overflow marks what is beyond maxSeries", label),
    );
  }
  if (kind === "histogram" && snakeCase(label) === "le") {
    throw new TypeError(cannot(action, "le is the upper bound of a histogram's buckets", label));
  }
}
