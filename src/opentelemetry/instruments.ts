/**
 * What the families of a snapshot are called in OpenTelemetry, and which kind of instrument each of them is.
 *
 * @module
 */
import { cannot } from "../errors.ts";
import type { Family } from "../export/families.ts";
import { OWN_PREFIX } from "../schema/families.ts";
import { snakeCase } from "../schema/names.ts";
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
export function instrumentOf(what: string, family: Family): Instrument {
  const kind = kindOf(family);
  const unit = ucumOf(family.definition?.unit ?? family.unit);
  const name = nameOf(family, kind);
  if (!NAME.test(name)) {
    const required = "names begin with a letter and have at most 255 characters";
    throw new RangeError(cannot(what, required, name));
  }
  return { kind, name, description: family.help, unit };
}

function kindOf({ kind, definition }: Family): InstrumentKind {
  // What threads' values add up to can be added up over labels too; the least, the greatest and the latest cannot.
  const isSum = definition?.kind === "gauge" && definition.aggregate === "sum";
  return isSum ? "upDownCounter" : kind;
}

function nameOf({ metric, field, definition, unit }: Family, kind: InstrumentKind): string {
  if (definition === undefined) {
    const rest = metric.slice(OWN_PREFIX.length);
    const name = unit === "" ? rest : rest.replace(new RegExp(`_${unit}$`), "");
    return `${OWN_PREFIX.slice(0, -1)}.${name}`;
  }
  const whole = [metric, ...(field === undefined ? [] : [field])].map(snakeCase).join(".");
  const name = kind === "counter" ? whole.replace(/(?<=.)_total$/, "") : whole;
  // For Prometheus `1` is a `_ratio` in the name of a gauge only.
  return unit === "ratio" && kind !== "gauge" ? `${name.replace(/_ratio$/, "")}_ratio` : name;
}
