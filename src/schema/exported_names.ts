/**
 * What metrics are called outside of the program: the families of series that exporters make of them. Decided when a schema is defined, so
 * that two of them never get the same name.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { snakeCase } from "./names.ts";
import type { MetricDefinition, SchemaDefinition } from "./schema.ts";

/** What a family's values are to those that collect them. */
export type FamilyKind = "counter" | "gauge" | "histogram";

/** A family of series: a metric, or one field of a record. */
export interface FamilyName {
  /** Name of the metric in the schema. */
  readonly metric: string;
  /** The field of the record, if the metric is one. */
  readonly field: string | undefined;
  /** A `sum` of a record is a counter; what else a record keeps is a gauge. */
  readonly kind: FamilyKind;
  /** In snake case, with the unit as it is at its end, without a counter's `_total`. */
  readonly name: string;
  /** Unit of the values that the name ends with; empty where there is none. */
  readonly unit: string;
}

/** Names of the library's own families begin with this. */
export const SELF_PREFIX = "thread_stats_";

/** The families of one metric. */
export function familiesOf(metric: string, definition: MetricDefinition): FamilyName[] {
  const { unit } = definition;
  if (definition.kind === "record") {
    return Object.entries(definition.fields).map(([field, { op }]) => ({
      ...{ metric, field },
      ...named(
        `${snakeCase(metric)}_${snakeCase(field)}`,
        op === "sum" ? "counter" : "gauge",
        unit,
      ),
    }));
  }
  return [{ metric, field: undefined, ...named(snakeCase(metric), definition.kind, unit) }];
}

/** Names of a family's samples in the text formats. */
export function samplesOf({ kind, name }: Pick<FamilyName, "kind" | "name">): string[] {
  switch (kind) {
    case "counter":
      return [`${name}_total`, `${name}_created`];
    case "gauge":
      return [name];
    case "histogram":
      return [`${name}_bucket`, `${name}_sum`, `${name}_count`, `${name}_created`];
  }
}

/**
 * Whether a gauge's values are parts of a sum. What threads' values add up to can be added up over labels too; the least, the greatest and
 * the latest cannot.
 */
export function isSumGauge(definition: MetricDefinition | undefined): boolean {
  return definition?.kind === "gauge" && definition.aggregate === "sum";
}

/**
 * What a family is called in OpenTelemetry: a field stands behind a dot, and the unit beside the name. So the names can be the same where those in
 * Prometheus differ.
 */
export function instrumentName(
  { metric, field, kind, unit }: FamilyName,
  definition: MetricDefinition,
): string {
  const whole = [metric, ...(field === undefined ? [] : [field])].map(snakeCase).join(".");
  const name = kind === "counter" ? withoutTotal(whole) : whole;
  // To those who write for Prometheus the unit `1` is a `_ratio` in the name of a gauge only.
  const isGauge = kind === "gauge" && !isSumGauge(definition);
  return unit === "ratio" && !isGauge && !/[_.]ratio$/.test(name) ? `${name}_ratio` : name;
}

/** Names of what a meter gets of a histogram, as it has no observable one. */
export function instrumentParts(name: string): { count: string; sum: string; quantile: string } {
  return { count: `${name}.count`, sum: `${name}.sum`, quantile: `${name}.quantile` };
}

/**
 * Throws unless the metrics' families, and the samples of these, can stand beside each other.
 *
 * @throws {TypeError} When two have the same name, or one has a name of the library's own.
 */
export function assertExportedNames(metrics: SchemaDefinition): void {
  const inPrometheus = new Map<string, string>();
  const inOpenTelemetry = new Map<string, string>();
  for (const [metric, definition] of Object.entries(metrics)) {
    for (const family of familiesOf(metric, definition)) {
      const { kind, field, name } = family;
      if (name.startsWith(SELF_PREFIX)) {
        const required = `names that begin with ${SELF_PREFIX} are the library's own`;
        throw new TypeError(cannot(`define the metric ${metric}`, required, got(name)));
      }
      const owner = { metric, family: field === undefined ? metric : `${metric}.${field}` };
      take(inPrometheus, "Prometheus", owner, new Set([name, ...samplesOf(family)]));
      const instrument = instrumentName(family, definition);
      const parts = kind === "histogram" ? Object.values(instrumentParts(instrument)) : [];
      take(inOpenTelemetry, "OpenTelemetry", owner, [instrument, ...parts]);
    }
  }
}

/** Notes whose some names are, and throws when one of them is taken. */
function take(
  owners: Map<string, string>,
  where: string,
  { metric, family }: { metric: string; family: string },
  names: Iterable<string>,
): void {
  for (const name of names) {
    const other = owners.get(name);
    if (other !== undefined) {
      const required = `its name in ${where} must not be that of ${other} too`;
      throw new TypeError(cannot(`define the metric ${metric}`, required, got(name)));
    }
    owners.set(name, family);
  }
}

function withoutTotal(name: string): string {
  return name.replace(/(?<=.)_total$/, "");
}

function named(
  name: string,
  kind: FamilyKind,
  unit: string,
): Pick<FamilyName, "kind" | "name" | "unit"> {
  const base = kind === "counter" ? withoutTotal(name) : name;
  // A unit that cannot be part of a name, as "%", is left to the help.
  if (!/^[a-zA-Z0-9_]+$/.test(unit)) return { kind, name: base, unit: "" };
  // OpenMetrics asks for a name in front of the unit: a metric that is called `bytes` has none.
  if (base === unit) return { kind, name: base, unit: "" };
  return { kind, name: base.endsWith(`_${unit}`) ? base : `${base}_${unit}`, unit };
}
