/**
 * Units as OpenTelemetry writes them.
 *
 * @module
 */

/**
 * The units of UCUM that those who write OpenTelemetry's metrics for Prometheus turn back into the same words: so the names there end as
 * ours do. Source: "unitMap" of Prometheus' and the OpenTelemetry collector's translators.
 */
const UCUM: ReadonlyMap<string, string> = new Map([
  ["days", "d"],
  ["hours", "h"],
  ["minutes", "min"],
  ["seconds", "s"],
  ["milliseconds", "ms"],
  ["microseconds", "us"],
  ["nanoseconds", "ns"],
  ["bytes", "By"],
  ["kibibytes", "KiBy"],
  ["mebibytes", "MiBy"],
  ["gibibytes", "GiBy"],
  ["tibibytes", "TiBy"],
  ["megabytes", "MBy"],
  ["gigabytes", "GBy"],
  ["terabytes", "TBy"],
  ["meters", "m"],
  ["volts", "V"],
  ["amperes", "A"],
  ["joules", "J"],
  ["watts", "W"],
  ["grams", "g"],
  ["celsius", "Cel"],
  ["hertz", "Hz"],
  ["percent", "%"],
  ["ratio", "1"],
]);

/** A unit in UCUM; as it is when it has none, or is one of UCUM's already. */
export function ucumOf(unit: string): string {
  return UCUM.get(unit) ?? unit;
}
