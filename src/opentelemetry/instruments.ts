/**
 * The name, kind and unit that a family has in OpenTelemetry.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import type { Family } from "../export/family.ts";
import { instrumentName, isSumGauge, SELF_PREFIX } from "../schema/exported_names.ts";
import { meterOriginOf } from "../schema/meter_origin.ts";
import { ucumOf } from "./units.ts";

/** Kinds of instruments. */
export type InstrumentKind = "counter" | "upDownCounter" | "gauge" | "histogram";

/** A family as an instrument. */
export interface Instrument {
  readonly kind: InstrumentKind;
  readonly name: string;
  readonly description: string;
  /** In UCUM, if UCUM has the unit. */
  readonly unit: string;
}

/** Source: "Instrument name syntax" in the specification of OpenTelemetry's metrics API. */
const NAME = /^[a-zA-Z][a-zA-Z0-9_.\-/]{0,254}$/;

/**
 * The instrument of a family.
 *
 * An exact name is not checked. The user wants this name and no other one; OTLP carries any text,
 * and the SDK makes an instrument of any name, with a warning in its log.
 *
 * @throws {RangeError} If OpenTelemetry does not allow a name that was made from the schema.
 */
export function instrumentOf(action: string, family: Family): Instrument {
  const { definition, help } = family;
  const origin = meterOriginOf(definition);
  if (origin !== undefined) {
    const { name, unit } = definition!;
    return { kind: origin.instrument, name: name!, description: help, unit };
  }
  const kind = isSumGauge(definition) ? "upDownCounter" : family.kind;
  const isSelf = definition === undefined || family.isByThread;
  const name = isSelf ? selfName(family) : instrumentName(family, definition);
  assertInstrumentName(action, family, name);
  return { kind, name, description: help, unit: ucumOf(definition?.unit ?? family.unit) };
}

/**
 * Checks that OpenTelemetry allows the name of an instrument of a family, unless it is exact.
 *
 * @throws {RangeError} If it does not.
 */
export function assertInstrumentName(
  action: string,
  { definition }: Family,
  name: string,
): void {
  if (definition?.name !== undefined || NAME.test(name)) return;
  const required = "names begin with a letter and have at most 255 characters";
  throw new RangeError(cannot(action, required, name));
}

/** The name of one of the library's own metrics: they have a namespace. */
function selfName({ name: whole, unit }: Family): string {
  const rest = whole.slice(SELF_PREFIX.length);
  const name = unit === "" ? rest : rest.replace(new RegExp(`_${unit}$`), "");
  return `${SELF_PREFIX.slice(0, -1)}.${name}`;
}
