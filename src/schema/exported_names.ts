/**
 * The names under which exporters show metrics. They follow from the definition: the option `name`
 * is the exact name, else the name is made from the one in the schema. `claimed_names.ts` makes
 * sure that no two metrics get the same one.
 *
 * @module
 */
import { byKind, type MetricDefinition } from "./definitions.ts";
import {
  escapeMetricName,
  ESCAPING_SCHEMES,
  type EscapingScheme,
  isPlainMetricName,
} from "./escaping.ts";
import { meterFamily } from "./meter_names.ts";
import { meterOriginOf } from "./meter_origin.ts";
import { snakeCase } from "./names.ts";

/** The type of a family, as Prometheus and OpenTelemetry name it. */
export type FamilyKind = "counter" | "gauge" | "histogram";

/** A metric family, which is a metric, or one field of a record. */
export interface FamilyName {
  /** Name of the metric in the schema. */
  readonly metric: string;
  /** Name of the field, if the metric is a record. */
  readonly field: string | undefined;
  /** A record's `sum` fields are counters, its other fields are gauges. */
  readonly kind: FamilyKind;
  /**
   * The exact name, or else one in snake case with the unit at its end; without a counter's
   * `_total`.
   */
  readonly name: string;
  /**
   * The name in the text format 0.0.4, where a counter's family is called like its samples: with
   * `_total`, unless it has an exact name without.
   */
  readonly textName: string;
  /** The unit that the name ends with; empty if it does not end with one. */
  readonly unit: string;
}

/** The names of the library's own families begin with this. */
export const SELF_PREFIX = "thread_stats_";

/**
 * Whether a metric is one of the library's own that stand in the memory beside those of the
 * program, and that are shown for each thread.
 */
export function isOwnMetric(metric: string, definition: MetricDefinition): boolean {
  // Most metrics need no more than the first comparison.
  return metric.startsWith("threadStatsThread") &&
    familiesOf(metric, definition).every(({ name }) => name.startsWith(SELF_PREFIX));
}

/** The families of one metric. */
export function familiesOf(metric: string, definition: MetricDefinition): FamilyName[] {
  const origin = meterOriginOf(definition);
  if (origin !== undefined) return [meterFamily(metric, definition, origin)];
  const { name: exact } = definition;
  const nameOf = (kind: FamilyKind, unit: string, field?: string) => {
    if (exact !== undefined) {
      return exactName(field === undefined ? exact : `${exact}_${field}`, kind, unit);
    }
    return madeName([metric, ...(field === undefined ? [] : [field])], kind, unit);
  };
  const single = ({ kind, unit }: { readonly kind: FamilyKind; readonly unit: string }) => [
    { metric, field: undefined, ...nameOf(kind, unit) },
  ];
  return byKind<FamilyName[]>(definition, {
    counter: single,
    gauge: single,
    histogram: single,
    record: ({ fields, unit }) =>
      Object.entries(fields).map(([field, { op }]) => {
        return { metric, field, ...nameOf(op === "sum" ? "counter" : "gauge", unit, field) };
      }),
  });
}

/** A family's names in Prometheus' text formats, by one scheme for names that are not plain. */
export interface WrittenNames {
  /** In the text format 0.0.4; of a counter also the name of its samples there. */
  readonly text: string;
  /** In OpenMetrics. */
  readonly openMetrics: string;
  /** The samples in OpenMetrics. All but those of counters have the same names in text. */
  readonly samples: readonly string[];
}

/**
 * A family's names as Prometheus' own libraries write them: they escape the whole name, then append
 * the suffixes of the samples. OpenMetrics demands `_total` of a counter's samples.
 */
export function writtenNames(
  { kind, textName }: Pick<FamilyName, "kind" | "textName">,
  scheme: EscapingScheme,
): WrittenNames {
  const text = escapeMetricName(textName, scheme);
  const openMetrics = kind === "counter" ? withoutTotal(text) : text;
  const samples = SAMPLE_SUFFIXES[kind].map((suffix) => openMetrics + suffix);
  return { text, openMetrics, samples };
}

