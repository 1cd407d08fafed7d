/**
 * The labels of the series of a meter's instrument, by the rules of the translators from
 * OpenTelemetry to Prometheus: one label for each attribute, and the scope.
 *
 * @module
 */
import { openAttributesOf, OVERFLOW_ATTRIBUTE } from "../export/attribute_text.ts";
import type { Family } from "../export/family.ts";
import { escapeLabelName, type EscapingScheme } from "../schema/escaping.ts";
import { meterOriginOf, type MeterScope } from "../schema/meter_origin.ts";
import type { Row } from "../snapshots/snapshot_data.ts";

/** Makes the labels of one family's series. */
export class MeterLabels {
  readonly #escaping: EscapingScheme;
  /** The names that this exporter uses itself. */
  readonly #reserved: ReadonlySet<string>;
  readonly #scope: readonly (readonly [name: string, value: string])[];

  constructor(
    { definition, kind }: Family,
    { perThread, escaping }: { perThread: boolean; escaping: EscapingScheme },
  ) {
    this.#escaping = escaping;
    this.#reserved = new Set([
      ...(kind === "histogram" ? ["le"] : []),
      ...(perThread ? ["thread", "slot"] : []),
    ]);
    this.#scope = scopeLabels(meterOriginOf(definition)!.scope);
  }

  /** The labels of a series, by name. */
  of(row: Row): ReadonlyMap<string, string> {
    const labels = new Map<string, string>();
    const attributes = openAttributesOf(row);
    // Sorted, because the values of names that become equal are written in this order.
    for (const key of Object.keys(attributes).sort()) {
      const value = textOf(attributes[key]);
      const name = this.#nameOf(key);
      const before = labels.get(name);
      labels.set(name, before === undefined ? value : `${before};${value}`);
    }
    for (const [name, value] of this.#scope) labels.set(name, value);
    return labels;
  }

  #nameOf(key: string): string {
    if (key === OVERFLOW_ATTRIBUTE) return "otel_metric_overflow";
    // Prometheus takes no empty name and no U+0000, and reserves names that begin with `__`.
    const name = escapeLabelName(key.replaceAll("\0", "_") || "_", this.#escaping);
    if (name.startsWith("__")) return `key${name}`;
    return this.#reserved.has(name) ? `exported_${name}` : name;
  }
}

function scopeLabels({ name, version, schemaUrl }: MeterScope): [string, string][] {
  const labels: [string, string][] = [
    ["otel_scope_name", name],
    ["otel_scope_version", version],
    ["otel_scope_schema_url", schemaUrl],
  ];
  return labels.filter(([, value]) => value !== "");
}

/** The text of an attribute's value: texts as they are, all others as JSON. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}
