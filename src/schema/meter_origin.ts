/**
 * The mark of a metric that stands for an instrument of OpenTelemetry: the meter that made it, and
 * what a definition does not say.
 *
 * Only this library makes such metrics (`opentelemetry/meter_provider.ts`). The mark is a property
 * of the definition, so that every thread exports the metric under its own scope, also a thread
 * that does not know the meter. Users' functions (`counter` etc.) do not take it.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { isArray, isPlain } from "../base/shapes.ts";
import { copyOwnProperties } from "../base/options.ts";
import type { MetricDefinition, MetricKind } from "./definitions.ts";
import { seal } from "./marks.ts";

/** The kinds of instruments, as exporters distinguish them. */
export type MeterInstrument = "counter" | "upDownCounter" | "gauge" | "histogram";

/** The instrumentation scope of an instrument: the meter that made it. */
export interface MeterScope {
  readonly name: string;
  /** Empty if the meter has none. */
  readonly version: string;
  /** Empty if the meter has none. */
  readonly schemaUrl: string;
}

/** What OpenTelemetry knows of an instrument beside its name, description and unit. */
export interface MeterOrigin {
  readonly scope: MeterScope;
  readonly instrument: MeterInstrument;
  readonly valueType: "int" | "double";
  /** The boundaries to export, if the histogram cannot have exactly these. */
  readonly boundaries?: readonly number[];
}

/** The one label of these metrics. It has all attributes as text: `export/attribute_text.ts`. */
export const ATTRIBUTES_LABEL = "attributes";

/** The kinds of metrics that can stand for each kind of instrument. */
const KINDS: Readonly<Record<MeterInstrument, readonly MetricKind[]>> = {
  counter: ["counter"],
  // The sum of all changes outlives its threads in a record, and ends with them in a gauge.
  upDownCounter: ["record", "gauge"],
  gauge: ["gauge"],
  histogram: ["histogram"],
};

/** The origin of a metric; `undefined` if it is no instrument of a meter. */
export function meterOriginOf(definition: MetricDefinition | undefined): MeterOrigin | undefined {
  if (definition === undefined || !Object.hasOwn(definition, "meter")) return undefined;
  const { meter } = definition as { readonly meter?: unknown };
  return isOriginOf(definition, meter) ? meter : undefined;
}

/**
 * Marks a definition as an instrument of a meter.
 *
 * @param definition With an exact name, and the one label {@linkcode ATTRIBUTES_LABEL}.
 * @param given The origin, unchecked.
 * @throws {TypeError} When the origin is none of such a definition.
 */
export function withMeterOrigin<Definition extends MetricDefinition>(
  definition: Definition,
  given: unknown,
): Definition {
  if (!isOriginOf(definition, given)) {
    const action = `define a ${definition.kind}`;
    throw new TypeError(cannot(action, "its meter must be one of an instrument", given));
  }
  const { scope, instrument, valueType, boundaries } = given;
  const { name, version, schemaUrl } = scope;
  const meter: MeterOrigin = Object.freeze({
    scope: Object.freeze({ name, version, schemaUrl }),
    instrument,
    valueType,
    ...(boundaries && { boundaries: Object.freeze([...boundaries]) }),
  });
  return seal({ ...definition, meter }, "definition");
}

function isOriginOf(definition: MetricDefinition, origin: unknown): origin is MeterOrigin {
  const { name: exact, unit, labels } = definition;
  // The definition may come from a message.
  if (!isPlain(origin) || exact === undefined || typeof unit !== "string") return false;
  if (labels.length !== 1 || labels[0] !== ATTRIBUTES_LABEL) return false;
  const { scope, instrument, valueType, boundaries } = copyOwnProperties(origin as MeterOrigin);
  if (!isPlain(scope)) return false;
  const { name, version, schemaUrl } = copyOwnProperties<MeterScope>(scope);
  return [name, version, schemaUrl].every((part) => typeof part === "string") &&
    typeof instrument === "string" && Object.hasOwn(KINDS, instrument) &&
    KINDS[instrument].includes(definition.kind) &&
    (valueType === "int" || valueType === "double") &&
    (boundaries === undefined || areBoundaries(boundaries));
}

function areBoundaries(boundaries: unknown): boundaries is readonly number[] {
  return isArray(boundaries) && boundaries.length < 65_536 &&
    boundaries.every((bound, n) =>
      Number.isFinite(bound) && (n === 0 || bound > boundaries[n - 1])
    );
}