const SAMPLE_SUFFIXES: Readonly<Record<FamilyKind, readonly string[]>> = {
  counter: ["_total", "_created"],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count", "_created"],
};

/** All names that a family and its samples have in Prometheus, in any format and by any scheme. */
export function prometheusNames(
  family: Pick<FamilyName, "kind" | "textName">,
): ReadonlySet<string> {
  // All schemes write a plain name as it is.
  const schemes = isPlainMetricName(family.textName) ? ["dots" as const] : ESCAPING_SCHEMES;
  return new Set(schemes.flatMap((scheme) => {
    const { text, openMetrics, samples } = writtenNames(family, scheme);
    return [openMetrics, text, ...samples];
  }));
}

/**
 * The name by which a family intrudes on the library's own, in capitals or not, in whichever form;
 * `undefined` if it does not.
 */
export function reservedName(family: Pick<FamilyName, "kind" | "textName">): string | undefined {
  return ESCAPING_SCHEMES.map((scheme) => writtenNames(family, scheme).openMetrics)
    .find((name) => name.toLowerCase().startsWith(SELF_PREFIX));
}

/**
 * Whether a metric is an additive gauge: where threads' values add up, series add up too. The
 * smallest, largest and latest values do not.
 */
export function isSumGauge(definition: MetricDefinition | undefined): boolean {
  return definition?.kind === "gauge" && definition.aggregate === "sum";
}

/**
 * The name of a family's instrument in OpenTelemetry: the exact name, or a made one. A dot
 * separates the field, and the unit is no part of a made name. So two instruments may have one name
 * although their names in Prometheus differ.
 */
export function instrumentName(
  { metric, field, kind, unit }: FamilyName,
  definition: MetricDefinition,
): string {
  const { name: exact } = definition;
  if (meterOriginOf(definition) !== undefined) return exact!;
  if (exact !== undefined) return field === undefined ? exact : `${exact}.${field}`;
  const whole = [metric, ...(field === undefined ? [] : [field])].map(snakeCase).join(".");
  const name = kind === "counter" ? withoutTotal(whole) : whole;
  // Exporters from OpenTelemetry to Prometheus translate the unit `1` to `_ratio` for gauges only.
  const isGauge = kind === "gauge" && !isSumGauge(definition);
  return unit === "ratio" && !isGauge && !/[_.]ratio$/.test(name) ? `${name}_ratio` : name;
}

/** The names of a histogram's instruments on a meter, which has no observable histogram. */
export function instrumentParts(name: string): { count: string; sum: string; quantile: string } {
  return { count: `${name}.count`, sum: `${name}.sum`, quantile: `${name}.quantile` };
}

function withoutTotal(name: string): string {
  return name.replace(/(?<=.)_total$/, "");
}

type Names = Pick<FamilyName, "kind" | "name" | "textName" | "unit">;

function exactName(name: string, kind: FamilyKind, unit: string): Names {
  const base = kind === "counter" ? withoutTotal(name) : name;
  return { kind, name: base, textName: name, unit: endsWithUnit(base, unit) ? unit : "" };
}

function madeName(words: readonly string[], kind: FamilyKind, unit: string): Names {
  const name = words.map(snakeCase).join("_");
  const base = kind === "counter" ? withoutTotal(name) : name;
  // OpenMetrics requires something in front of the unit, which a metric named `bytes` lacks.
  const hasUnit = isWord(unit) && base !== unit;
  const whole = hasUnit && !endsWithUnit(base, unit) ? `${base}_${unit}` : base;
  const textName = kind === "counter" ? `${whole}_total` : whole;
  return { kind, name: whole, textName, unit: hasUnit ? unit : "" };
}

/** Some units cannot be part of a name, such as "%". */
function isWord(unit: string): boolean {
  return /^[a-zA-Z0-9_]+$/.test(unit);
}

/** Whether a name ends with a unit as OpenMetrics requires it. */
export function endsWithUnit(name: string, unit: string): boolean {
  return isWord(unit) && name.endsWith(`_${unit}`);
}
