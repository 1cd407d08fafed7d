/**
 * What the families of a snapshot are called in OpenTelemetry, and which kind of instrument each of them is.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import type { Family } from "../export/families.ts";
import { instrumentName, isSumGauge, SELF_PREFIX } from "../schema/exported_names.ts";
import { ucumOf } from "./units.ts";

/** Kinds of instruments. */
export type InstrumentKind = "counter" | "upDownCounter" | "gauge" | "histogram";

/** What a family is in OpenTelemetry. */
export interface Instrument {
  readonly kind: InstrumentKind;
  readonly name: string;
  readonly description: string;
  /** In UCUM where it has such a unit. */
  readonly unit: string;
}

/** Source: "Instrument name syntax" in the specification of OpenTelemetry's metrics API. */
const NAME = /^[a-zA-Z][a-zA-Z0-9_.\-/]{0,254}$/;

/**
 * The instrument of a family.
 *
 * @throws {RangeError} When OpenTelemetry does not allow its name.
 */
export function instrumentOf(action: string, family: Family): Instrument {
  const { definition, help } = family;
  const kind = isSumGauge(definition) ? "upDownCounter" : family.kind;
  const name = definition === undefined ? ownName(family) : instrumentName(family, definition);
  assertInstrumentName(action, name);
  return { kind, name, description: help, unit: ucumOf(definition?.unit ?? family.unit) };
}

/**
 * Throws unless OpenTelemetry allows a name.
 *
 * @throws {RangeError} When it does not.
 */
export function assertInstrumentName(action: string, name: string): void {
  if (NAME.test(name)) return;
  const required = "names begin with a letter and have at most 255 characters";
  throw new RangeError(cannot(action, required, name));
}

/** The library's own figures have a namespace. */
function ownName({ metric, unit }: Family): string {
  const rest = metric.slice(SELF_PREFIX.length);
  const name = unit === "" ? rest : rest.replace(new RegExp(`_${unit}$`), "");
  return `${SELF_PREFIX.slice(0, -1)}.${name}`;
}
