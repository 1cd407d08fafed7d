/**
 * Units in UCUM, the Unified Code for Units of Measure, which OpenTelemetry uses.
 *
 * @module
 */

/**
 * The UCUM units that translators from OpenTelemetry to Prometheus turn back into the same words,
 * so that translated names end like ours. Source: "unitMap" of the translators of Prometheus and
 * the OpenTelemetry Collector.
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

/** The UCUM unit for a word; a unit without one is returned as it is. */
export function ucumOf(unit: string): string {
  return UCUM.get(unit) ?? unit;
}
