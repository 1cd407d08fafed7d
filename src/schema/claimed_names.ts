/**
 * The names outside that metrics have taken, so that no two metrics are exported under one.
 *
 * A metric has all names under which any exporter may show it: in each format and by each escaping
 * scheme of Prometheus, and in OpenTelemetry. Instruments of meters claim none.
 *
 * @module
 */
import { describe, shorten } from "../base/describe.ts";
import { cannot, got } from "../base/errors.ts";
import type { MetricDefinition, SchemaDefinition } from "./definitions.ts";
import { isPlainMetricName } from "./escaping.ts";
import {
  familiesOf,
  instrumentName,
  instrumentParts,
  isOwnMetric,
  prometheusNames,
  reservedName,
  SELF_PREFIX,
} from "./exported_names.ts";
import { meterOriginOf } from "./meter_origin.ts";

/** Where metrics have names. */
type Namespace = "Prometheus" | "OpenTelemetry";

/** A name of a metric that another one has. */
export interface NameCollision {
  /** Where both have it. */
  readonly where: Namespace;
  /** The name, as it stands in an error's text: short, and in quotes if it has other characters. */
  readonly taken: string;
  /** The metric that has it. */
  readonly owner: string;
  /** The same, or the field of the record that has it. */
  readonly family: string;
}

/** The names under which exporters show metrics, and which metric has each. */
export class ClaimedNames {
  readonly #owners: Readonly<Record<Namespace, Map<string, { owner: string; family: string }>>> = {
    Prometheus: new Map(),
    OpenTelemetry: new Map(),
  };

  /** Finds a name of a metric that another metric, or another field of it, has. */
  find(metric: string, definition: MetricDefinition): NameCollision | undefined {
    /** The families of this metric by their names. */
    const own = new Map<string, string>();
    for (const { where, family, names } of namesOf(metric, definition)) {
      for (const name of names) {
        const key = keyOf(where, name);
        const taken = shown(name);
        const found = this.#owners[where].get(key);
        if (found !== undefined) return { where, taken, ...found };
        const other = own.get(`${where} ${key}`);
        if (other !== undefined) return { where, taken, owner: metric, family: other };
        own.set(`${where} ${key}`, family);
      }
    }
    return undefined;
  }

  /** Enters the names of a metric. None of them may be taken. */
  claim(metric: string, definition: MetricDefinition): void {
    for (const { where, family, names } of namesOf(metric, definition)) {
      for (const name of names) {
        this.#owners[where].set(keyOf(where, name), { owner: metric, family });
      }
    }
  }
}

/**
 * Throws unless all families, samples and instruments of the metrics have names of their own.
 *
 * @param options Whether the metrics may be the library's own.
 * @throws {TypeError} When two have the same name, or one has a name that the library reserves.
 */
export function assertExportedNames(
  metrics: SchemaDefinition,
  { mayBeOwn = false }: { readonly mayBeOwn?: boolean } = {},
): void {
  const names = new ClaimedNames();
  for (const [metric, definition] of Object.entries(metrics)) {
    for (const family of familiesOf(metric, definition)) {
      const isOwn = mayBeOwn && isOwnMetric(metric, definition);
      const name = isOwn ? undefined : reservedName(family);
      if (name === undefined) continue;
      const required = `names that begin with ${SELF_PREFIX} are the library's own`;
      throw new TypeError(cannot(`define the metric ${metric}`, required, got(shown(name))));
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
  // Two meters may each have an instrument of one name; exporters tell them apart by the scope.
  if (meterOriginOf(definition) !== undefined) return [];
  return familiesOf(metric, definition).flatMap((exported) => {
    const { kind, field } = exported;
    const family = field === undefined ? metric : `${metric}.${field}`;
    const instrument = instrumentName(exported, definition);
    const parts = kind === "histogram" ? Object.values(instrumentParts(instrument)) : [];
    return [
      { where: "Prometheus", family, names: prometheusNames(exported) },
      { where: "OpenTelemetry", family, names: [instrument, ...parts] },
    ];
  });
}

/** What must differ: OpenTelemetry does not distinguish small letters from capitals. */
function keyOf(where: Namespace, name: string): string {
  return where === "OpenTelemetry" ? name.toLowerCase() : name;
}

function shown(name: string): string {
  return isPlainMetricName(name.replaceAll(".", "_")) ? shorten(name) : describe(name);
}
