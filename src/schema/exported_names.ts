/**
 * The names under which exporters show metrics. They are decided when a schema is defined, so that
 * no two metrics of a schema get the same name.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { byKind, type MetricDefinition, type SchemaDefinition } from "./definitions.ts";
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
  /** In snake case, with the unit at its end, and without a counter's `_total`. */
  readonly name: string;
  /** The unit that the name ends with; empty if it does not end with one. */
  readonly unit: string;
}

/** The names of the library's own families begin with this. */
export const SELF_PREFIX = "thread_stats_";

/** The families of one metric. */
export function familiesOf(metric: string, definition: MetricDefinition): FamilyName[] {
  const single = ({ kind, unit }: { readonly kind: FamilyKind; readonly unit: string }) => [
    { metric, field: undefined, ...familyName(snakeCase(metric), kind, unit) },
  ];
  return byKind<FamilyName[]>(definition, {
    counter: single,
    gauge: single,
    histogram: single,
    record: ({ fields, unit }) =>
      Object.entries(fields).map(([field, { op }]) => {
        const name = `${snakeCase(metric)}_${snakeCase(field)}`;
        return { metric, field, ...familyName(name, op === "sum" ? "counter" : "gauge", unit) };
      }),
  });
}

const SAMPLE_SUFFIXES: Readonly<Record<FamilyKind, readonly string[]>> = {
  counter: ["_total", "_created"],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count", "_created"],
};

/** The names of a family's samples in the Prometheus text formats. */
export function samplesOf({ kind, name }: Pick<FamilyName, "kind" | "name">): string[] {
  return SAMPLE_SUFFIXES[kind].map((suffix) => name + suffix);
}

/**
 * Whether a metric is an additive gauge: where threads' values add up, series add up too. The
 * smallest, largest and latest values do not.
 */
export function isSumGauge(definition: MetricDefinition | undefined): boolean {
  return definition?.kind === "gauge" && definition.aggregate === "sum";
}

/**
 * The name of a family's instrument in OpenTelemetry. There a dot separates the field, and the unit
 * is no part of the name. So two instruments may have one name although their names in Prometheus
 * differ.
 */
export function instrumentName(
  { metric, field, kind, unit }: FamilyName,
  definition: MetricDefinition,
): string {
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

/** Where metrics have names. */
type Namespace = "Prometheus" | "OpenTelemetry";

/** A name of a metric that another one has. */
export interface NameCollision {
  /** Where both have it. */
  readonly where: Namespace;
  /** The name. */
  readonly taken: string;
  /** The metric that has it. */
  readonly owner: string;
  /** The same, or the field of the record that has it. */
  readonly family: string;
}

/** The names under which exporters show metrics, and which metric has each. */
export class ExportedNames {
  readonly #owners: Readonly<Record<Namespace, Map<string, { owner: string; family: string }>>> = {
    Prometheus: new Map(),
    OpenTelemetry: new Map(),
  };

  /** Finds a name of a metric that another metric, or another field of it, has. */
  find(metric: string, definition: MetricDefinition): NameCollision | undefined {
    /** The families of this metric by their names. */
    const own = new Map<string, string>();
    for (const { where, family, names } of namesOf(metric, definition)) {
      for (const taken of names) {
        const found = this.#owners[where].get(taken);
        if (found !== undefined) return { where, taken, ...found };
        const key = `${where} ${taken}`;
        const other = own.get(key);
        if (other !== undefined) return { where, taken, owner: metric, family: other };
        own.set(key, family);
      }
    }
    return undefined;
  }

  /** Enters the names of a metric. None of them may be taken. */
  claim(metric: string, definition: MetricDefinition): void {
    for (const { where, family, names } of namesOf(metric, definition)) {
      for (const name of names) this.#owners[where].set(name, { owner: metric, family });
    }
  }
}

/**
 * Throws unless all families, samples and instruments of the metrics have names of their own.
 *
 * @throws {TypeError} When two have the same name, or one has a name that the library reserves.
 */
export function assertExportedNames(metrics: SchemaDefinition): void {
  const names = new ExportedNames();
  for (const [metric, definition] of Object.entries(metrics)) {
    for (const { name } of familiesOf(metric, definition)) {
      if (!name.startsWith(SELF_PREFIX)) continue;
      const required = `names that begin with ${SELF_PREFIX} are the library's own`;
      throw new TypeError(cannot(`define the metric ${metric}`, required, got(name)));
    }
    const collision = names.find(metric, definition);
    if (collision !== undefined) {
      const { where, taken, family } = collision;
      const required = `its name in ${where} must not be that of ${family} too`;
      throw new TypeError(cannot(`define the metric ${metric}`, required, got(taken)));
    }
    names.claim(metric, definition);
  }
}

/** All names of a metric: of its families, their samples and their instruments. */
function namesOf(
  metric: string,
  definition: MetricDefinition,
): { where: Namespace; family: string; names: Iterable<string> }[] {
  return familiesOf(metric, definition).flatMap((exported) => {
    const { kind, field, name } = exported;
    const family = field === undefined ? metric : `${metric}.${field}`;
    const instrument = instrumentName(exported, definition);
    const parts = kind === "histogram" ? Object.values(instrumentParts(instrument)) : [];
    return [
      { where: "Prometheus", family, names: new Set([name, ...samplesOf(exported)]) },
      { where: "OpenTelemetry", family, names: [instrument, ...parts] },
    ];
  });
}

function withoutTotal(name: string): string {
  return name.replace(/(?<=.)_total$/, "");
}

function familyName(
  name: string,
  kind: FamilyKind,
  unit: string,
): Pick<FamilyName, "kind" | "name" | "unit"> {
  const base = kind === "counter" ? withoutTotal(name) : name;
  // Some units cannot be part of a name, such as "%".
  if (!/^[a-zA-Z0-9_]+$/.test(unit)) return { kind, name: base, unit: "" };
  // OpenMetrics requires something in front of the unit, which a metric named `bytes` lacks.
  if (base === unit) return { kind, name: base, unit: "" };
  return { kind, name: base.endsWith(`_${unit}`) ? base : `${base}_${unit}`, unit };
}
